"""A subject has the same adverse event twice at one time.

What: two records with the same AEDECOD (without it AETERM), location and side, of which one begins before
the other ends, or on the same day; one that begins on the day the other ends follows it. Records of
different dates of collection or visits (AEDTC, VISITNUM), and two events with findings of their own (FA, by
RELREC; of events that begin on different days one is enough), are left alone.
Why: an event that is entered twice is counted twice.
Example: headache from 2022-03-01 to 2022-03-12, and headache from 2022-03-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import Partner, groups_of, matched_rows
from il2cdisc.check.records import filled, happened, has, hits, in_days, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.spans import Spans, overlapping
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK265",
    "Same adverse event twice at one time",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="Two events of the same kind went on together at different places.",
    source="sdtmchecks check_ae_dup; SD1201",
    question="Please state whether both records are one event.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "USUBJID", "AETERM", "AESTDTC", "AEENDTC"):
        return
    ongoing = one_of(table, "AEENRTPT", "ONGOING") | one_of(table, "AEENRF", "ONGOING", "AFTER")
    term = "AEDECOD" if filled(table, "AEDECOD").any() else "AETERM"
    group = groups_of(table, ["USUBJID", term, "AELOC", "AELAT", "AEDIR", "AEDTC", "VISITNUM"])
    group = np.where(filled(table, term), group, -1)
    spans = Spans.of(table, "AESTDTC", "AEENDTC", ongoing)
    other = Partner(table, overlapping(group, spans, happened(table)))
    linked, days = _with_findings(context, table), in_days(table, "AESTDTC")
    either, both = linked | other.holds(linked), linked & other.holds(linked)
    twice = other.found & ~both & ~(either & (days != other.taken(days)))
    what = "another record of the same event is from {start} to {end}"
    yield from hits(table, "AETERM", twice, what, start=other.text("AESTDTC"), end=other.text("AEENDTC"))


def _with_findings(context: CheckContext, table: CheckedTable) -> Flags:
    """Events that RELREC relates to findings of their own: two of these are two events."""
    related_records = context.tables.get("RELREC")
    names = [("USUBJID", "USUBJID"), ("RELID", "RELID")]
    if related_records is None or not has(related_records, "USUBJID", "RDOMAIN", "IDVARVAL", "RELID"):
        return np.zeros(len(table), dtype=bool)
    of_findings = one_of(related_records, "RDOMAIN", "FA")
    pairs = matched_rows(related_records, related_records, names, of_findings)
    events = (
        one_of(related_records, "RDOMAIN", "AE") & one_of(related_records, "IDVAR", "AESEQ") & pairs.found
    )
    return matched_rows(table, related_records, [("USUBJID", "USUBJID"), ("AESEQ", "IDVARVAL")], events).found
