"""A record that belongs to an adverse event is over before the event begins.

What: a record that RELREC relates to an event (both by --SEQ) ends, or is dated, before the day of AESTDTC,
as far as both are known.
Why: the link, the onset of the event or the date of the record is wrong.
Example: AESTDTC 2022-03-12, the medication for it ended on 2022-03-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import Partner, matched_rows
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK292",
    "Record before the event it belongs to",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="A finding was made before the event was considered to begin.",
    source="practice of data management",
    question="Please check the dates, and to which event the record belongs.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, events = context.tables.get("RELREC"), context.tables.get("AE")
    if table is None or events is None or not has(events, "USUBJID", "AESEQ", "AESTDTC"):
        return
    if not has(table, "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID"):
        return
    of_event = one_of(table, "RDOMAIN", "AE") & one_of(table, "IDVAR", "AESEQ")
    event = matched_rows(table, events, [("USUBJID", "USUBJID"), ("IDVARVAL", "AESEQ")])
    relation = matched_rows(table, table, [("USUBJID", "USUBJID"), ("RELID", "RELID")], of_event)
    event_row = relation.taken(np.where(of_event, event.rows, -1), -1)
    for name, other in context.tables.items():
        chosen = one_of(table, "RDOMAIN", name) & one_of(table, "IDVAR", f"{name}SEQ") & (event_row >= 0)
        date = next((f"{name}{end}" for end in ("ENDTC", "DTC") if has(other, f"{name}{end}")), "")
        if name == "AE" or not chosen.any() or not date or not has(other, "USUBJID", f"{name}SEQ"):
            continue
        own = matched_rows(table, other, [("USUBJID", "USUBJID"), ("IDVARVAL", f"{name}SEQ")])
        rows = np.full(len(other), -1, dtype="int64")
        linked = np.flatnonzero(chosen & own.found)
        rows[own.rows[linked]] = event_row[linked]
        begins = Partner(events, rows)
        looked = begins.found & other.dated(date).is_known & begins.dated("AESTDTC").is_known
        early = looked & (other.dated(date).order(begins.days("AESTDTC")) == BEFORE)
        what = f"{{{date}}} is before the start of the event that the record belongs to, {{start}}"
        cause = begins.cause("AESTDTC", "records that belong to the event are before its start")
        start = begins.text("AESTDTC")
        yield from hits(other, date, early, what, looked_at=looked, cause=cause, start=start)
