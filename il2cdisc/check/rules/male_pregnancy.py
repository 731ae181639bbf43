"""A male subject has results of a pregnancy test or data on childbearing.

What: SEX of DM is M, and LB has a result of HCG or of the category PREGNANCY, or RP has a result.
Why: the sex or the subject is wrong.
Example: SEX M, LBTESTCD HCG, LBSTRESC NEGATIVE.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import filled, findings_of, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK240",
    "Pregnancy data of a male subject",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="HCG is measured as a marker of a tumour; RP has the contraception of partners.",
    source="practice of data management",
    question="Please check the sex of the subject, and to whom the result belongs.",
)

OF_PARTNERS = ("BCMETHOD", "CONTRACP")


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STRESC"):
        if table.name not in ("LB", "RP"):
            continue
        chosen = one_of(table, "LBTESTCD", "HCG") | one_of(table, "LBCAT", "PREGNANCY")
        if table.name == "RP":
            chosen = ~one_of(table, "RPTESTCD", *OF_PARTNERS)
        chosen &= filled(table, f"{own}STRESC")
        person = of_subject(context, table, "DM")
        if person is not None and has(person.table, "SEX"):
            male = chosen & person.one_of("SEX", "M")
            what = f"{{{own}TESTCD}} has a result, and the subject is male"
            cause = person.cause("SEX", "the subject is male, and has results on pregnancy")
            yield from hits(table, f"{own}STRESC", male, what, looked_at=chosen, cause=cause)
