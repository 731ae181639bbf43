"""PDF from the data of a page template, with the typeface of this room alone; the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from il2cdisc.tlf.typeface import FOLDER

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATES = Path(__file__).parent / "templates"


def typeset(
    template: str,
    data: Mapping[str, object],
    run_time: str,
    *,
    picture: str = "",
    tagged: bool,
    folder: Path = TEMPLATES,
) -> bytes:
    """The PDF that a template makes of data; `folder`: the templates of another room.

    `run_time` (ISO 8601, UTC) is the time that it says it was made. Data are never read as markup. Raises
    `RuntimeError` at any warning: a page that does not look as it was laid out is not written.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False, separators=(",", ":")), "picture": picture}
    try:
        made, warnings = _compiler(folder / template).compile_with_warnings(
            format="pdf", sys_inputs=inputs, timestamp=moment(run_time), pdf_tags=tagged
        )
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust, and no Exception
            raise
        raise RuntimeError(f"{template}: the typesetter failed: {error}") from None
    if warnings:
        raise RuntimeError(f"{template}: {'; '.join(str(warning.message) for warning in warnings)}")
    if not isinstance(made, bytes):
        raise TypeError(f"{template}: no PDF")
    return made


def moment(run_time: str) -> datetime:
    """The time of a run (ISO 8601, UTC)."""
    return datetime.fromisoformat(run_time.removesuffix("Z")).replace(tzinfo=UTC)


@lru_cache(maxsize=4)
def _compiler(path: Path) -> Compiler:
    from typst import Compiler, Fonts

    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])
    return Compiler(input=str(path), root=str(path.parent), font_paths=fonts, ignore_system_fonts=True)
