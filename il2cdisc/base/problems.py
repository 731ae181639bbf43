"""Problems: what is wrong, where, with which values, and what to do about it.

Every message that reaches a user is a `Problem`. A room declares its `Kind`s once (code, title,
severity, remedy) and places them with `Kind.at(...)`. Functions gather problems and return them, or
raise `Stopped` with all of a stage at once.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MAX_VALUES = 5


class Severity(StrEnum):
    """What a problem does to a build."""

    STOP = "stop"
    FINDING = "finding"
    INFORMATION = "information"
    """Nothing to be done: said so that nothing is changed without a word."""


PlaceKey = tuple[str, str, int, int, str, int, str, str, int, str]
_CELL = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class Address:
    """A place that a person can go to: a workbook cell, a line of a raw file, or a record of a dataset.

    `str()` gives `specs/sdtm.xlsx!Variables!F23`, `raw/edc/ae.csv:118 AESTDTC` or
    `LB USUBJID=… LBSEQ=12`.
    """

    file: str = ""
    sheet: str = ""
    cell: str = ""
    line: int = 0
    column: str = ""
    dataset: str = ""
    usubjid: str = ""
    seq: int = 0

    def sort_key(self) -> PlaceKey:
        """Order of places: cells of a sheet row by row (A2, AA2, A10), lines and sequences by number."""
        found = _CELL.fullmatch(self.cell)
        letters, row = (found[1], int(found[2])) if found else ("", 0)
        place = (self.file, self.sheet, row, len(letters), self.cell, self.line)
        return (*place, self.dataset, self.usubjid, self.seq, self.column)

    def __str__(self) -> str:
        if self.dataset:
            parts = [self.dataset]
            if self.usubjid:
                parts.append(f"USUBJID={self.usubjid}")
            if self.seq:
                name = "ASEQ" if self.dataset.startswith("AD") else f"{self.dataset[:2]}SEQ"
                parts.append(f"{name}={self.seq}")
            if self.column:
                parts.append(self.column)
            return " ".join(parts)
        text = self.file
        if self.sheet:
            text += f"!{self.sheet}"
        if self.cell:
            text += f"!{self.cell}"
        if self.line:
            text += f":{self.line}"
        if self.column:
            text += f" {self.column}"
        return text


def at_cell(file: str, sheet: str, column: int | str, row: int) -> Address:
    """Address of a workbook cell; `column` is a letter or a 1-based number."""
    letter = column if isinstance(column, str) else column_letter(column)
    return Address(file=file, sheet=sheet, cell=f"{letter}{row}")


def at_line(file: str, line: int, column: str = "", *, sheet: str = "") -> Address:
    """Address of a line (1-based) of a raw file, with the field if one is meant."""
    return Address(file=file, sheet=sheet, line=line, column=column)


def at_record(dataset: str, usubjid: str = "", seq: int = 0, column: str = "") -> Address:
    """Address of a record of a dataset."""
    return Address(dataset=dataset, usubjid=usubjid, seq=seq, column=column)


def column_letter(number: int) -> str:
    """Spreadsheet letters of a 1-based column number: 1 → A, 27 → AA."""
    if number < 1:
        raise ValueError(f"column number {number} is below 1")
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: a stable code, a title, its severity and the usual remedy."""

    code: str
    title: str
    severity: Severity
    fix: str

    def at(
        self,
        where: Address | str,
        what: str,
        *,
        values: Iterable[object] = (),
        hint: str = "",
        fix: str = "",
        source: Sequence[Address] = (),
        records: Sequence[Address] = (),
        out_of: int = 0,
        of: str = "",
        cause: Address | None = None,
        check: str = "",
    ) -> Problem:
        """A problem of this kind at one place. `source` holds the raw lines behind a record.

        One that holds for several records names all of them in `records`, never their number in `what`;
        `out_of` is how many were looked at, `of` their name (see `Problems.look`), `cause` the cell that
        explains them all, `check` the id of the check of the sheet Checks that found it.
        """
        place = where if isinstance(where, Address) else Address(file=where)
        seen = tuple(dict.fromkeys(str(value) for value in values))
        fix = fix or self.fix
        return Problem(
            self,
            place,
            what,
            seen,
            hint,
            fix,
            tuple(source),
            tuple(dict.fromkeys(records)),
            out_of,
            cause,
            of,
            check,
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, told so that a person can act on it."""

    kind: Kind
    where: Address
    what: str
    values: tuple[str, ...] = ()
    hint: str = ""
    fix: str = ""
    source: tuple[Address, ...] = ()
    records: tuple[Address, ...] = ()
    """Every record that it holds for; empty where it is `where` alone."""
    out_of: int = 0
    """How many records were looked at; 0 where that says nothing."""
    cause: Address | None = None
    """The one cell that all of them depend on."""
    of: str = ""
    """What was looked at; see `Problems.look`."""
    check: str = ""
    """Id of the trial's check that found it; empty for those of the engine."""

    @property
    def count(self) -> int:
        """How many records it holds for, at least one."""
        return max(len(self.records), 1)

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def stops(self) -> bool:
        return self.kind.severity is Severity.STOP

    def sort_key(self) -> tuple[str, PlaceKey, str]:
        """Problems of one kind together, in the order in which a person finds the places."""
        return (self.kind.code, self.where.sort_key(), self.what)

    def __str__(self) -> str:
        lines = [f"{self.code} {self.where}: {self.what}" if str(self.where) else f"{self.code}: {self.what}"]
        if self.values:
            shown = ", ".join(repr(value) for value in self.values[:MAX_VALUES])
            more = len(self.values) - MAX_VALUES
            lines.append(f"    found: {shown}" + (f" and {more} more" if more > 0 else ""))
        if self.records not in ((), (self.where,)):
            of = f" of {self.out_of:,}" if self.out_of > self.count else ""
            noun = "record" if self.count == 1 and not of else "records"
            lines.append(f"    {self.count:,}{of} {noun}: {_first_places(self.records)}")
        if self.source:
            lines.append(f"    from: {_first_places(self.source)}")
        if self.hint:
            lines.append(f"    did you mean: {self.hint}")
        if self.fix:
            lines.append(f"    do: {self.fix}")
        return "\n".join(lines)


def _first_places(places: Sequence[Address]) -> str:
    more = len(places) - MAX_VALUES
    shown = "; ".join(str(place) for place in places[:MAX_VALUES])
    return shown + (f" and {more:,} more" if more > 0 else "")


class Stopped(Exception):  # noqa: N818 - a verdict, not an error of ours
    """Work can't go on; carries every problem that the stage found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=Problem.sort_key))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[Stopped], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)  # pickled, it keeps its problems


def records_of(dataset: str) -> str:
    """What a problem is out of that looks at all records of a dataset (see `Problems.look`)."""
    return f"records of {dataset}"


def values_of(variable: str) -> str:
    """What a problem is out of that looks at all values of a variable (see `Problems.look`)."""
    return f"values of {variable}"


@dataclass
class Problems:
    """Gathers the problems of a stage, so that they can all be told at once."""

    items: list[Problem] = field(default_factory=list[Problem])
    looked_at: Counter[str] = field(default_factory=Counter[str])

    def look(self, of: str, count: int) -> int:
        """Note how many records of a name were looked at, found or not; `count`, for `out_of`.

        Two who look at the same records note the larger number. Blocks of subjects are looked at one after
        the other, each with problems of its own: `take` adds up what they looked at.
        """
        self.looked_at[of] = max(self.looked_at[of], count)
        return count

    def add(self, problem: Problem) -> None:
        self.items.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        self.items.extend(problems)

    def take(self, problems: Problems) -> None:
        """Those of another stage or block, and what it looked at."""
        self.items.extend(problems.items)
        self.looked_at.update(problems.looked_at)

    @property
    def stops(self) -> list[Problem]:
        return [item for item in self.items if item.stops]

    @property
    def findings(self) -> list[Problem]:
        return [item for item in self.items if not item.stops]

    def stop_if_any(self) -> None:
        """Raise `Stopped` with all problems that stop a build, if there is one."""
        if self.stops:
            raise Stopped(self.stops)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __len__(self) -> int:
        return len(self.items)


_HEAD = re.compile(r"raw_|[a-z0-9_]+\.")


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """The option nearest to `name` in spelling (case apart), or an empty string.

    What all names of a kind begin with (`raw_`, `form.`) makes none of them like another.

    >>> did_you_mean("raw_aee", ["raw_ae", "raw_vs"]), did_you_mean("raw_events", ["raw_ae", "raw_vs"])
    ('raw_ae', '')
    """
    folded, by_folded = name.casefold(), {option.casefold(): option for option in options}
    match = _HEAD.match(folded)
    head = match[0] if match else ""
    alike = {text.removeprefix(head): text for text in by_folded if text.startswith(head)}
    near = difflib.get_close_matches(folded.removeprefix(head), list(alike), n=1, cutoff=0.6)
    if near:
        return by_folded[alike[near[0]]]
    others = [text for text in by_folded if not text.startswith(head)]
    near = difflib.get_close_matches(folded, others, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else ""
