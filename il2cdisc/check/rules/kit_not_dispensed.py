"""A dose was given from a kit that was not dispensed to the subject, or was returned whole.

What: --REFID (or --LOT) of a dose that was given is no DAREFID (DALOT) of DISPAMT of the subject; or all of
it was returned. Only where at least nine in ten doses have a kit that was dispensed.
Why: the number is mistyped, or the subject had the kit of another one.
Example: dose from kit K100223, dispensed were K100319 and K100283.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import exposure
from il2cdisc.check.persons import matched_rows
from il2cdisc.check.records import filled, given, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK285",
    "Dose from a kit not dispensed",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Kits of the pharmacy are dispensed without a record.",
    source="practice of data management",
    question="Please check the number of the kit, and whether it was dispensed and returned.",
)

SHARE = 0.9


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, other = exposure(context), context.tables.get("DA")
    if table is None or other is None or not has(other, "USUBJID", "DATESTCD", "DASTRESN"):
        return
    for name in ("REFID", "LOT"):
        kit, dispensed_kit = f"{table.name}{name}", f"DA{name}"
        if has(table, kit) and has(other, dispensed_kit):
            yield from _kits(table, other, kit, dispensed_kit)
            return


def _kits(table: CheckedTable, other: CheckedTable, kit: str, of: str) -> Iterator[RuleHit | Compared]:
    names = [("USUBJID", "USUBJID"), (kit, of)]
    out = matched_rows(table, other, names, one_of(other, "DATESTCD", "DISPAMT"))
    back = matched_rows(table, other, names, one_of(other, "DATESTCD", "RETAMT"))
    looked = given(table) & filled(table, kit)
    if not looked.any() or (out.found & looked).sum() < SHARE * looked.sum():
        return
    yield from hits(
        table, kit, looked & ~out.found, "the kit was not dispensed to the subject", looked_at=looked
    )
    amount = out.numbers("DASTRESN")
    whole = looked & (amount > 0) & (back.numbers("DASTRESN") >= amount)
    yield from hits(
        table, kit, whole, "a dose was given from the kit, and all of it was returned", looked_at=looked
    )
