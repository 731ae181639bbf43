"""What was accepted of an export, in `accepted.toml`: files, and the records of each subject and visit."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from il2cdisc.base.columns import CodedColumn, row_numbers
from il2cdisc.base.problems import Address, Kind, Problem, Severity, Stopped, at_line, did_you_mean
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.raw.visits import visit_place
from il2cdisc.study import Study

FILE = "accepted.toml"
ABSENT = f"no {FILE}: records that vanish from one export to the next are not noticed (il2cdisc raw accept)"
HEAD = """\
# Records of the raw export as it was accepted: written by `il2cdisc raw accept`, read by each build.
# A record that was accepted and is gone is a finding; new ones are not. Not to be edited: accept again.
"""

ACCEPT_AGAIN = "Accept the export again (il2cdisc raw accept), or restore the file."

GONE = Kind(
    "RAW140",
    "Missing accepted records",
    Severity.FINDING,
    "Ask the sender why they are gone; accept the export again if that is right (il2cdisc raw accept).",
)
FEWER = Kind(
    "RAW141",
    "Fewer records than accepted",
    Severity.FINDING,
    "Ask the sender why they are gone; accept the export again if that is right (il2cdisc raw accept).",
)
UNUSABLE = Kind(
    "RAW142",
    "Invalid file of accepted records",
    Severity.STOP,
    "Correct the line, or accept the export again (il2cdisc raw accept).",
)

Count = Annotated[int, Field(ge=0)]
Key = tuple[str, str]
"""Number of a subject, and visit as the export writes it ("" for none)."""


class _AcceptedTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AcceptedFile(_AcceptedTable):
    """A file, or sheet, of a form."""

    file: str
    sheet: str = ""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AcceptedGroup(_AcceptedTable):
    """Subjects with the same number of records at the same visits."""

    records: Mapping[str, Annotated[int, Field(ge=1)]]
    subjects: Annotated[tuple[str, ...], Field(strict=False)]


class AcceptedForm(_AcceptedTable):
    """A form as it was accepted: rows, combinations of subject and visit, and what each subject had."""

    rows: Count
    keys: Count = 0
    files: Annotated[tuple[AcceptedFile, ...], Field(strict=False)] = ()
    groups: Annotated[tuple[AcceptedGroup, ...], Field(strict=False)] = ()

    @property
    def counts(self) -> dict[Key, int]:
        """Number of records by subject and visit."""
        return {
            (subject, visit): count
            for group in self.groups
            for subject in group.subjects
            for visit, count in group.records.items()
        }


class Accepted(_AcceptedTable):
    """The whole of `accepted.toml`."""

    digest: str = ""
    """SHA-256 of all that follows it in the file: an edited one is not what was accepted."""
    forms: Mapping[str, AcceptedForm] = {}


def read_accepted(study: Study) -> Accepted | None:
    """What was accepted; None where there is no `accepted.toml`.

    Raises `Stopped` with every problem of the file, each at its line: no TOML, keys or values that don't
    belong there, forms that the study does not have, numbers that disagree.
    """
    path = study.folder / FILE
    if not path.is_file():
        return None
    text, data = _toml(path)
    lines = _lines(text)
    try:
        found = Accepted.model_validate(data)
    except ValidationError as error:
        raise Stopped(_invalid(error, lines)) from None
    problems = list(_disagreements(found, study, lines))
    if not problems and found.digest != _digest_of(text):
        what = "The file is not as it was written: what it says was accepted is not known."
        problems.append(UNUSABLE.at(_at(lines, "digest"), what, fix=ACCEPT_AGAIN))
    if problems:
        raise Stopped(problems)
    return found.model_copy(update={"digest": ""})


def _toml(path: Path) -> tuple[str, dict[str, object]]:
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except OSError as error:
        raise Stopped([UNUSABLE.at(FILE, f"The file can't be opened ({error.strerror}).")]) from None
    except RecursionError:
        raise Stopped([UNUSABLE.at(FILE, "Brackets are nested too deep.")]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Stopped([UNUSABLE.at(at_line(FILE, line), f"Byte {error.start} is not UTF-8.")]) from None
    except ValueError as error:
        found = re.search(r"line (\d+)", str(error))
        what = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise Stopped([UNUSABLE.at(at_line(FILE, int(found[1]) if found else 1), f"{what}.")]) from None


def _lines(text: str) -> dict[str, list[int]]:
    """Lines of each table (`forms.vs`, `forms.vs.groups`) and key (`forms.vs.rows`), in order."""
    places: dict[str, list[int]] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$", line):
            table = header[1].replace('"', "")
            places.setdefault(table, []).append(number)
        elif entry := re.match(r"\s*([\w\-]+)\s*=", line):
            places.setdefault(f"{table}.{entry[1]}" if table else entry[1], []).append(number)
    return places


def _at(lines: Mapping[str, list[int]], *key: str | int) -> Address:
    """The line of a key, or of the nearest table around it; numbers say which of several tables."""
    names = [str(part) for part in key if isinstance(part, str)]
    which = next((part for part in key if isinstance(part, int)), 0)
    for end in range(len(names), 0, -1):
        found = lines.get(".".join(names[:end]), [])
        if found:
            return at_line(FILE, found[min(which, len(found) - 1)])
    return at_line(FILE, 1)


def _invalid(error: ValidationError, lines: Mapping[str, list[int]]) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        name = ".".join(str(part) for part in item["loc"])
        unknown = item["type"] == "extra_forbidden"
        what = f"'{name}' is not a key of this file." if unknown else f"{name}: {item['msg']}."
        yield UNUSABLE.at(_at(lines, *item["loc"]), what)


def _disagreements(found: Accepted, study: Study, lines: Mapping[str, list[int]]) -> Iterator[Problem]:
    for name, form in found.forms.items():
        if name not in study.forms:
            hint = did_you_mean(name, study.forms)
            what = f"study.toml has no form '{name}'."
            yield UNUSABLE.at(_at(lines, "forms", name), what, hint=hint)
        subjects = [subject for group in form.groups for subject in group.subjects]
        for subject in sorted(subject for subject, count in Counter(subjects).items() if count > 1):
            what = f"Form '{name}' has subject '{subject}' in two groups."
            yield UNUSABLE.at(_at(lines, "forms", name), what)
        counts = form.counts
        if form.groups and (sum(counts.values()), len(counts)) != (form.rows, form.keys):
            what = f"The groups of form '{name}' do not add up to its rows and keys."
            yield UNUSABLE.at(_at(lines, "forms", name, "rows"), what, values=[form.rows, form.keys])


def accept(export: RawExport, study: Study) -> Accepted:
    """What a linked export has, to be accepted; but for the treatment list, of which there are two."""
    files: dict[str, list[AcceptedFile]] = {}
    for item in export.receipts:
        files.setdefault(item.form, []).append(
            AcceptedFile(file=item.file, sheet=item.sheet, sha256=item.sha256)
        )
    forms: dict[str, AcceptedForm] = {}
    treatment = study.treatment.form if study.treatment else ""
    for name in sorted(set(export.forms) - {treatment} - study.withheld):
        counts = _counts(export, study, export.forms[name])
        forms[name] = AcceptedForm(
            rows=export.forms[name].rows,
            keys=len(counts),
            files=tuple(files.get(name, ())),
            groups=grouped_counts(counts),
        )
    return Accepted(forms=forms)


def _counts(export: RawExport, study: Study, form: Form) -> dict[Key, int]:
    """Number of records of a form by subject and visit; empty for a form without subjects."""
    if not form.has_subjects or export.subjects is None:
        return {}
    numbers = dict(zip(export.subjects["USUBJID"], export.subjects["SUBJID"], strict=True))
    subject, visit = form.column("USUBJID"), _visits(export, study, form)
    pairs = np.unique(row_numbers([subject, visit]), return_index=True, return_counts=True)
    out: Counter[Key] = Counter()
    for row, count in zip(pairs[1].tolist(), pairs[2].tolist(), strict=True):
        out[numbers[subject.at(row)], "" if visit.missing_at(row) else visit.at(row)] += count
    return dict(sorted(out.items()))


def _visits(export: RawExport, study: Study, form: Form) -> CodedColumn:
    """The visit of each record as the export writes it."""
    place, column = visit_place(study, form.name, {name: item.columns for name, item in export.forms.items()})
    if not place:
        return CodedColumn.blank(form.rows)
    texts = export.forms[place].column(column)
    if place == form.name:
        return texts
    return CodedColumn(texts.values, np.append(texts.codes, -1)[export.links[form.name][place]])


def grouped_counts(counts: Mapping[Key, int]) -> tuple[AcceptedGroup, ...]:
    """Subjects with the same records together, in the order of the first of them."""
    own: dict[str, dict[str, int]] = {}
    for (subject, visit), count in counts.items():
        own.setdefault(subject, {})[visit] = count
    alike: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for subject, records in own.items():
        alike.setdefault(tuple(sorted(records.items())), []).append(subject)
    return tuple(AcceptedGroup(records=dict(key), subjects=tuple(names)) for key, names in alike.items())


def compare(accepted: Accepted, export: RawExport, study: Study) -> list[Problem]:
    """A problem for each form that lacks records which were accepted; nothing is said of new ones."""
    found: list[Problem] = []
    for name, before in accepted.forms.items():
        form = export.forms.get(name)
        if form is None or name in study.withheld or _same_files(before, export, name):
            continue
        now = _counts(export, study, form)
        gone = {key: count - now.get(key, 0) for key, count in before.counts.items()}
        found += _gone(form, study, [key for key, count in gone.items() if count > 0], before, export)
        if not before.groups and form.rows < before.rows:
            what = f"form '{name}' has fewer records than were accepted"
            found.append(FEWER.at(_file(form), what, values=[before.rows, form.rows]))
    return found


def _same_files(before: AcceptedForm, export: RawExport, name: str) -> bool:
    now = [
        AcceptedFile(file=x.file, sheet=x.sheet, sha256=x.sha256) for x in export.receipts if x.form == name
    ]
    return list(before.files) == now


def _gone(
    form: Form, study: Study, keys: list[Key], before: AcceptedForm, export: RawExport
) -> Iterator[Problem]:
    """One problem for all keys of a form of which records are gone: the file is their cause."""
    if not keys:
        return
    names: dict[str, str] = {}
    if export.subjects is not None:
        names = dict(zip(export.subjects["SUBJID"], export.subjects["USUBJID"], strict=True))
    file = _file(form)
    records = [
        Address(
            file=file.file,
            sheet=file.sheet,
            column=_key_text(study, form, subject, visit),
            usubjid=names.get(subject, subject),
        )
        for subject, visit in keys
    ]
    what = f"records of form '{form.name}' that were accepted are gone"
    yield GONE.at(file, what, records=records, out_of=before.keys, cause=file)


def _key_text(study: Study, form: Form, subject: str, visit: str) -> str:
    """A subject and visit as columns of the export: SUBJID=… VISIT=…"""
    _, column = visit_place(study, form.name, {form.name: form.columns})
    of_visit = f" {column or 'visit'}={visit}" if visit else ""
    return f"{study.study.subject_key}={subject}{of_visit}"


def _file(form: Form) -> Address:
    part = form.parts[0]
    return Address(file=part.file, sheet=part.sheet)


def fewer_than(outputs: Path, export: RawExport) -> Iterator[str]:
    """A line for each file that has fewer records than in the receipts of the last build; for a terminal.

    Nothing where there are no receipts, or they can't be read.
    """
    try:
        found = json.loads((outputs / "raw" / "receipts.json").read_text(encoding="utf-8"))
        before = {(item["form"], item["file"], item["sheet"]): item["rows"] for item in found}
    except (OSError, ValueError, KeyError, TypeError):
        return
    for item in export.receipts:
        rows = before.get((item.form, item.file, item.sheet))
        if isinstance(rows, int) and item.rows < rows:
            yield f"{item.file} has {item.rows:,} records of form '{item.form}'; the last build had {rows:,}"


def written(accepted: Accepted) -> str:
    """The text of `accepted.toml`; the same records give the same text."""
    body = "\n".join(line for name in sorted(accepted.forms) for line in _form(name, accepted)) + "\n"
    return f'{HEAD}\ndigest = "{_digest_of(body)}"\n\n{body}'


def _digest_of(text: str) -> str:
    """SHA-256 of the tables of a file, from the first one on."""
    tables = re.search(r"^\[", text, re.MULTILINE)
    return hashlib.sha256(text[tables.start() :].encode() if tables else b"").hexdigest()


def not_accepted(accepted: Accepted, study: Study) -> Iterator[str]:
    """A line for each form of the study of which the file has no records."""
    treatment = study.treatment.form if study.treatment else ""
    for name in sorted(set(study.forms) - set(accepted.forms) - {treatment} - study.withheld):
        yield f"no form '{name}' in {FILE}: records that vanish are not noticed (il2cdisc raw accept)"


def _form(name: str, accepted: Accepted) -> Iterator[str]:
    form = accepted.forms[name]
    yield f"[forms.{name}]"
    yield f"rows = {form.rows}"
    yield f"keys = {form.keys}"
    for item in form.files:
        yield f"[[forms.{name}.files]]"
        yield f"file = {_quoted(item.file)}"
        if item.sheet:
            yield f"sheet = {_quoted(item.sheet)}"
        yield f"sha256 = {_quoted(item.sha256)}"
    for group in form.groups:
        yield f"[[forms.{name}.groups]]"
        yield f"records = {{ {', '.join(f'{_quoted(v)} = {n}' for v, n in group.records.items())} }}"
        yield from _wrapped(group.subjects)
    yield ""


def _wrapped(subjects: Iterable[str]) -> Iterator[str]:
    names = [_quoted(subject) for subject in subjects]
    yield "subjects = ["
    for first in range(0, len(names), 8):
        yield f"  {', '.join(names[first : first + 8])},"
    yield "]"


def _quoted(text: str) -> str:
    # a JSON string is a basic string of TOML, but for DEL, which JSON leaves as it is
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_accepted(accepted: Accepted, study: Study) -> Path:
    """Write `accepted.toml` beside `study.toml`, as a whole or not at all."""
    path = study.folder / FILE
    beside = path.with_name(f".{FILE}.new")
    try:
        with beside.open("wb") as stream:
            stream.write(written(accepted).encode())
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path
