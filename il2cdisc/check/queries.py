"""Data queries: what a data manager must ask the sender of the data, one question a raw cell.

A query is made of a finding whose code is in `QUESTIONS` and that names a raw line. Its id is made of what it
is about (code, form, field, and the record's key or content), so the same data give the same id in every
build, also when lines move.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from il2cdisc.base.problems import Address
from il2cdisc.check.findings import Finding
from il2cdisc.raw.records import RawRecord

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
}
"""Code of a finding → the question. {told} is what the finding says, {Told} the same as a sentence begins."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question: whose it is, where the value stands, what is asked, and the finding's code."""

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


def make_queries(findings: Iterable[Finding], look: Look) -> list[Query]:
    """Queries of findings, one a raw cell and code, in the order of subject, form, file, line and field."""
    made: dict[tuple[str, int, str, str], Query] = {}
    for finding in findings:
        if finding.code in QUESTIONS:
            for place, what in _asked(finding):
                record = look(place.file, place.sheet, place.line)
                if record is not None:
                    query = _query(finding.code, what, record, place)
                    made.setdefault((query.file, query.line, query.field, query.code), query)
    return _numbered(sorted(made.values(), key=_order))


def _asked(finding: Finding) -> Iterator[tuple[Address, str]]:
    """Raw cells that a finding asks about, and what it says of each: of one cause there is one question."""
    if finding.cause is not None:
        yield finding.cause, finding.what
        return
    for item in finding.records:
        if item.source and item.source[0].line:
            yield item.source[0], item.what or finding.what


def _query(code: str, what: str, record: RawRecord, place: Address) -> Query:
    column = place.column
    value = record.values.get(column, "")
    told = what.removesuffix("; both are kept")
    meaning = record.codes.get(column, {}).get(value, "")
    question = QUESTIONS[code].format(
        label=f"“{record.label(column)}”",
        value=f"“{value}”" + (f" ({meaning})" if meaning and meaning != value else ""),
        told=told,
        Told=told[:1].upper() + told[1:],
    )
    content = record.key or record.values
    about = [code, record.form, record.subject, column, *map("=".join, sorted(content.items()))]
    digest = hashlib.sha256("\x1f".join(about).encode()).hexdigest()
    return Query(
        id=f"Q-{digest[:8].upper()}",
        subject=record.subject,
        form=record.form.upper(),
        record=", ".join(f"{name} {part}" for name, part in record.key.items() if part),
        file=place.file + (f"!{place.sheet}" if place.sheet else ""),
        line=place.line,
        field=column,
        value=value,
        question=question,
        code=code,
    )


def _order(query: Query) -> tuple[str, str, str, int, str, str]:
    return query.subject, query.form, query.file, query.line, query.field, query.code


def _numbered(queries: list[Query]) -> list[Query]:
    """Records that are alike get one id: the second and later ones a number behind it."""
    seen: dict[str, int] = {}
    out: list[Query] = []
    for query in queries:
        seen[query.id] = seen.get(query.id, 0) + 1
        count = seen[query.id]
        out.append(query if count == 1 else replace(query, id=f"{query.id}-{count}"))
    return out
