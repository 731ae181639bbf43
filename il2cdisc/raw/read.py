"""The whole export → forms with row ids and receipts; all problems of all files at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedTable, stacked
from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_line, did_you_mean
from il2cdisc.base.room import is_room
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
from il2cdisc.raw.forms import Form, FormPart, RawExport, Receipt, empty_frame
from il2cdisc.raw.problems import (
    COLUMN_EXTRA,
    COLUMN_MISSING,
    MISSING_FILE,
    NO_ROWS,
    NOT_DECLARED,
    PART_MISSING,
    UNREADABLE,
)
from il2cdisc.raw.readers import reader_of
from il2cdisc.raw.sources import Source, check_sources, file_key, source_of
from il2cdisc.raw.table import RawTable, trimmed
from il2cdisc.study import Study

RESTRICTED = "restricted: counted here, and in no other output of a blinded build"


def read_export(study: Study, dictionary: Dictionary, *, only: Collection[str] | None = None) -> RawExport:
    """Every form of the study, or `only` some, as text, checked against the data dictionary.

    Of the two treatment lists only the one that the mode names is opened. Raises `Stopped` with every
    problem that stops; findings are in `RawExport.problems`.
    """
    problems = Problems()
    problems.extend(same_forms(study, dictionary))
    # before a file is opened; the plan has the findings
    Problems([*check_blinding(study), *check_sources(study)]).stop_if_any()
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
        _unread(study, read, problems)
    problems.stop_if_any()
    order = sorted(receipts, key=lambda receipt: (receipt.file, receipt.sheet, receipt.form))
    return RawExport(forms, tuple(order), tuple(problems.findings))


def read_form(study: Study, dictionary: Dictionary, name: str) -> pd.DataFrame | None:
    """The frame of one form, read again as in a build; None for one that can't be read any more."""
    form = read_whole_form(study, dictionary, name)
    return form.frame() if form is not None else None


def read_whole_form(study: Study, dictionary: Dictionary, name: str) -> Form | None:
    """One form, read again as in a build and not linked; None for one that can't be read any more."""
    problems = Problems()
    if name not in study.forms:
        return None
    try:
        form = _form(study, name, dictionary.get(name), [], set(), problems)
    except Stopped:  # its options have changed
        return None
    return None if form is None or problems.stops else form


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
    source, paths = source_of(study, name), _paths(study, name)
    read.update(paths)
    refused = _refused(study, name, paths)
    if refused is not None:
        problems.add(refused)
        return None
    problems.extend(_missing_parts(study, name, paths))
    tables: dict[str, RawTable] = {}
    for path in paths:
        shown, before = study.shown(path), len(problems.items)
        table = _table(study, source, path, problems)
        if table is None:
            continue
        table = trimmed(table) if study.forms[name].trim else table
        noticed = [item.what for item in problems.items[before:]]
        receipts.append(_receipt(name, source, path, shown, table, noticed))
        columns = receipts[-1].columns
        if described is None or _columns_agree(source, name, columns, described, shown, problems):
            tables[shown] = table
    if not tables or described is None:
        return None
    form = _assembled(study, name, source, tables, [column.column for column in described])
    if not form.rows:
        problems.add(NO_ROWS.at(study.shown(paths[0]), f"Form '{name}' has no records."))
    return form


def _paths(study: Study, name: str) -> list[Path]:
    """The files of a form that are there: the one that is named, and parts that no other form names."""
    first = study.file_of(name)
    paths = parts_of(first)
    declared = {study.file_of(other) for other in study.forms if other != name} if len(paths) > 1 else ()
    return [path for path in paths if path == first or path not in declared]


def _refused(study: Study, name: str, paths: Sequence[Path]) -> Problem | None:
    """Why no file of a form is opened: the first is not there, or not the dummy list of a blinded build."""
    first = study.file_of(name)
    shown = study.shown(first)
    if first not in paths and first.exists():
        return UNREADABLE.at(shown, "It is there, and not a regular file.")
    if first not in paths:
        hint = did_you_mean(shown, [study.shown(path) for path in _files(study)])
        what = f"The file of form '{name}' is missing."
        return MISSING_FILE.at(shown, what, hint=hint, source=[file_key(study, name)])
    treated = study.treatment is not None and study.treatment.form == name
    if study.blinded and treated and not is_recorded(study, _digest(first)[1]):
        what = "the file is not the dummy list that [treatment] dummy_sha256 records"
        return NOT_RECORDED.at(shown, what)
    return None


def _missing_parts(study: Study, name: str, paths: Sequence[Path]) -> Iterator[Problem]:
    first = paths[0]
    numbers = [int(path.stem.rsplit("_", 1)[1]) for path in paths[1:]]
    for number in range(2, max(numbers, default=1) + 1):
        if number not in numbers:
            shown = study.shown(first.with_name(f"{first.stem}_{number}{first.suffix}"))
            what = f"Part {number} of form '{name}' is missing, later parts are there."
            yield PART_MISSING.at(shown, what)


