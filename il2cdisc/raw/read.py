"""The whole export → forms with row ids and receipts; all problems of all files at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from il2cdisc.base.problems import Address, Problems, at_line, did_you_mean
from il2cdisc.base.room import is_room
from il2cdisc.base.rowids import numbered
from il2cdisc.raw.blinding import (
    NOT_RECORDED,
    check_blinding,
    is_recorded,
    withhold,
    without_restricted,
)
from il2cdisc.raw.controls import control_characters
from il2cdisc.raw.declared import same_forms
from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.raw.forms import Form, Part, RawExport, Receipt, empty_frame, named
from il2cdisc.raw.problems import (
    COLUMN_EXTRA,
    COLUMN_MISSING,
    DELIMITER,
    MISSING_FILE,
    NO_ROWS,
    NOT_DECLARED,
    PART_MISSING,
    UNREADABLE,
)
from il2cdisc.raw.readers.delimited import read_csv
from il2cdisc.raw.readers.odm import read_odm
from il2cdisc.raw.readers.stat import read_stat
from il2cdisc.raw.readers.xlsx import read_xlsx, unread_sheets
from il2cdisc.raw.table import Table, trimmed
from il2cdisc.study import Study
from il2cdisc.study.model import FORMATS

RESTRICTED = "restricted: counted here, and in no other output of a blinded build"


def read_export(study: Study, dictionary: Dictionary, *, only: Collection[str] | None = None) -> RawExport:
    """Every form of the study, or `only` some, as text, checked against the data dictionary.

    Of the two treatment lists only the one that the mode names is opened. Raises `Stopped` with every
    problem that stops; findings are in `RawExport.problems`.
    """
    problems = Problems()
    problems.extend(same_forms(study, dictionary))
    Problems(list(check_blinding(study))).stop_if_any()  # before a file is opened; the plan has its findings
    forms: dict[str, Form] = {}
    receipts: list[Receipt] = []
    read: set[Path] = set()
    for name in study.forms if only is None else [name for name in study.forms if name in only]:
        form = _form(study, name, dictionary.get(name), receipts, read, problems)
        if form is not None:
            forms[name] = form
            problems.extend(control_characters(form))
    if only is None:
        _undeclared(study, read, problems)
        _unread_sheets(study, read, problems)
    problems.stop_if_any()
    order = sorted(receipts, key=lambda receipt: (receipt.file, receipt.sheet, receipt.form))
    return RawExport(forms, tuple(order), tuple(problems.findings))


def read_form(study: Study, dictionary: Dictionary, name: str) -> pd.DataFrame | None:
    """The frame of one form, read again as in a build; None for one that can't be read any more."""
    problems = Problems()
    if name not in study.forms:
        return None
    form = _form(study, name, dictionary.get(name), [], set(), problems)
    return None if form is None or problems.stops else form.frame


def digest_of(path: Path) -> str:
    """SHA-256 of a file; empty when it is not there."""
    return _digest(path)[1] if path.is_file() else ""


def empty_forms(study: Study, dictionary: Dictionary) -> dict[str, pd.DataFrame]:
    """Form → its linked frame without records: what mapping modules are planned with."""
    return {
        name: empty_frame(name, tuple(column.column for column in columns), bool(study.chain(name)))
        for name, columns in dictionary.items()
        if name in study.forms
    }


def parts_of(first: Path) -> list[Path]:
    """The file and its further parts `<stem>_2`, `<stem>_3`, ... in natural order (existing ones)."""
    pattern = re.compile(rf"{re.escape(first.stem)}_([1-9]\d*){re.escape(first.suffix)}", re.IGNORECASE)
    found: dict[int, Path] = {}
    if first.parent.is_dir():
        for path in first.parent.iterdir():
            match = pattern.fullmatch(path.name)
            if match and int(match.group(1)) > 1:
                found[int(match.group(1))] = path
    return ([first] if first.is_file() else []) + [found[number] for number in sorted(found)]


def _form(
    study: Study,
    name: str,
    described: tuple[DictionaryColumn, ...] | None,
    receipts: list[Receipt],
    read: set[Path],
    problems: Problems,
) -> Form | None:
    """A form, and its receipts; in a blinded build without what is restricted, in problems and notes, too."""
    if not study.blinded or not study.forms[name].restricted:
        return _whole_form(study, name, described, receipts, read, problems)
    own: list[Receipt] = []
    found = Problems()
    form = _whole_form(study, name, described, own, read, found)
    withhold(found, lambda place: True)
    problems.extend(found.items)
    receipts += [replace(receipt, notes=(RESTRICTED,)) for receipt in own]
    return None if form is None else without_restricted(form, study)


