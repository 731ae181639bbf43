"""Adds the questions of the last build to the query log, `queries.xlsx` beside study.toml."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from il2cdisc.base.problems import Address, Kind, Problem, Severity, Stopped
from il2cdisc.check.queries import Query
from il2cdisc.check.query_file import QUERIES, read_queries
from il2cdisc.check.query_log import QueryLog, States, read_query_log
from il2cdisc.check.query_update import UNKEPT, unkept, with_queries
from il2cdisc.check.report import NOTICE
from il2cdisc.package import CHECKS
from il2cdisc.study import Study

Say = Callable[[str], None]
IN_USE = Kind(
    "CLI005",
    "Query log in use",
    Severity.STOP,
    "Close it in Excel, or wait for the other command to end, and run the command again.",
)
LOCK = ".queries.xlsx.lock"


def update_queries(study: Study, say: Say, *, out: Path | None = None) -> tuple[Problem, ...]:
    """Add a row for each question of the last build that the log does not have; nothing else is changed.

    Returns what is wrong with cells of the log. Raises `Stopped`, with the log untouched, where it is open in
    another program, damaged, or holds what would be lost, and where there are no questions of a build.
    """
    from il2cdisc.deliver.publish import repair

    target = out or study.outputs
    repair(target)
    path = target / CHECKS / QUERIES
    shown = study.shown(path) if path.is_relative_to(study.folder) else str(path)
    asked = read_queries(path, shown, study=study.id)
    with _held(study):
        log = read_query_log(study.queries, shown=study.shown(study.queries), study=study.id)
        new = [q for q in asked if log.state(q) in (States.NEW, States.AGAIN)]
        if new:
            _write(study, new)
        now = read_query_log(study.queries, shown=study.shown(study.queries), study=study.id)
        for line in _lines(study, asked, new, log, now):
            say(line)
        return now.problems


def _lines(
    study: Study, asked: list[Query], new: list[Query], before: QueryLog, now: QueryLog
) -> Iterator[str]:
    again = sum(before.state(query) is States.AGAIN for query in new)
    gone = set(now.rows) - {(query.id, query.value.strip()) for query in asked}
    states = [now.state(query) for query in asked]
    yield (
        f"{study.shown(study.queries)}: {_questions(len(new))} added"
        + (f", {again:,} of them open again, as the value changed" if again else "")
    )
    waiting = sum(state.is_open for state in states)
    yield (
        f"the log has {_questions(len(now.rows))}: {waiting:,} open, "
        f"{len(states) - waiting:,} answered or closed, {len(gone):,} no longer found in the data"
    )


def _questions(count: int) -> str:
    return f"{count:,} question{'' if count == 1 else 's'}"


def _write(study: Study, new: list[Query]) -> None:
    """Replace the log by one with further rows, as a whole or not at all."""
    path = study.queries
    content = path.read_bytes() if path.exists() else None
    at = Address(file=study.shown(path))
    if content is not None and (lost := unkept(content)):
        what = f"the workbook holds {', '.join(lost)}, which would be lost"
        raise Stopped([UNKEPT.at(at, what)])
    notice = NOTICE if study.study.synthetic else ""
    written = with_queries(content, new, study=study.id, notice=notice, time=study.build.time)
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as stream:
            stream.write(written)
            stream.flush()
            os.fsync(stream.fileno())
        if (path.read_bytes() if path.exists() else None) != content:
            raise Stopped([IN_USE.at(at, "the log was saved by someone else in the meantime")])
        try:
            beside.replace(path)
        except PermissionError as error:
            raise Stopped([IN_USE.at(at, f"the log can't be replaced: {error.strerror}")]) from None
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _held(study: Study) -> Iterator[None]:
    """The log for this command alone: neither open in a spreadsheet program nor in another command."""
    from il2cdisc.deliver.lock import take_lock

    path = study.queries
    at = Address(file=study.shown(path))
    owners = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    if any(owner.exists() for owner in owners):
        raise Stopped([IN_USE.at(at, "the log is open in a spreadsheet program")])
    try:
        lock = take_lock(path.with_name(LOCK), at)  # the file stays: see `take_lock`
    except Stopped as stopped:
        what = "another command is updating the log"
        raise Stopped(
            [replace(IN_USE.at(at, what), source=item.source) for item in stopped.problems]
        ) from None
    try:
        yield
    finally:
        lock.release()
