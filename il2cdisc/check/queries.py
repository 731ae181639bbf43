"""Data queries: what a data manager must ask the sender of the data, one question a raw cell.

A query is made of a finding that has a question (`QUESTIONS`, `FILE_QUESTIONS`, a rule's own, or that of its
check in the sheet Checks) and that names a raw line or file. Its id is made of what it is about (code, check,
form, field, and the record's key or its other values), so the same data give the same id in every build, also
when lines move, texts are worded anew, or the value is corrected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from il2cdisc.base.problems import Address
from il2cdisc.check.dispositions import Category, Disposition, of_records
from il2cdisc.check.findings import Finding, Occurrence
from il2cdisc.check.rules import sense_questions
from il2cdisc.raw.records import RawRecord
from il2cdisc.spec.sense_lint import filled

Look = Callable[[str, str, int], RawRecord | None]
"""`look(file, sheet, line)`: the raw record there."""

CONFIRM = "Please confirm the date, or correct it."
REASON = CONFIRM + " If it is right, please give the reason."
QUESTIONS = {
    "RAW108": "{Told}. Please state whether both records are meant; if not, which one counts.",
    "RAW109": "{label} is recorded as {value} in the place of a result. "
    "Please give the result, or the reason why there is none.",
    "RAW110": "{Told}. Please check the source documents and state which one is right.",
    "MAP101": "{label} is recorded as {value}, which is none of the answers that are foreseen. "
    "Please state which answer is meant.",
    "MAP102": "{label} is recorded as {value}, which is not a day of the calendar. "
    "Please give the correct date, or state that it is not known.",
    "MAP103": "{label} is recorded as {value}: a part of the date is missing. "
    "Please give the whole date, or confirm that the rest is not known.",
    "MAP104": "{label} is recorded as {value}, which is not a time of day. Please give the correct time.",
    "MAP105": "{label} is recorded as {value}, which could not be translated and coded. "
    "Please confirm the wording, or describe it in other words.",
    "MAP106": "{label} is recorded as {value}, where a number is expected. Please give the number.",
    "MAP140": "{label} is recorded as {value}, where a number is expected. Please give the number.",
    "MAP141": "{label} is recorded as {value}. Please give the reference limit as a number.",
    "MAP142": "{label} is recorded as {value}: {told}. Please give the right reference limits.",
    "CHK050": "{label} is recorded as {value}: {told}. " + CONFIRM,
    "CHK051": "{label} is recorded as {value}: {told}. " + CONFIRM,
    "CHK052": "{label} is recorded as {value}: {told}. " + REASON,
    "CHK053": "{label}: {told}. Please check the total and each item against the source documents.",
    "CHK054": "{label} has no value, although other items of the same form have. "
    "Please give it, or state why it was not rated.",
    "CHK055": "{label} is recorded as {value}: {told}. Please check the result and its unit.",
    "CHK070": "{label} is recorded as {value}: {told}. " + CONFIRM,
    "CHK067": "{label} is recorded as {value}: {told}. " + CONFIRM,
    "CHK068": "{label} is recorded as {value}: {told}. " + CONFIRM,
    "CHK069": "{label} is recorded as {value}: {told}. Please give the date of birth or the age.",
    "CHK056": "{label} is recorded as {value}: {told}. "
    "Please check whether it belongs to this subject and this visit.",
    "RAW130": "The form “{found}” is missing. Please give its data, or the reason why it was not done.",
}
"""Code of a finding → the question. {told} is what the finding says, {Told} the same as a sentence begins,
{found} the value of the finding."""
FILE_QUESTIONS = {
    "RAW131": "The file ends before the records of some subjects. Please send the whole file.",
    "RAW132": "No subject has a form that is expected. Please send its records, or state why there are none.",
    "RAW140": "Records that were delivered before are missing. Please send them, or state why they are gone.",
    "RAW141": "The file has fewer records than were delivered before. Please send the missing ones, or state "
    "why they are gone.",
}
"""Code of a finding whose cause is a file → the question to its sender, listed with its records."""
OF_FOUND = ("RAW130",)
"""Codes of findings whose own value is the subject of the question, and not the value of the cell."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question: whose it is, where the value stands, what is asked, the finding's code, and its state in
    the query log (`query_log.States`)."""

    id: str
    subject: str
    form: str
    record: str
    file: str
    line: int
    field: str
    value: str
    question: str
    code: str
    state: str = ""


def _nothing(_form: str, _column: str) -> bool:
    return False


@dataclass(frozen=True)
class Asking:
    """What decides what is asked. `look` finds raw records; `checks`: id of a check of the sheet Checks → its
    question; `hidden` says of a form and column that nothing of it is shown; records with a disposition that
    closes them are not asked about."""

    look: Look
    checks: Mapping[str, str] = field(default_factory=dict[str, str])
    hidden: Callable[[str, str], bool] = _nothing
    dispositions: Sequence[Disposition] = ()

    def template(self, finding: Finding) -> str:
        """The question of a finding before its facts are filled in; "" where there is none."""
        if finding.check:
            return self.checks.get(finding.check, "")
        return QUESTIONS.get(finding.code) or sense_questions().get(finding.code, "")


def make_queries(findings: Iterable[Finding], asking: Asking) -> list[Query]:
    """Queries of findings, one a raw cell and code, in the order of subject, form, file, line and field."""
    made: dict[tuple[object, ...], Query] = {}
    for finding in findings:
        open_ = _open(finding, asking.dispositions)
        if finding.code in FILE_QUESTIONS and finding.cause is not None and open_:
            query = _of_file(finding, finding.cause, open_)
            made.setdefault((query.file, query.code), query)
        template = asking.template(finding)
        for place, what, found in _asked(finding, open_) if template else ():
            record = asking.look(place.file, place.sheet, place.line)
            if record is not None and not asking.hidden(record.form, place.column):
                query = _query(finding, template, what, found, record, place)
                made.setdefault((query.file, query.line, query.field, query.code, found), query)
    return _numbered(sorted(made.values(), key=_order))


def _open(finding: Finding, dispositions: Sequence[Disposition]) -> list[Occurrence]:
    """The records of a finding that no disposition closes."""
    given = of_records(finding, dispositions)
    closed = [item is not None and item.category is not Category.TO_CORRECT for item in given]
    return [record for record, done in zip(finding.records, closed, strict=False) if not done]


def _asked(finding: Finding, records: Sequence[Occurrence]) -> Iterator[tuple[Address, str, str]]:
    """Raw cells that a finding asks about, what it says of each, and what it is about beside the cell: of one
    cause there is one question."""
    if finding.cause is not None:
        if records:
            yield finding.cause, finding.what, ""
        return
    for item in records:
        if item.source and item.source[0].line:
            found = item.value if finding.code in OF_FOUND else ""
            yield item.source[0], item.what or finding.what, found


def _query(
    finding: Finding, template: str, what: str, found: str, record: RawRecord, place: Address
) -> Query:
    column = place.column
    value = record.values.get(column, "")
    told = what.removesuffix("; both are kept")
    meaning = record.codes.get(column, {}).get(value, "")
    facts = {
        "label": f"“{record.label(column)}”",
        "value": f"“{value}”" + (f" ({meaning})" if meaning and meaning != value else ""),
        "told": told,
        "Told": told[:1].upper() + told[1:],
        "found": found.upper(),
    }
    others = {name: part for name, part in record.values.items() if name != column}
    content = record.key or others
    own = [item for item in (finding.check, found) if item]
    about = [finding.code, record.form, record.subject, column, *map("=".join, sorted(content.items())), *own]
    return Query(
        id=_id(about),
        subject=record.subject,
        form=found.upper() or record.form.upper(),
        record=", ".join(f"{name} {part}" for name, part in record.key.items() if part),
        file=place.file + (f"!{place.sheet}" if place.sheet else ""),
        line=place.line,
        field="" if found else column,
        value="" if found else value,
        question=filled(template, lambda name: facts.get(name, "")),
        code=f"{finding.code} {finding.check}" if finding.check else finding.code,
    )


def _of_file(finding: Finding, cause: Address, records: Sequence[Occurrence]) -> Query:
    """The question about a file; other records are another question."""
    file = cause.file + (f"!{cause.sheet}" if cause.sheet else "")
    named = [place.removeprefix(file).lstrip(": ") for place in (item.where for item in records)]
    return Query(
        id=_id([finding.code, file, *sorted(named)]),
        subject="",
        form="",
        record="\n".join(named),
        file=file,
        line=0,
        field="",
        value="",
        question=FILE_QUESTIONS[finding.code],
        code=finding.code,
    )


def _id(about: Iterable[str]) -> str:
    return f"Q-{hashlib.sha256(chr(31).join(about).encode()).hexdigest()[:8].upper()}"


def _order(query: Query) -> tuple[str, str, str, int, str, str, str]:
    return query.subject, query.form, query.file, query.line, query.field, query.code, query.id


def _numbered(queries: list[Query]) -> list[Query]:
    """Records that are alike get one id: the second and later ones a number behind it."""
    seen: dict[str, int] = {}
    out: list[Query] = []
    for query in queries:
        seen[query.id] = seen.get(query.id, 0) + 1
        count = seen[query.id]
        out.append(query if count == 1 else replace(query, id=f"{query.id}-{count}"))
    return out