def _whole_form(
    study: Study,
    name: str,
    described: tuple[DictionaryColumn, ...] | None,
    receipts: list[Receipt],
    read: set[Path],
    problems: Problems,
) -> Form | None:
    source, first = study.forms[name], study.file_of(name)
    paths = parts_of(first)
    if paths != [first]:
        declared = {study.file_of(other) for other in study.forms if other != name}
        paths = [path for path in paths if path == first or path not in declared]
    read.update(paths)
    if first not in paths:
        if first.exists():
            problems.add(UNREADABLE.at(study.shown(first), "It is there, and not a regular file."))
            return None
        there = [study.shown(path) for path in _files(study)]
        hint = did_you_mean(study.shown(first), there)
        problems.add(MISSING_FILE.at(study.shown(first), f"The file of form '{name}' is missing.", hint=hint))
        return None
    treated = study.treatment is not None and study.treatment.form == name
    if study.blinded and treated and not is_recorded(study, _digest(first)[1]):
        what = "the file is not the dummy list that [treatment] dummy_sha256 records"
        problems.add(NOT_RECORDED.at(study.shown(first), what))
        return None
    _all_parts(study, name, first, paths, problems)
    tables: list[Table] = []
    parts: list[Part] = []
    for path in paths:
        shown, before = study.shown(path), len(problems.items)
        if not path.resolve().is_relative_to(study.folder):
            problems.add(UNREADABLE.at(shown, "The file is a link that leaves the study folder."))
            continue
        table = _guarded(study, name, path, shown, problems)
        if table is None:
            continue
        if source.trim:
            table = trimmed(table)
        columns = tuple(str(column) for column in table.frame.columns)
        size, digest = _digest(path)
        notes = (*table.notes, *(item.what for item in problems.items[before:]))
        receipts.append(
            Receipt(
                name, shown, source.sheet, digest, size, table.encoding, len(table.frame), columns, (), notes
            )
        )
        if described is not None and not _columns_agree(study, name, columns, described, shown, problems):
            continue
        rows = sum(len(part.lines) for part in parts)
        unit_line = source.unit_line or 0
        parts.append(Part(shown, source.sheet, rows, table.lines, unit_line, table.units, table.value_labels))
        tables.append(table)
    if not tables or described is None:
        return None
    columns = tuple(column.column for column in described)
    frames = [table.frame for table in tables]
    frames = [f if tuple(f.columns) == columns else f[list(columns)] for f in frames]
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    if frame.empty:
        problems.add(NO_ROWS.at(study.shown(first), f"Form '{name}' has no records."))
    dated = {column for table in tables for column in table.date_columns}
    return Form(
        name=name,
        frame=numbered(named(frame, name), name),
        columns=columns,
        parts=tuple(parts),
        decimal=source.decimal,
        date_columns=tuple(column for column in columns if column in dated),
        labels=tables[0].labels,
        value_labels=tables[0].value_labels,
    )


def _guarded(study: Study, name: str, path: Path, shown: str, problems: Problems) -> Table | None:
    """The table of a file; whatever a reader fails with is a problem of the file, never an error of ours."""
    try:
        return _table(study, name, path, shown, problems)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        if is_room(error):
            raise
        said = " ".join(str(error).split())[:200]
        told = f"{type(error).__name__}: {said}" if said else type(error).__name__
        what = f"The reader of {_FORMAT_NAMES[study.format_of(name)]} files can't read the file ({told})."
        problems.add(UNREADABLE.at(Address(file=shown, sheet=study.forms[name].sheet), what))
        return None


def _table(study: Study, name: str, path: Path, shown: str, problems: Problems) -> Table | None:
    source, kind = study.forms[name], study.format_of(name)
    try:
        if kind in {"sav", "sas7bdat", "xport", "dta"}:
            encoding = source.encoding if "encoding" in source.model_fields_set else ""
            return read_stat(path, shown, problems, format=kind, encoding=encoding)
        data = path.read_bytes()
    except OSError as error:
        problems.add(UNREADABLE.at(shown, f"The file can't be opened ({error.strerror})."))
        return None
    line = source.header_line
    if kind == "xlsx":
        units = source.unit_line or 0
        return read_xlsx(data, shown, problems, sheet=source.sheet, header_line=line, unit_line=units)
    if kind == "odm":
        return read_odm(data, shown, problems, itemgroup=source.itemgroup)
    return read_csv(
        data,
        shown,
        problems,
        encoding=source.encoding,
        delimiter=source.delimiter,
        header_line=line,
        unit_line=source.unit_line or 0,
    )


