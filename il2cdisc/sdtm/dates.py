"""The column of a raw date: ISO 8601 by the patterns in which it is written."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.base.dates import DateKind, conflicting_patterns, iso_time, read_date, text_over_distinct
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Address, Stopped
from il2cdisc.sdtm.columns import Column, as_text, text_made
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.problems import BAD_DATE, BAD_TIME, DATE_PATTERN, DATE_PATTERNS_CONFLICT, PARTIAL_DATE


def date(source: str, pattern: str | Sequence[str], *, time: str = "") -> Column:
    """ISO 8601 of a raw date written by `pattern`, with a raw time of day where the date is whole.

    A pattern (`dd/mm/yyyy`, `dd-mon-yyyy hh:mm`) may have a time; several are allowed where none reads a
    text otherwise than another does. A partial date keeps its known part, an impossible one is missing; both
    are reported, and their text goes to SUPP-- (QNAM: the variable with OR for its last letter). A time is
    never filled up.

    >>> ae = pd.DataFrame({"ae.START": ["05/03/2022", "UN/03/2022", "31/06/2022"]})
    >>> ae.assign(AESTDTC=date("ae.START", "dd/mm/yyyy").on(ae))
         ae.START     AESTDTC
    0  05/03/2022  2022-03-05
    1  UN/03/2022     2022-03
    2  31/06/2022         NaN
    """
    patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern)

    def compute(rows: pd.DataFrame, context: Context, name: str) -> pd.Series:
        _check_patterns(patterns, context, name)
        given, clocks = rows[source], rows[time] if time else None
        if given.empty:
            return as_text(given)
        found = text_over_distinct(given, lambda text: read_date(text, *patterns).iso or None)
        kind = text_over_distinct(given, lambda text: read_date(text, *patterns).kind)

        def invalid(text: str) -> str:
            kept = f", text kept in SUPP{context.dataset}" if context.dataset else ""
            return f"{text!r} {read_date(text, *patterns).said}; {name} set to missing{kept}"

        def partial(text: str) -> str:
            reading = read_date(text, *patterns)
            return f"{reading.said} in {text!r}; {name} = {reading.iso}"

        def without_time(text: str) -> str:
            reading = read_date(text, *patterns)
            return f"{text!r} {reading.said}; {name} = {reading.iso}"

        kinds = {DateKind.INVALID: (BAD_DATE, invalid), DateKind.PARTIAL: (PARTIAL_DATE, partial)}
        for key, (problem, what) in (kinds | {DateKind.NO_TIME: (BAD_TIME, without_time)}).items():
            where = (kind == key).to_numpy(dtype="bool")
            context.report(problem, name, rows, where, source, what)
        return found if clocks is None else _with_clock(found, clocks, rows, context, name, time)

    def unread(text: str) -> bool:
        return read_date(text, *patterns).kind is not DateKind.COMPLETE

    sources = (source, time) if time else (source,)
    rule = f"ISO 8601 of a date written {' or '.join(patterns)}"
    return Column(compute, sources, Origin.COLLECTED, rule, original=source, unread=unread)


def _with_clock(
    days: pd.Series, clocks: pd.Series, rows: pd.DataFrame, context: Context, name: str, time: str
) -> pd.Series:
    """Dates with the times of a raw column behind those that are whole and have none of their own."""
    clock, bad = text_made(clocks, _clock)
    own = days.str.slice(len("2022-03-04")).fillna("")
    differ = (own != "") & clock.notna() & (own.str.slice(0, 6) != clock.str.slice(0, 6))
    for where, said in (
        (bad, f"is not a time of day; {name} has the date alone"),
        (
            differ.to_numpy(dtype="bool"),
            f"is not the time that is given with the date; {name} has the latter",
        ),
    ):
        context.report(BAD_TIME, name, rows, where, time, lambda v, said=said: f"{v!r} {said}")
    whole = days.str.len() == len("2022-03-04")
    return days + clock.where(whole, "").fillna("")


def _check_patterns(patterns: Sequence[str], context: Context, name: str) -> None:
    """Stop at the mapping module for patterns that are none, or that read a text differently."""
    place = Address(file=f"{context.folder}/{context.dataset.lower()}.py", column=name)
    try:
        found = conflicting_patterns(*patterns) if len(patterns) > 1 else None
        read_date("", *patterns)
    except ValueError as error:
        raise Stopped([DATE_PATTERN.at(place, str(error))]) from None
    if found:
        one, two, text = found
        what = f"{one} and {two} read {text!r} differently"
        raise Stopped([DATE_PATTERNS_CONFLICT.at(place, what, values=[one, two])])


def _clock(text: str) -> str | None:
    try:
        return "T" + iso_time(text)
    except ValueError:
        return None
