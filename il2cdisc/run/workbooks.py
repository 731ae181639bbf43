"""Workbooks that commands write: where their terms come from, and how a file takes its place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from il2cdisc.base.problems import Stopped
from il2cdisc.spec.new.problems import EXISTS, NOT_XLSX
from il2cdisc.standards import TERMINOLOGY_VERSION
from il2cdisc.standards.release import Terminology, load_terminology
from il2cdisc.transport.sheets import PackageError, SheetPackage


@dataclass(frozen=True, slots=True)
class Terms:
    """The terminology of a trial, or the one that comes with il2cdisc where there is no trial."""

    terminology: Terminology
    version: str
    study: Mapping[str, str] = field(default_factory=dict[str, str])
    """Attributes of the sheet Define that study.toml has."""

    @classmethod
    def of(cls, trial: Path) -> Terms:
        """Imported releases of the version that study.toml names; without a study.toml the shipped terms."""
        from il2cdisc.study import load_study

        if not (trial / "study.toml").is_file():
            return cls(Terminology(), TERMINOLOGY_VERSION)
        study = load_study(trial.resolve())
        names = {
            "StudyName": study.id,
            "StudyDescription": study.study.title,
            "ProtocolName": study.study.protocol,
        }
        return cls(load_terminology(study.terminology, study.standards.ct), study.standards.ct, names)


def write_book(file: Path, content: bytes, *, force: bool) -> None:
    """Write a file whole or not at all.

    Raises `Stopped` for a name that does not end in .xlsx, and where the file exists, unless `force`: that
    replaces workbooks with a sheet of a name that the new one has, too, and nothing else.
    """
    if file.is_dir():
        raise Stopped([EXISTS.at(str(file), "it is a folder", fix="Name a file.")])
    if file.suffix.lower() != ".xlsx":
        raise Stopped([NOT_XLSX.at(str(file), "what is written is a workbook of Excel")])
    if file.exists() and not force:
        raise Stopped([EXISTS.at(str(file), "the file exists")])
    if file.exists() and not _sheets(file.read_bytes()) & _sheets(content):
        what, fix = "--force does not replace it: it has other contents", "Name a different file with --out."
        raise Stopped([EXISTS.at(str(file), what, fix=fix)])
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.new")
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _sheets(content: bytes) -> frozenset[str]:
    """The names of the sheets of a workbook; none where it is not one."""
    try:
        with closing(SheetPackage(content)) as package:
            return frozenset(package.sheets)
    except PackageError:
        return frozenset()
