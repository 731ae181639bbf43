"""Raw values behind a trace, only of files that are still those of the build."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from il2cdisc.base.problems import Address, Kind, Problem, Severity, Stopped

CHANGED = Kind(
    "TRC004",
    "Raw file differs from the build",
    Severity.FINDING,
    "Build again, or put the file of the build back: values of another file would mislead.",
)
NO_RECEIPTS = Kind(
    "TRC007",
    "Unreadable receipts of raw files",
    Severity.STOP,
    "Build again: without receipts it is unknown whether a raw file is that of the build.",
)
SHOWN_DIGITS = 12


def read_receipts(path: Path, shown: str) -> list[dict[str, str]]:
    """The receipts of a build: form, file and SHA-256 of each raw file.

    Raises `Stopped` where they are not there or not receipts: raw files then can't be told from others.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        given = [{key: str(item[key]) for key in ("form", "file", "sha256")} for item in found]
    except (OSError, ValueError, KeyError, TypeError):
        given = []
    if not given:
        raise Stopped([NO_RECEIPTS.at(shown, "the receipts of the raw files can't be read")])
    return given


class RawValues:
    """Values of raw rows, read form by form as they are asked for.

    `receipts`: those of the build (form, file, sha256). `digest` gives the SHA-256 of a file as it is now,
    empty when it is not there; `read` the frame of a form (columns `form.COLUMN`), None when it can't be
    read. Files that differ are in `problems`; rows of their forms have no values.
    """

    def __init__(
        self,
        receipts: Iterable[Mapping[str, Any]],
        digest: Callable[[str], str],
        read: Callable[[str], pd.DataFrame | None],
    ) -> None:
        self._files: dict[str, dict[str, str]] = {}
        for item in receipts:
            self._files.setdefault(str(item["form"]), {})[str(item["file"])] = str(item["sha256"])
        self._digest, self._read = digest, read
        self._frames: dict[str, pd.DataFrame | None] = {}
        self._told: dict[str, Problem] = {}

    @property
    def problems(self) -> list[Problem]:
        """Files that are not those of the build, of the forms asked for so far."""
        return [self._told[file] for file in sorted(self._told)]

    def of(self, form: str, row: int) -> dict[str, str] | None:
        """Column → value of a raw row, empty ones left out; None where the file is not the build's."""
        if form not in self._frames:
            self._frames[form] = self._read(form) if self._same(form) else None
        frame = self._frames[form]
        if frame is None or row >= len(frame):
            return None
        record = frame.iloc[row].dropna()
        return {str(k).partition(".")[2]: str(v) for k, v in record.items() if str(k).startswith(f"{form}.")}

    def _same(self, form: str) -> bool:
        same = True
        for file, then in self._files.get(form, {}).items():
            now = self._digest(file)
            if now != then:
                same = False
                state = f"has SHA-256 {now[:SHOWN_DIGITS]}…" if now else "is not there"
                what = f"the file {state}; the build read {then[:SHOWN_DIGITS]}…; its values are not shown"
                self._told.setdefault(file, CHANGED.at(Address(file=file), what))
        return same
