"""Dispositions: written reasons why records of a finding stay, from the workbook `specs/dispositions.xlsx`.

Its sheet `Dispositions` names records by their ids, so that a changed value or a new record is open again.
Its sheet `Paragraphs` has text per rule for the reviewer's guide, and closes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from il2cdisc.base.problems import Address, Problem, Problems, did_you_mean
from il2cdisc.check.findings import Finding, Level
from il2cdisc.check.ids import ID
from il2cdisc.check.problems import (
    BAD_CATEGORY,
    BAD_DAY,
    BAD_ID,
    BAD_RULE_CODE,
    ID_TWICE,
    UNUSED_DISPOSITION,
)
from il2cdisc.spec.workbook import SheetRow, Workbook, open_workbook

COLUMNS = ("Rule", "Finding ids", "Category", "Text", "By", "Role", "On")
PARAGRAPHS = ("Rule", "Text")
_BETWEEN = re.compile(r"[\s,;]+")


class Category(StrEnum):
    """Why records of a finding stay as they are."""

    CONFIRMED = "confirmed by site"
    FALSE_POSITIVE = "false positive"
    LIMIT = "limit of the standard"
    TO_CORRECT = "to be corrected"


@dataclass(frozen=True, slots=True)
class Disposition:
    """A reason for some records of a rule: who gives it, in which role, on which day (ISO 8601).

    `ids` are ids of records, or of findings: these stand for all records that the finding has.
    """

    rule: str
    ids: tuple[str, ...]
    category: Category
    text: str
    by: str = ""
    role: str = ""
    on: str = ""
    at: Address = field(default_factory=Address)
    ids_at: Address = field(default_factory=Address)

    @property
    def reason(self) -> str:
        return f"{self.category}: {self.text}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text about a rule for the reviewer's guide."""

    rule: str
    text: str


def read_dispositions(path: Path, *, shown: str = "") -> tuple[Disposition, ...]:
    """The dispositions of a workbook; none where there is no such file.

    Raises `Stopped` with every problem: a workbook that can't be read, an empty cell, an id or a day that is
    not one, an unknown category, an id that two rows name.
    """
    dispositions, _, problems = _read(path, shown)
    Problems(problems).stop_if_any()
    return dispositions


def read_paragraphs(path: Path, *, shown: str = "") -> tuple[Paragraph, ...]:
    """The paragraphs of the reviewer's guide, in their order; none where there is no such sheet or file."""
    _, paragraphs, problems = _read(path, shown)
    Problems(problems).stop_if_any()
    return paragraphs


def check_dispositions(path: Path, *, shown: str = "") -> list[Problem]:
    """Every problem of the workbook, stops and findings alike; none where there is no such file.

    Raises `Stopped` only if the file can't be opened.
    """
    return _read(path, shown)[2]


def _read(path: Path, shown: str) -> tuple[tuple[Disposition, ...], tuple[Paragraph, ...], list[Problem]]:
    if not path.exists():
        return (), (), []
    book = open_workbook(path, shown)
    try:
        found = tuple(_disposition(row, book) for row in book.rows("Dispositions", COLUMNS))
        paragraphs = tuple(
            Paragraph(row.needed("Rule"), row.needed("Text"))
            for row in book.rows("Paragraphs", PARAGRAPHS, may_lack=True)
        )
        book.tell_unknown_sheets()
    finally:
        book.close()
    return found, paragraphs, [*book.problems.items, *_named_twice(found)]


def _disposition(row: SheetRow, book: Workbook) -> Disposition:
    ids = tuple(part for part in _BETWEEN.split(row.needed("Finding ids")) if part)
    wrong = [name for name in ids if not ID.fullmatch(name)]
    if wrong:
        book.problems.add(BAD_ID.at(row.at("Finding ids"), "the cell holds what is not an id", values=wrong))
    return Disposition(
        rule=row.needed("Rule"),
        ids=ids,
        category=_category(row, book),
        text=row.needed("Text"),
        by=row.needed("By"),
        role=row.needed("Role"),
        on=_day(row, book),
        at=row.at("Rule"),
        ids_at=row.at("Finding ids"),
    )