_FORMAT_NAMES = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "sav": "SPSS",
    "sas7bdat": "SAS",
    "xport": "SAS transport",
    "dta": "Stata",
    "odm": "ODM-XML",
}

DELIMITERS = (",", ";", "\t", "|")


def _digest(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file (a workbook is read for each of its sheets, so remembered)."""
    status = path.stat()
    return status.st_size, _sha256(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _sha256(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _all_parts(study: Study, name: str, first: Path, paths: list[Path], problems: Problems) -> None:
    numbers = [int(path.stem.rsplit("_", 1)[1]) for path in paths if path != first]
    for number in range(2, max(numbers, default=1) + 1):
        if number not in numbers:
            shown = study.shown(first.with_name(f"{first.stem}_{number}{first.suffix}"))
            problems.add(
                PART_MISSING.at(shown, f"Part {number} of form '{name}' is missing, later parts are there.")
            )


def _columns_agree(
    study: Study,
    form: str,
    columns: tuple[str, ...],
    described: tuple[DictionaryColumn, ...],
    shown: str,
    problems: Problems,
) -> bool:
    """Whether a file has the columns of the dictionary; else what is missing, renamed or unexpected."""
    source = study.forms[form]
    line = source.header_line if study.format_of(form) in {"csv", "xlsx"} else 0
    expected = [column.column for column in described]
    other = _other_delimiter(columns, expected) if study.format_of(form) == "csv" else ""
    if other:
        what = (
            f"The header has its columns if {other!r} is the delimiter; study.toml says {source.delimiter!r}."
        )
        problems.add(DELIMITER.at(at_line(shown, line), what, hint=other))
        return False
    missing = [column for column in expected if column not in columns]
    extra = [column for column in columns if column not in expected]
    renamed: set[str] = set()
    for column in missing:
        hint = did_you_mean(column, [other for other in extra if other not in renamed])
        renamed.add(hint)
        what = f"Form '{form}' has no column '{column}'."
        problems.add(COLUMN_MISSING.at(at_line(shown, line, column, sheet=source.sheet), what, hint=hint))
    for column in extra:
        if column not in renamed:
            what = f"Form '{form}' has a column '{column}' that is not in the data dictionary."
            problems.add(COLUMN_EXTRA.at(at_line(shown, line, column, sheet=source.sheet), what))
    return not missing and not extra


def _other_delimiter(columns: tuple[str, ...], expected: list[str]) -> str:
    """The delimiter by which most columns of the dictionary are in a header that was read as one; else ""."""
    if len(columns) != 1 or len(expected) < 2:
        return ""
    found = {mark: set(columns[0].split(mark)) & set(expected) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: len(found[mark]))
    return best if 2 * len(found[best]) > len(expected) else ""


def _files(study: Study) -> Iterator[Path]:
    """Every file of the raw folder that a form could be, in order; not the treatment lists."""
    lists = set(study.treatment_lists)
    for path in sorted(study.raw.rglob("*")) if study.raw.is_dir() else []:
        if (
            path.is_file()
            and path.suffix.lower() in FORMATS
            and path not in lists
            and path != study.dictionary
        ):
            yield path


def _unread_sheets(study: Study, read: set[Path], problems: Problems) -> None:
    """Sheets of the workbooks that were read, and that no form names."""
    sheets: dict[Path, set[str]] = {}
    for name, source in study.forms.items():
        if study.format_of(name) == "xlsx":
            for path in parts_of(study.file_of(name)):
                if path in read:
                    sheets.setdefault(path, set()).add(source.sheet)
    unreadable = {item.where.file for item in problems.stops}
    for path, names in sorted(sheets.items()):
        if study.shown(path) not in unreadable:
            unread_sheets(path.read_bytes(), study.shown(path), names, problems)


def _undeclared(study: Study, read: set[Path], problems: Problems) -> None:
    for path in _files(study):
        if path not in read:
            problems.add(NOT_DECLARED.at(study.shown(path), "No form of study.toml reads this file."))
