"""Findings: what a rule or an earlier stage found, with every record that it holds for, and their report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from il2cdisc.base.problems import Address, Problem, Severity
from il2cdisc.check.ids import finding_id, numbered, own_code, record_id

Identify = Callable[[Address], tuple[tuple[str, ...], str] | None]
"""What tells the raw record of an address from all others (form, subject, keys), and the cell's value."""


class Level(StrEnum):
    """How much a finding weighs. Every one but information needs a corrected source or a disposition."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    INFORMATION = "information"
    """Said so that nothing is changed without a word; nothing is to be done."""

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    def counted(self, number: int) -> str:
        """A number of findings of the level in words: `2 warnings`."""
        plural = "" if number == 1 or self is Level.INFORMATION else "s"
        return f"{number:,} {self.value}{plural}"


_LEVELS = {
    Severity.STOP: Level.ERROR,
    Severity.FINDING: Level.WARNING,
    Severity.INFORMATION: Level.INFORMATION,
}


class Occurrence(NamedTuple):
    """One record, raw cell or other place that a finding holds for.

    `id` lasts as long as the record's keys and the value do. `where` is the place in words, `seq` --SEQ or
    ASEQ (0 where there is none), `row` the record's number from 1, `what` what is said of it where that is
    not the finding's own sentence, `source` the raw lines behind it.
    """

    id: str = ""
    where: str = ""
    dataset: str = ""
    variable: str = ""
    usubjid: str = ""
    seq: int = 0
    row: int = 0
    value: str = ""
    what: str = ""
    source: tuple[Address, ...] = ()

    @property
    def order(self) -> tuple[object, ...]:
        """By dataset, variable, subject and record; raw cells by file and line."""
        place = self.source[0].sort_key() if self.source else ()
        return (self.dataset, self.variable, self.usubjid, self.seq, self.row, place, self.where, self.id)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with every record that it holds for: at least one, never cut.

    `where` is the place in words: of the only record, or the cell that explains all of them (`cause`).
    `spec` is the workbook cell that asks for something else, `out_of` how many records were looked at (0
    where that says nothing), `by` the program that found it (empty for il2cdisc itself).
    """

    code: str
    title: str
    level: Level
    what: str
    records: tuple[Occurrence, ...] = ()
    where: str = ""
    dataset: str = ""
    variable: str = ""
    hint: str = ""
    fix: str = ""
    spec: str = ""
    out_of: int = 0
    cause: Address | None = None
    by: str = ""
    rests_on: Address | None = None
    """The cell that would explain it, if enough other records of the rule rest on it too (`causes`)."""
    explained: str = ""
    """What is wrong with that cell then."""
    published: tuple[str, ...] = ()
    """Ids of the published rules of the standard that are broken, such as AD0010."""
    check: str = ""
    """Id of the check of the sheet Checks that found it; empty for those of the engine."""

    @property
    def count(self) -> int:
        """How many records it holds for, at least one."""
        return max(len(self.records), 1)

    @property
    def first(self) -> Occurrence:
        """The first record; an empty one where none is held."""
        return self.records[0] if self.records else Occurrence(where=self.where)

    @cached_property
    def id(self) -> str:
        """Stands for all of its records: another record, or one less, is another id."""
        return finding_id(item.id for item in self.records)

    @property
    def key(self) -> tuple[object, ...]:
        """Findings with the same key are one."""
        cause = str(self.cause or self.rests_on or "")
        of_place = "" if self.records and self.cause is None else self.where
        return (
            self.level, self.code, self.title, self.dataset, self.variable, self.what, self.hint, self.fix,
            self.spec, cause, of_place, self.by, self.published, self.check,
        )  # fmt: skip

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Errors first; then by code, dataset, variable and first record."""
        return (
            self.level.rank, self.code, self.dataset, self.variable, self.first.usubjid, self.first.seq,
            self.first.row, self.where, self.what, self.hint, self.spec, self.first.id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings of one code and level. `fix` is empty where they have remedies of their own."""

    code: str
    title: str
    level: Level
    fix: str
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        return len(self.findings)

    @property
    def records(self) -> int:
        """Number of records of all of its findings."""
        return sum(finding.count for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found, in groups: errors before warnings before notes, then by code.

    `rules` are the codes that ran.
    """

    groups: tuple[FindingGroup, ...] = ()
    rules: tuple[str, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for group in self.groups for finding in group.findings)

    @property
    def count(self) -> int:
        """Number of findings."""
        return sum(group.count for group in self.groups)

    @property
    def records(self) -> int:
        """Number of records of all findings."""
        return sum(group.records for group in self.groups)

    def of_level(self, level: Level) -> int:
        """Number of findings of a level."""
        return sum(group.count for group in self.groups if group.level is level)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of the same rule, sentence and cause as one, with the records of all, in order.

    The result does not depend on the order of what is given, nor on how it was merged before.
    """
    same: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        same.setdefault(finding.key, []).append(finding)
    return sorted((_one(items) for items in same.values()), key=lambda item: item.sort_key)


def _one(items: Sequence[Finding]) -> Finding:
    first = items[0]
    records = sorted((record for item in items for record in item.records), key=lambda item: item.order)
    where = first.where if first.cause or not records else records[0].where
    return replace(first, records=tuple(records), where=where, out_of=sum(item.out_of for item in items))


def grouped(findings: Iterable[Finding], *, rules: Iterable[str] = ()) -> Report:
    """A report of findings, merged; records that are alike in all that an id is made of are numbered.

    Give it what `causes.by_cause` leaves: each finding at its cause.
    """
    by_code: dict[tuple[int, str], list[Finding]] = {}
    for finding in merged(findings):
        whole = replace(finding, records=numbered(finding.records))
        by_code.setdefault((finding.level.rank, finding.code), []).append(whole)
    groups = tuple(
        FindingGroup(
            code=items[0].code,
            title=items[0].title,
            level=items[0].level,
            fix=items[0].fix if len({item.fix for item in items}) == 1 else "",
            findings=tuple(items),
        )
        for _, items in sorted(by_code.items())
    )
    return Report(groups, tuple(sorted(rules)))


def from_problem(problem: Problem, identify: Identify | None = None) -> Finding:
    """The finding that a problem of another stage is; one that stops a build weighs as an error, one of
    information as nothing.

    `identify` knows raw records; without it, and for other places, a record's id is made of its address.
    """
    place = problem.where
    addresses = problem.records or (place,)
    own = problem.source if len(addresses) == 1 else ()
    return Finding(
        code=problem.code,
        title=problem.kind.title,
        level=_LEVELS[problem.kind.severity],
        what=problem.what,
        records=tuple(_occurrence(problem, address, own, identify) for address in addresses),
        where=place_text(problem.cause or place),
        dataset=place.dataset,
        variable=place.column,
        hint=problem.hint,
        fix=problem.fix,
        out_of=problem.out_of,
        cause=problem.cause,
        check=problem.check,
    )


def _occurrence(
    problem: Problem, address: Address, source: tuple[Address, ...], identify: Identify | None
) -> Occurrence:
    is_raw_line = bool(address.line) and not address.dataset
    known = identify(address) if identify and is_raw_line else None
    values = ", ".join(problem.values)
    if known is not None:
        keys, value = known
        value = values if len(problem.values) == 1 else value
    else:
        keys, value = (str(address), problem.what), values
    return Occurrence(
        id=record_id(own_code(problem.code, problem.check), keys, address.column, value),
        where=place_text(address),
        dataset=address.dataset,
        variable=address.column,
        usubjid=address.usubjid,
        seq=address.seq,
        value=value,
        source=source or ((address,) if is_raw_line else ()),
    )


def place_text(place: Address) -> str:
    """An address in words, e.g. `raw/visits.csv:118` or `AE USUBJID=… AESEQ=12`."""
    return str(place)
