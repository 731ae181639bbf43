"""Supplemental qualifiers that the engine makes and a workbook need not name: their standard metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from il2cdisc.base.origins import Origin
from il2cdisc.spec.models import ClauseCondition, DatasetSpec, Spec, ValueLevelSpec, VariableSpec, WhereClause
from il2cdisc.standards import sdtm_dataset, sdtm_variables

KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
NAMING = ("QNAM", "QLABEL", "QORIG")
MOST = 200
_DATES = {"STDTC": "Start Date as Collected", "ENDTC": "End Date as Collected"}


def collected_dates(dataset: DatasetSpec) -> dict[str, str]:
    """Qualifiers that keep the text of a date that --DTC can't hold: name → label (AESTDTC: AESTDTOR)."""
    dates = [name for name in dataset.names if name.endswith("DTC")]
    return {f"{name[:-1]}OR": _DATES.get(name[2:], "Date as Collected") for name in dates}


def with_supplements(spec: Spec, made: Mapping[str, pd.DataFrame]) -> Spec:
    """The workbook with the SUPP-- and the qualifiers that were made and that it does not name.

    `made`: frames of SUPP-- datasets with QNAM, QLABEL and QORIG, by name.
    """
    datasets, levels, clauses = dict(spec.datasets), list(spec.value_levels), dict(spec.where_clauses)
    for name, frame in sorted(made.items()):
        added = list(_added(spec, name, frame))
        if name not in datasets and added:
            datasets[name] = supplement(name)
        levels += [row for row, _ in added]
        clauses |= {clause.id: clause for _, clause in added}
    if len(datasets) == len(spec.datasets) and len(levels) == len(spec.value_levels):
        return spec
    changed = {"datasets": datasets, "value_levels": tuple(levels), "where_clauses": clauses}
    out = spec.model_copy(update=changed)
    vars(out).pop("_values", None)  # looked up before the rows were added
    return out


def is_engines(spec: Spec, parent: str, qualifier: str) -> bool:
    """Whether the engine makes a qualifier by itself: the text of a date, or the rest of a long text."""
    dataset = spec.datasets.get(parent)
    if dataset is None:
        return False
    root = qualifier.rstrip("0123456789")
    texts = [*dataset.names, *spec.qualifiers(f"SUPP{parent}")]
    rest = root != qualifier and any(name[: len(root)] == root for name in texts)
    return rest or qualifier in collected_dates(dataset)


def supplement(name: str) -> DatasetSpec:
    """The standard's own shape of a SUPP--."""
    standard = sdtm_dataset(name)
    assert standard is not None
    variables = tuple(
        VariableSpec(
            order=v.order,
            dataset=name,
            name=v.name,
            label=v.label,
            role=v.role,
            mandatory=v.core == "Req",
            origin=None if v.name == "QVAL" else Origin.ASSIGNED,
            source="" if v.name == "QVAL" else "Sponsor",
        )
        for v in sdtm_variables(name).values()
    )
    return DatasetSpec(
        name=name,
        label=standard.label,
        class_=standard.class_.upper(),
        structure=standard.structure,
        keys=KEYS,
        variables=variables,
    )


def _added(spec: Spec, name: str, frame: pd.DataFrame) -> Iterator[tuple[ValueLevelSpec, WhereClause]]:
    known = spec.qualifiers(name)
    rows = frame[list(NAMING)].astype("str").drop_duplicates("QNAM").sort_values("QNAM")
    for qualifier, label, origin in rows.itertuples(index=False):
        if qualifier in known or not is_engines(spec, name.removeprefix("SUPP"), qualifier):
            continue
        where = f"WC.{name}.{qualifier}"
        condition = ClauseCondition(variable="QNAM", comparator="EQ", values=(qualifier,), dataset=name)
        yield (
            ValueLevelSpec(
                dataset=name,
                variable="QVAL",
                where=where,
                label=label,
                length=MOST,
                origin=_origin(origin),
                source=_source(spec.datasets[name.removeprefix("SUPP")], qualifier),
            ),
            WhereClause(id=where, conditions=(condition,)),
        )


def _origin(text: str) -> Origin:
    return Origin(text) if text in {str(origin) for origin in Origin} else Origin.COLLECTED


def _source(parent: DatasetSpec, qualifier: str) -> str:
    """Who said the value that a qualifier continues: the source of its variable."""
    found = parent.by_name.get(f"{qualifier[:-2]}C") or parent.by_name.get(qualifier.rstrip("0123456789"))
    return found.source if found else ""
