"""Lint of the mappings' plans against the workbook, before any data are read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from il2cdisc.base.origins import PlannedVariable
from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import DescribedItem, Spec


def lint_plans(
    spec: Spec,
    planned: Iterable[PlannedVariable],
    *,
    engine: Mapping[str, Collection[str]],
    raw_columns: Collection[str] | None = None,
    folder: str = "mappings/sdtm",
) -> list[Problem]:
    """What the mappings say they make, against what the workbook says there must be.

    `planned`: of all mappings; a supplemental qualifier is planned under its parent dataset. `engine`:
    dataset → variables that the engine makes by itself; under `SUPPxx` also its qualifiers (QNAM), and all
    variables of a dataset that no mapping makes. `raw_columns`: `form.COLUMN` of the data dictionary, None
    to leave sources unchecked. `folder`: where the mapping modules are, for the messages.

    Problems, sorted: SPC090 to SPC095.
    """
    plans = list(planned)
    found = [
        *_not_made(spec, plans, engine),
        *(problem for plan in plans for problem in _planned(spec, plan, folder)),
        *_sources(plans, raw_columns, folder),
    ]
    return sorted(found, key=Problem.sort_key)


def not_made(spec: Spec, made: Collection[str]) -> list[Problem]:
    """Datasets of a workbook of ADaM that no mapping makes: SPC095."""
    return [
        kinds.DATASET_NOT_MADE.at(
            dataset.at("Dataset"),
            f"no mapping makes dataset {name}",
            hint=did_you_mean(name, [other for other in made if other not in spec.datasets]),
        )
        for name, dataset in spec.datasets.items()
        if name not in made and not dataset.no_data
    ]


def _not_made(
    spec: Spec, plans: list[PlannedVariable], engine: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    made: dict[str, set[str]] = {name: set(variables) for name, variables in engine.items()}
    split = {plan.dataset for plan in plans if plan.supplemental}
    planned = {plan.dataset for plan in plans}
    for plan in plans:
        made.setdefault(f"SUPP{plan.dataset}" if plan.supplemental else plan.dataset, set()).add(
            plan.variable
        )
    for dataset in spec.datasets.values():
        if dataset.no_data:
            continue
        own = made.get(dataset.name, set())
        split_off = dataset.name.startswith("SUPP")
        # what the engine adds to any dataset makes none by itself
        made_here = split_off or dataset.name in planned or own.issuperset(dataset.names)
        if not own or not made_here:
            hint = did_you_mean(dataset.name, [name for name in made if name not in spec.datasets])
            what = f"no mapping makes dataset {dataset.name}"
            yield kinds.DATASET_NOT_MADE.at(dataset.at("Dataset"), what, hint=hint)
            continue
        # The columns of a supplemental dataset are the engine's, once a mapping plans a qualifier.
        by_split = split_off and dataset.name.removeprefix("SUPP") in split
        for variable in dataset.variables:
            # COVAL1 takes what is too long for COVAL
            root = variable.name.rstrip("0123456789")
            if not {variable.name, root} & own and not variable.no_data and not by_split:
                hint = did_you_mean(variable.name, own.difference(dataset.names))
                what = f"nothing makes {dataset.name} {variable.name}"
                yield kinds.NOT_MADE.at(variable.at("Variable"), what, hint=hint)
        qualifiers = spec.qualifiers(dataset.name)
        for name, row in qualifiers.items():
            if name not in own:
                hint = did_you_mean(name, own.difference(qualifiers, dataset.names))
                what = f"nothing makes {name}, a qualifier of {dataset.name}"
                yield kinds.NOT_MADE.at(row.at("Where Clause"), what, hint=hint)


def _planned(spec: Spec, plan: PlannedVariable, folder: str) -> Iterator[Problem]:
    place = _place(plan, folder)
    if plan.supplemental:
        dataset = f"SUPP{plan.dataset}"
        options = spec.qualifiers(dataset)
        row: DescribedItem | None = options.get(plan.variable)
        names: Collection[str] = options
        noun = f"{dataset} has no value level with QNAM {plan.variable}"
    else:
        dataset = plan.dataset
        names = spec.datasets[dataset].names if dataset in spec.datasets else ()
        row = spec.variable(dataset, plan.variable)
        noun = f"{dataset} has no variable {plan.variable}"
    if dataset not in spec.datasets:
        hint = did_you_mean(dataset, spec.datasets)
        yield kinds.NOT_SPECIFIED.at(place, f"the workbook has no dataset {dataset}", hint=hint)
    elif row is None:
        yield kinds.NOT_SPECIFIED.at(place, noun, hint=did_you_mean(plan.variable, names))
    else:
        yield from _differences(spec, plan, row)


def _differences(spec: Spec, plan: PlannedVariable, row: DescribedItem) -> Iterator[Problem]:
    name = f"{row.dataset} {plan.variable}"
    values = () if plan.supplemental else spec.values_of(plan.dataset, plan.variable)
    origins = {row.origin} if row.origin else {value.origin for value in values if value.origin}
    if origins and plan.origin not in origins:
        here = " or ".join(sorted(str(origin) for origin in origins))
        what = f"{name} is {here} here, {plan.origin} in its mapping"
        yield kinds.ORIGIN_DIFFERS.at(row.at("Origin"), what)
    codelists = {row.codelist, *(value.codelist for value in values)} - {""}
    if plan.codelist and plan.codelist not in codelists:
        here = ", ".join(sorted(codelists)) or "no codelist"
        what = f"{name} has {here} here, {plan.codelist} in its mapping"
        yield kinds.CODELIST_DIFFERS.at(row.at("Codelist"), what)


def _sources(
    plans: list[PlannedVariable], raw_columns: Collection[str] | None, folder: str
) -> Iterator[Problem]:
    if raw_columns is None:
        return
    known = set(raw_columns)
    forms: dict[str, list[str]] = {}
    for column in sorted(known):
        forms.setdefault(column.partition(".")[0], []).append(column)
    for plan in plans:
        for source in plan.sources:
            form, dot, _ = source.partition(".")
            # Sources in upper case (`EC.ECTRT`) are variables of other datasets, not raw columns.
            if not dot or not form.islower() or source in known:
                continue
            if form in forms:
                hint = did_you_mean(source, forms[form])
                what = f"{plan.dataset} {plan.variable} takes {source}, which is not in the data dictionary"
            else:
                hint = did_you_mean(form, forms)
                what = f"{plan.dataset} {plan.variable} takes {source}; the data dictionary has no {form}"
            yield kinds.RAW_UNKNOWN.at(_place(plan, folder), what, hint=hint)


def _place(plan: PlannedVariable, folder: str) -> Address:
    return Address(file=f"{folder}/{plan.dataset.lower()}.py", column=plan.variable)
