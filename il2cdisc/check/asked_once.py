"""One cause is asked about once: an unread cell, and what the check of a plan says better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from il2cdisc.base.problems import Address
from il2cdisc.check.findings import Finding, Occurrence
from il2cdisc.check.rules import all_rules

UNREAD = frozenset({"MAP101", "MAP102", "MAP104", "MAP106", "MAP140", "RAW109"})
"""Codes of values that were set to missing: unknown codes, invalid dates, times and numbers."""
PLANNED = {"CHK295": "CHK329"}
"""Check of the engine → that of the sheet Protocol Doses which asks the same of the trial's own minutes."""

_Cell = tuple[str, str, int, str]


def asked_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings without those records of the checks of the data's sense that another finding asks about.

    These are records that come from an unread cell, and those that a check of a plan has (`PLANNED`).
    """
    found = list(findings)
    cells = {_cell(record) for finding in found if finding.code in UNREAD for record in finding.records}
    cells.discard(None)
    by_plan = {
        (finding.code, record.dataset, record.row)
        for finding in found
        if finding.code in PLANNED.values()
        for record in finding.records
    }
    of_sense = {rule.kind.code for rule in all_rules() if rule.sense is not None}
    for finding in found:
        if finding.code not in of_sense or not (cells or by_plan):
            yield finding
            continue
        plan = PLANNED.get(finding.code)
        kept = tuple(
            record
            for record in finding.records
            if _cell(record) not in cells and (plan, record.dataset, record.row) not in by_plan
        )
        if kept or not finding.records:
            yield replace(finding, records=kept, where=kept[0].where if kept else finding.where)


def _cell(record: Occurrence) -> _Cell | None:
    place: Address | None = record.source[0] if record.source else None
    return (place.file, place.sheet, place.line, place.column) if place and place.column else None
