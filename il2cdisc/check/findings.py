"""Findings: what a rule or an earlier stage found, one record each, and the report that holds them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from il2cdisc.base.problems import Address, Problem, Severity


class Level(StrEnum):
    """How much a finding weighs. Every one needs a mended source or a written disposition."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        return ("error", "warning", "note").index(self.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at one place: a record, a variable, a dataset, a file or a workbook cell.

    `where` is the place in words, `spec` the workbook cell that asks for something else, `source` the
    raw lines behind the record. `seq` is --SEQ or ASEQ, 0 where there is none.
    """

    code: str
    title: str
    level: Level
    what: str
    where: str = ""
    dataset: str = ""
    variable: str = ""
    usubjid: str = ""
    seq: int = 0
    row: int = 0
    value: str = ""
    hint: str = ""
    fix: str = ""
    spec: str = ""
    source: tuple[str, ...] = ()
    by: str = ""
    """The program that found it; empty for il2cdisc itself."""

    @property
    def sort_key(self) -> tuple[int, str, str, str, str, int, int, str, str]:
        """Errors first; then by code, dataset, variable, subject and record."""
        return (
            self.level.rank,
            self.code,
            self.dataset,
            self.variable,
            self.usubjid,
            self.seq,
            self.row,
            self.where,
            self.what,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one code and level: how many there are, and those that are held one by one.

    `fix` is empty where the findings have remedies of their own.
    """

    code: str
    title: str
    level: Level
    fix: str
    count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found, in groups: errors before warnings before notes, then by code.

    A rule may hold for a million records: `Group.count` is their number, `Group.findings` those that are
    kept one by one (`run.MAX_RECORDS` a message). `rules` are the codes that ran.
    """

    groups: tuple[Group, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for group in self.groups for finding in group.findings)

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    def of_level(self, level: Level) -> int:
        """Number of findings of a level."""
        return sum(group.count for group in self.groups if group.level is level)


def grouped(
    findings: Iterable[Finding],
    *,
    more: dict[tuple[str, Level], int] | None = None,
    rules: Iterable[str] = (),
) -> Report:
    """A report of findings; `more` counts, by code and level, findings that are not held one by one.

    The order of the findings given does not matter; equal ones stay (two raw lines may be equally wrong).
    """
    extra = more or {}
    by_code: dict[tuple[int, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda item: item.sort_key):
        by_code.setdefault((finding.level.rank, finding.code), []).append(finding)
    groups = tuple(
        Group(
            code=items[0].code,
            title=items[0].title,
            level=items[0].level,
            fix=items[0].fix if len({item.fix for item in items}) == 1 else "",
            count=len(items) + extra.get((items[0].code, items[0].level), 0),
            findings=tuple(items),
        )
        for _, items in sorted(by_code.items())
    )
    return Report(groups, tuple(sorted(rules)))


def from_problem(problem: Problem) -> Finding:
    """The finding that a problem of another stage is; one that stops a build weighs as an error."""
    place = problem.where
    is_raw_line = bool(place.line) and not place.dataset
    return Finding(
        code=problem.code,
        title=problem.kind.title,
        level=Level.ERROR if problem.kind.severity is Severity.STOP else Level.WARNING,
        what=problem.what,
        where=place_text(place),
        dataset=place.dataset,
        variable=place.column,
        usubjid=place.usubjid,
        seq=place.seq,
        value=", ".join(problem.values),
        hint=problem.hint,
        fix=problem.fix,
        source=tuple(place_text(source) for source in problem.source or ((place,) if is_raw_line else ())),
    )


def place_text(place: Address) -> str:
    """An address in words, e.g. `raw/visits.csv:118` or `AE USUBJID=… AESEQ=12`."""
    return str(place)
