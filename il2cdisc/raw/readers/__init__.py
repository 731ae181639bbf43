"""Readers of raw formats, one a module, found by listing this folder.

A reader's module has one `READER` (see `_reader.py`): the name of its format, the endings of its files, the
model of its options, and the function that reads. Modules whose name begins with `_` are shared code.
A new format is a new file here and a test; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from il2cdisc.raw.readers._reader import Reader
from il2cdisc.study import FormSource

AnyReader = Reader[Any]


@cache
def all_readers() -> Mapping[str, AnyReader]:
    """Format → its reader, by the alphabet. Raises `ValueError` where two share a name or an ending."""
    modules = sorted(item.name for item in pkgutil.iter_modules(__path__) if not item.name.startswith("_"))
    found: dict[str, AnyReader] = {}
    for module in modules:
        reader: AnyReader = importlib.import_module(f"{__name__}.{module}").READER
        _refuse_conflict(reader, found.values())
        found[reader.name] = reader
    return found


def _refuse_conflict(reader: AnyReader, others: Iterable[AnyReader]) -> None:
    """Raise `ValueError` for a name or ending of another reader, and for an option that every form has."""
    for other in others:
        shared = {reader.name, *reader.suffixes} & {other.name, *other.suffixes}
        if shared:
            raise ValueError(f"the readers {other.title} and {reader.title} share {min(shared)}")
    common = set(reader.options.model_fields) & set(FormSource.model_fields)
    if common:
        raise ValueError(f"the reader {reader.title} has the option {min(common)}, which every form has")


def reader_of(suffix: str) -> AnyReader | None:
    """The reader of files with an ending, in any case of letters."""
    return next((reader for reader in all_readers().values() if suffix.lower() in reader.suffixes), None)


@contextmanager
def readers_in(folder: Path) -> Iterator[None]:
    """Within the block the modules of a further folder are readers, too."""
    __path__.append(str(folder))
    _forget(folder)
    try:
        yield
    finally:
        __path__.remove(str(folder))
        _forget(folder)


def _forget(folder: Path) -> None:
    """List the folders anew when asked next, without what was imported from this one."""
    all_readers.cache_clear()
    importlib.invalidate_caches()
    for name in [f"{__name__}.{path.stem}" for path in folder.glob("*.py")]:
        if Path(getattr(sys.modules.get(name), "__file__", None) or "").parent == folder:
            del sys.modules[name]
