"""The query log, `queries.xlsx` beside study.toml: which questions were asked, and what became of them.

Its sheet `Queries` has a row a question, in which data managers write; `Register` has the ids and values that
il2cdisc wrote, so that a row that was deleted, or an id that was changed, is noticed. A question whose value
changed is a new row with the same id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from il2cdisc.base.problems import Address, Kind, Problem, Problems, Severity, did_you_mean
from il2cdisc.check.queries import Query
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.workbook import SheetRow, open_workbook

SHEET, REGISTER = "Queries", "Register"
ASKED = ("Study", "Query", "Subject", "Form", "Record", "File", "Line", "Field", "Value", "Question", "Code")
"""Columns that il2cdisc writes once."""
PEOPLE = ("Sent", "Sent By", "Answered", "Answered By", "Answer", "Closed", "Closed By", "Remark")
"""Columns that people fill in."""
DAYS = ("Sent", "Answered", "Closed")
LONGEST = 32_767
_ID = re.compile(r"Q-[0-9A-F]{8}(-[1-9][0-9]*)?")
_BLANKS = re.compile(r"[\x00-\x1f\x7f\u00a0\u2007\u202f\u200b\ufeff]")

EDITED_ID = Kind(
    "SPC212",
    "Id of the query log that il2cdisc did not write",
    Severity.FINDING,
    "Give the row its id back; until then the row counts for no question.",
)
LOGGED_TWICE = Kind(
    "SPC213",
    "Duplicate row in the query log",
    Severity.FINDING,
    "Keep one row of a question and value; the first one counts.",
)
DELETED_ROW = Kind(
    "SPC214",
    "Row deleted from the query log",
    Severity.FINDING,
    "Restore the row; without it the question is asked again.",
)
BAD_LOG_DAY = Kind("SPC215", "Invalid date in the query log", Severity.FINDING, "Write it as YYYY-MM-DD.")
HALF_ANSWERED = Kind(
    "SPC216",
    "Incomplete answer in the query log",
    Severity.FINDING,
    "Fill in the answer, its day and who gave it; until then the question stays open.",
)
OTHER_STUDY = Kind(
    "SPC217", "Query log of another study", Severity.STOP, "Put back the query log of this study."
)


class States(StrEnum):
    """What became of a question of a build."""

    NEW = "new"
    LOGGED = "in the log"
    SENT = "sent"
    AGAIN = "open again"
    """The value changed since it was answered."""
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether it is to be asked, or waits for an answer."""
        return self not in (States.ANSWERED, States.CLOSED)


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """A row of the log: a question and the value that it was asked about."""

    id: str
    value: str
    sent: bool
    answered: bool
    closed: bool
    row: int

    @property
    def state(self) -> States:
        """As far as people have filled it in."""
        if self.closed:
            return States.CLOSED
        return States.ANSWERED if self.answered else States.SENT if self.sent else States.LOGGED


@dataclass(frozen=True)
class QueryLog:
    """The rows of a log by id and value; `problems`: what is wrong with its cells."""

    rows: dict[tuple[str, str], LoggedQuery] = field(default_factory=dict[tuple[str, str], LoggedQuery])
    problems: tuple[Problem, ...] = ()

    def state(self, query: Query) -> States:
        """What became of a question of a build."""
        found = self.rows.get((query.id, cell_text(query.value)))
        if found is not None:
            return found.state
        before = [row for (name, _), row in self.rows.items() if name == query.id]
        return States.AGAIN if before else States.NEW


def with_states(queries: Iterable[Query], log: QueryLog) -> list[Query]:
    """Questions with what became of them."""
    return [replace(query, state=log.state(query)) for query in queries]


def cell_text(text: str) -> str:
    """A value as the log holds it: what Excel can't hold, or reading would change, is a blank."""
    return _BLANKS.sub(" ", text).strip()[:LONGEST]


