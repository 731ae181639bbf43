"""What SDTM says of a subject's course: disposition, randomisation, doses, deaths, in which records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.check.context import CheckContext
from il2cdisc.check.persons import Partner
from il2cdisc.check.records import given, has, in_days, matching, one_of
from il2cdisc.check.table import CheckedTable, Flags

TREATMENT = "STUDY TREATMENT"
PARTICIPATION = "STUDY PARTICIPATION"
RECOVERED = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE")
NOT_RECOVERED = ("NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING")
CRITERIA = ("CAN", "CONG", "DISAB", "DTH", "HOSP", "INTV", "LIFE", "MIE", "OD", "SC")
"""Ends of the variables of AE that say why an event is serious."""
_RELATED = ("Y", "RELATED", "PROBABL", "POSSIBL", "DEFINITE", "LIKELY")


def dispositions(context: CheckContext, of: str) -> tuple[CheckedTable, Flags] | None:
    """DS and its disposition events of the treatment or of the participation; None without them."""
    table = context.tables.get("DS")
    if table is None or not has(table, "USUBJID", "DSDECOD", "DSSCAT", "DSCAT"):
        return None
    wanted = matching(table, "DSSCAT", lambda text: text.upper().startswith(of))
    return table, one_of(table, "DSCAT", "DISPOSITION EVENT") & wanted


def milestone(context: CheckContext, name: str) -> tuple[CheckedTable, Flags] | None:
    """DS and its records of a milestone such as RANDOMIZED; None where none has it."""
    table = context.tables.get("DS")
    if table is None or not has(table, "USUBJID", "DSDECOD", "DSSTDTC"):
        return None
    chosen = one_of(table, "DSDECOD", name)
    return (table, chosen) if chosen.any() else None


def exposure(context: CheckContext) -> CheckedTable | None:
    """The doses as collected where they are there (EC), else EX: each dose is looked at once."""
    for name in ("EC", "EX"):
        table = context.tables.get(name)
        if table is not None and has(table, "USUBJID", f"{name}STDTC", f"{name}TRT"):
            return table
    return None


def doses(context: CheckContext) -> tuple[CheckedTable, str, Flags] | None:
    """The dataset of the doses, the name of their start, and those that were given."""
    table = exposure(context)
    return None if table is None else (table, f"{table.name}STDTC", given(table))


def original_tables(context: CheckContext) -> Iterator[CheckedTable]:
    """Datasets with subjects, without EX where it repeats EC."""
    repeats = exposure(context) is not None and "EC" in context.tables
    for table in context.tables.values():
        if has(table, "USUBJID") and not (repeats and table.name == "EX"):
            yield table


def deaths(context: CheckContext) -> Iterator[tuple[CheckedTable, str, Flags, str]]:
    """Datasets that report deaths: the dataset, the variable that says it, its records, the variable of the
    day of death ("" for none)."""
    ae, ds, dd, ss = (context.tables.get(name) for name in ("AE", "DS", "DD", "SS"))
    if ae is not None and has(ae, "USUBJID", "AEOUT"):
        yield ae, "AEOUT", one_of(ae, "AEOUT", "FATAL"), "AEENDTC"
    if ae is not None and has(ae, "USUBJID", "AESDTH"):
        yield ae, "AESDTH", one_of(ae, "AESDTH", "Y"), "AEENDTC"
    if ds is not None and has(ds, "USUBJID", "DSDECOD"):
        yield ds, "DSDECOD", one_of(ds, "DSDECOD", "DEATH"), "DSSTDTC"
    if dd is not None and has(dd, "USUBJID", "DDTESTCD"):
        yield dd, "DDTESTCD", np.ones(len(dd), dtype=bool), ""
    if ss is not None and has(ss, "USUBJID", "SSSTRESC"):
        yield ss, "SSSTRESC", one_of(ss, "SSSTRESC", "DEAD"), ""


def blamed(
    table: CheckedTable, date: str, late: Flags, end: Partner, trusted: Flags
) -> tuple[Flags, Flags, Partner]:
    """Where records that are later than an end of their subject are reported: at themselves, or at the end.

    At the end where there are several, or one whose date is `trusted`. Gives the records reported at
    themselves, the ends reported, and for each end its last late record.
    """
    ends, rows = len(end.table), np.flatnonzero(late)
    count = np.bincount(end.rows[rows], minlength=ends)
    sure = np.bincount(end.rows[rows[trusted[rows]]], minlength=ends)
    at_end = (count > 1) | (sure > 0)
    last = np.full(ends, -1, dtype="int64")
    ordered = rows[np.argsort(in_days(table, date)[rows], kind="stable")]
    last[end.rows[ordered]] = ordered
    single = late.copy()
    single[rows] = ~at_end[end.rows[rows]]
    return single, at_end, Partner(table, last)


def related(table: CheckedTable) -> Flags:
    """Events that the investigator relates to the treatment."""
    return matching(table, "AEREL", lambda text: text.upper().startswith(_RELATED))


def summary_value(context: CheckContext, parameter: str) -> str:
    """The first value of a parameter of TS, "" for none."""
    table = context.tables.get("TS")
    if table is None or not has(table, "TSPARMCD", "TSVAL"):
        return ""
    rows = np.flatnonzero(one_of(table, "TSPARMCD", parameter) & ~table.table["TSVAL"].missing)
    return str(table.values("TSVAL", rows[:1])[0]) if len(rows) else ""


def planned(table: CheckedTable, context: CheckContext) -> Flags:
    """Records of visits with a planned day: of the sheet Protocol Visits, else of TV, else all with a whole
    number."""
    if not has(table, "VISITNUM"):
        return np.zeros(len(table), dtype=bool)
    known = [visit.visit_number for visit in context.spec.protocol.visits if visit.planned_day is not None]
    plan = context.tables.get("TV")
    if not known and plan is not None and has(plan, "VISITNUM", "VISITDY"):
        known = plan.values("VISITNUM", np.flatnonzero(~plan.table["VISITDY"].missing))
    if known:
        return table.table["VISITNUM"].among(known)
    return table.table["VISITNUM"].where(
        [float(value).is_integer() for value in table.distinct("VISITNUM").values]
    )
