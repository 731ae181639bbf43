"""A subject has the same medication twice at one time.

What: two records with the same CMTRT, dose, unit, frequency, route, form, indication and location, of which
one begins before the other ends, or on the same day. Records of different dates of collection or visits
(CMDTC, VISITNUM) are left alone.
Why: a medication that is entered twice is counted twice.
Example: 500 mg from 2022-03-01 to 2022-03-12, and the same from 2022-03-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import Partner, groups_of
from il2cdisc.check.records import filled, happened, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.spans import Spans, overlapping

KIND = Kind(
    "CHK266",
    "Same medication twice at one time",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="Two packages of one medication were taken together.",
    source="SD1201",
    question="Please state whether both records are one medication.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("CM")
    if table is None or not has(table, "USUBJID", "CMTRT", "CMSTDTC", "CMENDTC"):
        return
    ongoing = one_of(table, "CMENRTPT", "ONGOING") | one_of(table, "CMENRF", "ONGOING", "AFTER")
    same = ("TRT", "DOSE", "DOSTXT", "DOSU", "DOSFRQ", "DOSFRM", "ROUTE", "INDC", "LOC", "LAT", "CAT", "DTC")
    group = groups_of(table, ["USUBJID", "VISITNUM", *(f"CM{name}" for name in same)])
    spans = Spans.of(table, "CMSTDTC", "CMENDTC", ongoing)
    other = Partner(table, overlapping(group, spans, happened(table) & filled(table, "CMTRT")))
    what = "another record of the same medication is from {start} to {end}"
    yield from hits(table, "CMTRT", other.found, what, start=other.text("CMSTDTC"), end=other.text("CMENDTC"))