def _receipt(
    name: str, source: Source, path: Path, shown: str, table: RawTable, noticed: Sequence[str]
) -> Receipt:
    size, digest = _digest(path)
    columns, rows = tuple(table.records.names), table.records.rows
    notes = (*table.notes, *noticed)
    return Receipt(name, shown, source.options.page, digest, size, table.encoding, rows, columns, notes=notes)


def _assembled(
    study: Study, name: str, source: Source, tables: Mapping[str, RawTable], columns: list[str]
) -> Form:
    """The form of its files, their columns in the order of the dictionary."""
    ordered = [
        CodedTable({f"{name}.{column}": item.records[column] for column in columns}, item.records.rows)
        for item in tables.values()
    ]
    dated = {column for table in tables.values() for column in table.date_columns}
    first = next(iter(tables.values()))
    return Form(
        name=name,
        table=stacked(ordered),
        columns=tuple(columns),
        parts=tuple(_parts(source, tables)),
        decimal=study.forms[name].decimal,
        date_columns=tuple(column for column in columns if column in dated),
        labels=first.labels,
        value_labels=first.value_labels,
    )


def _parts(source: Source, tables: Mapping[str, RawTable]) -> Iterator[FormPart]:
    page, units, rows = source.options.page, source.options.units, 0
    for shown, table in tables.items():
        lines = table.lines.astype(np.int32 if table.lines.max(initial=0) < 2**31 else np.int64)
        yield FormPart(shown, page, rows, lines, units, table.units, table.value_labels)
        rows += len(table.lines)


def _table(study: Study, source: Source, path: Path, problems: Problems) -> RawTable | None:
    """The table of a file; whatever a reader fails with is a problem of the file, never an error of ours."""
    shown = study.shown(path)
    if not path.resolve().is_relative_to(study.folder):
        problems.add(UNREADABLE.at(shown, "The file is a link that leaves the study folder."))
        return None
    try:
        return source.reader.whole(path, shown, source.options, problems)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except OSError as error:
        problems.add(UNREADABLE.at(shown, f"The file can't be opened ({error.strerror or error})."))
    except BaseException as error:
        if is_room(error):
            raise
        said = " ".join(str(error).split())[:200]
        failure = f"{type(error).__name__}: {said}" if said else type(error).__name__
        what = f"The reader of {source.reader.title} files can't read the file ({failure})."
        problems.add(UNREADABLE.at(Address(file=shown, sheet=source.options.page), what))
    return None


def _digest(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file (a workbook is read for each of its sheets, so remembered)."""
    status = path.stat()
    return status.st_size, _sha256(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _sha256(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _columns_agree(
    source: Source,
    form: str,
    columns: tuple[str, ...],
    described: tuple[DictionaryColumn, ...],
    shown: str,
    problems: Problems,
) -> bool:
    """Whether a file has the columns of the dictionary; else what is missing, renamed or unexpected."""
    expected = [column.column for column in described]
    reader, options = source.reader, source.options
    misread = reader.misread_columns(shown, columns, expected, options)
    if misread is not None:
        problems.add(misread)
        return False

    def at(column: str) -> Address:
        return at_line(shown, options.header, column, sheet=options.page)

    missing = [column for column in expected if column not in columns]
    extra = [column for column in columns if column not in expected]
    renamed: set[str] = set()
    for column in missing:
        hint = did_you_mean(column, [other for other in extra if other not in renamed])
        renamed.add(hint)
        what = f"Form '{form}' has no column '{column}'."
        problems.add(COLUMN_MISSING.at(at(column), what, hint=hint))
    for column in extra:
        if column not in renamed:
            what = f"Form '{form}' has a column '{column}' that is not in the data dictionary."
            problems.add(COLUMN_EXTRA.at(at(column), what))
    return not missing and not extra


def _files(study: Study) -> Iterator[Path]:
    """Every file of the raw folder that a form could be, in order; not the treatment lists."""
    lists = set(study.treatment_lists)
    for path in sorted(study.raw.rglob("*")) if study.raw.is_dir() else []:
        if path.is_file() and reader_of(path.suffix) and path not in lists and path != study.dictionary:
            yield path


def _unread(study: Study, read: set[Path], problems: Problems) -> None:
    """What no form reads of the files that were read."""
    sources: dict[Path, list[Source]] = {}
    for name in study.forms:
        source = source_of(study, name)
        for path in parts_of(study.file_of(name)) if source.reader.unread_tables is not None else ():
            if path in read:
                sources.setdefault(path, []).append(source)
    unreadable = {item.where.file for item in problems.stops}
    for path, (first, *others) in sorted(sources.items()):
        if study.shown(path) not in unreadable and first.reader.unread_tables is not None:
            options = [source.options for source in (first, *others)]
            first.reader.unread_tables(path, study.shown(path), options, problems)


def _undeclared(study: Study, read: set[Path], problems: Problems) -> None:
    for path in _files(study):
        if path not in read:
            problems.add(NOT_DECLARED.at(study.shown(path), "No form of study.toml reads this file."))
