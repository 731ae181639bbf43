"""A visit was held at a distance, and has results that need the subject to be there.

What: SVCNTMOD says telephone, message or the like, and vital signs, an ECG, a physical examination or a
specimen have the subject and VISITNUM of the visit. Each visit is reported once.
Why: the mode of contact or the visit of the records is wrong.
Example: SVCNTMOD TELEPHONE CALL at visit 4, a pulse of visit 4 in VS.
Fix: Ask the site how the visit was held; both entries are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.attended import with_records
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK331",
    "Examination of a visit at a distance",
    Severity.FINDING,
    "Ask the site how the visit was held; both entries are kept as collected.",
)
LEVEL = Level.NOTE
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The subject was examined or gave the sample elsewhere, at home or in another laboratory.",
    source="practice of data management",
    question="Please state how the visit was held, and where the subject was examined.",
)
# terms of the codelist C171445
REMOTE = ("E-MAIL", "IVRS", "LETTER", "REMOTE AUDIO", "REMOTE AUDIO VIDEO", "TELEPHONE CALL", "TEXT MESSAGE")
IN_PERSON = ("CP", "CV", "EG", "IS", "LB", "MB", "MI", "PC", "PE", "RE", "VS")
"""Datasets of what can't be found at a distance."""


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    visits = context.tables.get("SV")
    if visits is None or "SVCNTMOD" not in visits.by_name:
        return
    remote = one_of(visits, "SVCNTMOD", *REMOTE)
    for name, rows in with_records(context, visits, remote, among=IN_PERSON):
        what = f"{{VISIT}} was held by {{SVCNTMOD}}, and {name} has results of it"
        yield from hits(visits, "SVCNTMOD", rows, what)
