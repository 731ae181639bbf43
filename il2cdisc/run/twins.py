"""What independent twins found, as findings of the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from il2cdisc.base.columns import Rows
from il2cdisc.base.problems import Address, Kind
from il2cdisc.base.products import Product
from il2cdisc.check.findings import Finding, Level, Occurrence, from_problem
from il2cdisc.check.ids import record_id
from il2cdisc.check.product import PriorFindings
from il2cdisc.compare.built import TwinsOutcome, sequence_of
from il2cdisc.compare.datasets import WHOLE_STUDY, DatasetDifferences, describer, key_text
from il2cdisc.compare.problems import NOT_IN_DATASET, NOT_IN_TWIN, VALUE_DIFFERS
from il2cdisc.compare.tables import GivenTable
from il2cdisc.compare.values import VariableDifferences
from il2cdisc.package import LINEAGE
from il2cdisc.trace.store import Lineage

Origin = Callable[[str, int, str], list[Address]]


def with_twins(folder: Path, before: PriorFindings, twins: TwinsOutcome) -> PriorFindings:
    """The findings that are known before the rules run, and those of the twins: one per variable, with every
    record; `folder` has the lineage of the build."""
    origin = Lineage(folder / LINEAGE).origin
    found = [from_problem(problem) for problem in twins.problems]
    for item in twins.compared:
        found += _of_dataset(item, origin)
    lines, complete = (*before.lines, *twins.lines()), before.complete and twins.complete
    return replace(before, findings=[*before.findings, *found], lines=lines, complete=complete)


PRODUCT = Product("before_checks", with_twins)


def _of_dataset(item: DatasetDifferences, origin: Origin) -> Iterator[Finding]:
    for variable in item.variables:
        yield _of_variable(item, variable, origin)
    alone = (
        (NOT_IN_TWIN, item.left, item.matching.only_left, "the twin does not have this record"),
        (NOT_IN_DATASET, item.right, item.matching.only_right, "only the twin has this record"),
    )
    for kind, table, rows, what in alone:
        if len(rows):
            own = table is item.left
            records = _records(kind, item, table, rows, origin if own else None)
            yield _finding(kind, item, what, records, out_of=table.rows)


def _of_variable(item: DatasetDifferences, found: VariableDifferences, origin: Origin) -> Finding:
    pairs = zip(found.left.tolist(), found.right.tolist(), strict=True)
    values = [
        f"{found.pair.left.text(a) or 'missing'}, twin: {found.pair.right.text(b) or 'missing'}"
        for a, b in pairs
    ]
    records = _records(VALUE_DIFFERS, item, item.left, found.left, origin, found.name, values)
    what = "the value of the dataset differs from that of the twin"
    return _finding(VALUE_DIFFERS, item, what, records, found.name, out_of=len(item.matching.left))


def _finding(
    kind: Kind,
    item: DatasetDifferences,
    what: str,
    records: tuple[Occurrence, ...],
    variable: str = "",
    *,
    out_of: int,
) -> Finding:
    return Finding(
        code=kind.code,
        title=kind.title,
        level=Level.ERROR,
        what=what,
        records=records,
        where=records[0].where,
        dataset=item.left.name,
        variable=variable,
        fix=kind.fix,
        spec=item.right.file,
        out_of=out_of,
    )


def _records(
    kind: Kind,
    item: DatasetDifferences,
    table: GivenTable,
    rows: Rows,
    origin: Origin | None,
    variable: str = "",
    values: list[str] | None = None,
) -> tuple[Occurrence, ...]:
    """Records of a dataset, or of its twin (`origin` is None then), with ids by their keys."""
    name, describe = item.left.name, describer(table, item.keys)
    keys = [key for key in item.keys if key not in WHOLE_STUDY] or list(item.keys)
    sequence = sequence_of(table)
    out: list[Occurrence] = []
    for row, value in zip(rows.tolist(), values or [""] * len(rows), strict=True):
        own = tuple(key_text(table, key, row) for key in keys)
        out.append(
            Occurrence(
                id=record_id(kind.code, (name, *own), variable, value),
                where=" ".join(part for part in (name, describe(row), variable) if part),
                dataset=name,
                variable=variable,
                usubjid=key_text(table, "USUBJID", row),
                seq=sequence(row) if origin else 0,
                row=row + 1 if origin else 0,
                value=value,
                source=tuple(origin(name, row, variable)) if origin else (),
            )
        )
    return tuple(out)