def read_query_log(path: Path, *, shown: str = "", study: str = "") -> QueryLog:
    """The log; an empty one where there is no such file. Raises `Stopped` for a file that can't be used."""
    if not path.exists():
        return QueryLog()
    book = open_workbook(path, shown)
    try:
        rows = book.rows(SHEET, ASKED, PEOPLE)
        register = book.rows(REGISTER, ("Query", "Value"))
        book.tell_unknown_sheets()
    finally:
        book.close()
    dates = {row.at(name) for row in rows for name in DAYS}
    problems = Problems([item for item in book.problems.items if _counts(item, dates)])
    problems.extend(_of_study(rows, study))
    problems.stop_if_any()
    known = {(row.text("Query"), row.text("Value")): row for row in register}
    found: dict[tuple[str, str], LoggedQuery] = {}
    meant = {_add(row, known, found, problems) for row in rows}
    for (name, value), row in known.items():
        if (name, value) not in found and name not in meant:
            what = f"the row of {name} is not in the sheet {SHEET}"
            problems.add(DELETED_ROW.at(row.at("Query"), what, values=[value] if value else ()))
    return QueryLog(found, tuple(sorted(problems.items, key=Problem.sort_key)))


def _counts(problem: Problem, dates: set[Address]) -> bool:
    """Excel's own dates are welcome in the columns of days; blanks at the ends of a cell change nothing."""
    of_day = problem.kind is kinds.DATE_CELL and problem.where in dates
    return not of_day and problem.kind not in (kinds.BLANKS, kinds.SHOWN)


def _of_study(rows: Sequence[SheetRow], study: str) -> list[Problem]:
    others = [row for row in rows if study and row.text("Study").partition(" ")[0] != study]
    if not others or len(others) < len(rows):
        return []
    values = dict.fromkeys(row.text("Study") for row in others)
    return [OTHER_STUDY.at(others[0].at("Study"), f"no row is of study {study}", values=list(values))]


def _add(
    row: SheetRow,
    known: dict[tuple[str, str], SheetRow],
    found: dict[tuple[str, str], LoggedQuery],
    problems: Problems,
) -> str:
    """Take a row into `found`; the id that a row means that does not count, "" for none."""
    name, value = row.text("Query"), row.text("Value")
    if not _ID.fullmatch(name) or (name, value) not in known:
        lost = [other for (other, held) in known if held == value]
        hint = did_you_mean(name, lost)
        changed = any(other == name for other, _ in known)
        header = "Value" if changed else "Query"
        what = "the value is not the one that was asked about" if changed else "il2cdisc wrote no such id"
        problems.add(EDITED_ID.at(row.at(header), what, values=[value if changed else name], hint=hint))
        return name if changed else hint
    if (name, value) in found:
        what = f"{name} with this value is in row {found[name, value].row} already"
        problems.add(LOGGED_TWICE.at(row.at("Query"), what))
        return ""
    days = {header: _day(row, header, problems) for header in DAYS}
    given = [bool(row.text("Answer")), bool(days["Answered"]), bool(row.text("Answered By"))]
    if any(given) and not all(given):
        missing = [header for header in ("Answer", "Answered", "Answered By") if not row.text(header)]
        if missing:  # a day that is none has been reported
            what = f"{name} has an answer without {' and '.join(missing)}"
            problems.add(HALF_ANSWERED.at(row.at(missing[0]), what))
    closed = bool(days["Closed"]) and bool(row.text("Closed By"))
    if bool(days["Closed"]) != bool(row.text("Closed By")):
        header = "Closed By" if days["Closed"] else "Closed"
        problems.add(HALF_ANSWERED.at(row.at(header), f"{name} is closed without {header}"))
    found[name, value] = LoggedQuery(name, value, bool(days["Sent"]), all(given), closed, row.number)
    return ""


def _day(row: SheetRow, header: str, problems: Problems) -> str:
    text = row.text(header)
    try:
        return date.fromisoformat(text[:10]).isoformat() if text else ""
    except ValueError:
        problems.add(BAD_LOG_DAY.at(row.at(header), f"{header} is not a date", values=[text]))
        return ""