def _category(row: SheetRow, book: Workbook) -> Category:
    text = row.needed("Category")
    if text and text not in list(Category):
        hint = did_you_mean(text, list(Category))
        what = f"the category is not one of {', '.join(Category)}"
        book.problems.add(BAD_CATEGORY.at(row.at("Category"), what, values=[text], hint=hint))
    return Category(text) if text in list(Category) else Category.TO_CORRECT


def _day(row: SheetRow, book: Workbook) -> str:
    text = row.needed("On")
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        book.problems.add(BAD_DAY.at(row.at("On"), "the cell holds no date", values=[text]))
        return ""


def _named_twice(dispositions: Iterable[Disposition]) -> list[Problem]:
    first: dict[tuple[str, str], Disposition] = {}
    problems: list[Problem] = []
    for item in dispositions:
        again = [name for name in item.ids if first.setdefault((item.rule, name), item) is not item]
        again += sorted({name for name in item.ids if item.ids.count(name) > 1})
        if again:
            what = f"ids of {item.rule} that an earlier row or the same cell names already"
            problems.append(ID_TWICE.at(item.ids_at, what, values=again))
    return problems


def of_records(finding: Finding, dispositions: Iterable[Disposition]) -> list[Disposition | None]:
    """For each record of a finding its disposition, None where it has none."""
    mine = {name: item for item in dispositions if item.rule == finding.code for name in item.ids}
    if not mine:
        return [None] * finding.count
    whole = mine.get(finding.id)
    return [mine.get(record.id, whole) for record in finding.records] or [whole]


def undisposed(findings: Iterable[Finding], dispositions: Sequence[Disposition]) -> list[Finding]:
    """The findings with a record that no disposition explains, or that is still to be corrected.

    Information needs no disposition.
    """
    asked = (finding for finding in findings if finding.level is not Level.INFORMATION)
    return [finding for finding in asked if not _is_closed(of_records(finding, dispositions))]


def _is_closed(given: Iterable[Disposition | None]) -> bool:
    return all(item is not None and item.category is not Category.TO_CORRECT for item in given)


def explained(finding: Finding, dispositions: Iterable[Disposition]) -> int:
    """How many records of a finding a disposition explains."""
    return sum(item is not None for item in of_records(finding, dispositions))


def reason_of(finding: Finding, dispositions: Iterable[Disposition]) -> str:
    """The reasons that explain all records of a finding; empty when one of them has none."""
    given = of_records(finding, dispositions)
    if not all(given):
        return ""
    return "; ".join(dict.fromkeys(item.reason for item in given if item))


def unused(
    findings: Collection[Finding], dispositions: Sequence[Disposition], codes: Collection[str]
) -> list[Problem]:
    """Dispositions of an unknown rule, and ids that no record has any more.

    Those of rules of CDISC CORE are judged only where `codes` say that the rule ran.
    """
    known = {*codes, *(finding.code for finding in findings)}
    there: dict[str, set[str]] = {}
    for finding in findings:
        there.setdefault(finding.code, {finding.id}).update(record.id for record in finding.records)
        there[finding.code].add(finding.id)
    problems: list[Problem] = []
    for item in dispositions:
        if item.rule.startswith("CORE-") and item.rule not in codes:
            continue
        gone = [name for name in item.ids if name not in there.get(item.rule, ())]
        if item.rule not in known and item.rule.startswith("CHK"):
            hint = did_you_mean(item.rule, sorted(known))
            problems.append(BAD_RULE_CODE.at(item.at, "there is no such rule", values=[item.rule], hint=hint))
        elif gone:
            what = f"ids that no finding of {item.rule} has"
            problems.append(UNUSED_DISPOSITION.at(item.ids_at, what, values=gone, out_of=len(item.ids)))
    return problems
