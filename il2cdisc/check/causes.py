"""Findings of one cause as one: records of a rule that hang on one wrong cell are a finding at that cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from il2cdisc.base.problems import Address
from il2cdisc.check.findings import Finding, Occurrence
from il2cdisc.check.ids import own_code

Uses = Mapping[tuple[str, Address], int]
"""Rule (see `own_code`) and cell → how many records the rule held against the cell."""

FEWEST_AT_DATA, FEWEST_AT_WORKBOOK = 3, 10
"""Fewer records than that have no common cause: each may be wrong by itself, and is asked about."""


def by_cause(findings: Iterable[Finding], uses: Uses) -> Iterator[Finding]:
    """Findings, those that rest on one cell as one if they are at least half of the records that use it.

    The others that were compared with a cell of the data are one for each raw cell of their own.
    """
    resting: dict[tuple[str, str, str, str, Address], list[Finding]] = {}
    for finding in findings:
        if finding.rests_on is None:
            yield finding
        else:
            key = (finding.level, finding.code, finding.check, finding.by, finding.rests_on)
            resting.setdefault(key, []).append(finding)
    for (_, code, check, _, cell), items in resting.items():
        used = uses.get((own_code(code, check), cell), 0)
        count = sum(len(item.records) for item in items)
        if used and count >= _fewest(cell) and 2 * count >= used:
            yield _at(cell, items, items[0].explained, used)
        elif cell.dataset or cell.line:
            yield from _by_raw_cell(items)
        else:
            yield from (replace(item, rests_on=None, explained="") for item in items)


def _fewest(cell: Address) -> int:
    return FEWEST_AT_DATA if cell.dataset or cell.line else FEWEST_AT_WORKBOOK


def _at(cell: Address, items: Sequence[Finding], what: str, out_of: int) -> Finding:
    """One finding at a cell with the records of several, each of which keeps what was said of it."""
    datasets, variables = ({getattr(item, name) for item in items} for name in ("dataset", "variable"))
    return replace(
        items[0],
        what=what,
        records=tuple(
            record if item.what == what else record._replace(what=item.what)
            for item in items
            for record in item.records
        ),
        where=str(cell),
        dataset=datasets.pop() if len(datasets) == 1 else "",
        variable=variables.pop() if len(variables) == 1 else "",
        hint="",
        out_of=out_of,
        cause=cell,
        rests_on=None,
        explained="",
    )


def _by_raw_cell(items: Sequence[Finding]) -> Iterator[Finding]:
    """Findings by the raw cell that their records come from; those without one stay as they are."""
    cells: dict[Address, list[tuple[Finding, Occurrence]]] = {}
    for item in items:
        rest: list[Occurrence] = []
        for record in item.records:
            if record.source and record.source[0].column:
                cells.setdefault(record.source[0], []).append((item, record))
            else:
                rest.append(record)
        if rest:
            yield replace(item, records=tuple(rest), where=rest[0].where, rests_on=None, explained="")
    for cell, pairs in cells.items():
        parts = [replace(item, records=(record,)) for item, record in pairs]
        yield _at(cell, parts, parts[0].what, len(parts))
