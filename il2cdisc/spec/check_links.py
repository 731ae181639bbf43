"""Rows of a workbook that point at one another: every id, dataset, variable and term must be there."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping

from il2cdisc.base.numbers import read_number
from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.check_rows import NAME
from il2cdisc.spec.models import ClauseCondition, Codelist, DescribedItem, Placed, Spec, VariableSpec


def check_links(spec: Spec, variables: Iterable[VariableSpec]) -> Iterator[Problem]:
    """Everything that points somewhere. `variables`: all rows of Variables, also of unknown datasets."""
    yield from _datasets(spec, variables)
    yield from _value_levels(spec)
    yield from _qualifiers(spec)
    for clause in spec.where_clauses.values():
        yield from _id(spec.comments, clause.comment, "comment", "Comments", clause, "Comment")
        for condition in clause.conditions:
            yield from _condition(spec, clause.id, condition)
    yield from _documents(spec)
    yield from _translations(spec)
    yield from _unused(spec)


def _datasets(spec: Spec, variables: Iterable[VariableSpec]) -> Iterator[Problem]:
    unknown: dict[str, list[VariableSpec]] = {}
    for variable in variables:
        if variable.dataset not in spec.datasets:
            unknown.setdefault(variable.dataset, []).append(variable)
    for name, rows in unknown.items():
        what = f"dataset {name} is not in Datasets"
        cells = [row.at("Dataset") for row in rows]
        hint = did_you_mean(name, spec.datasets)
        yield kinds.UNKNOWN_DATASET.at(cells[0], what, hint=hint, records=cells)
    for dataset in spec.datasets.values():
        yield from _id(spec.comments, dataset.comment, "comment", "Comments", dataset, "Comment")
        if not dataset.variables and not dataset.no_data:
            what = f"dataset {dataset.name} has no row in Variables"
            yield kinds.NO_VARIABLES.at(dataset.at("Dataset"), what)
            continue
        for key in dict.fromkeys(dataset.keys):
            if key not in dataset.by_name and dataset.variables:
                what = f"key variable {key} of {dataset.name} is not in Variables"
                hint = did_you_mean(key, dataset.names)
                yield kinds.UNKNOWN_VARIABLE.at(dataset.at("Key Variables"), what, hint=hint)
        for variable in dataset.variables:
            yield from _item(spec, variable)


def _item(spec: Spec, row: DescribedItem) -> Iterator[Problem]:
    lists = {**spec.codelists, **spec.dictionaries}
    yield from _id(lists, row.codelist, "codelist", "Codelists or Dictionaries", row, "Codelist")
    yield from _id(spec.methods, row.method, "method", "Methods", row, "Method")
    yield from _id(spec.comments, row.comment, "comment", "Comments", row, "Comment")
    dataset, _, name = row.predecessor.partition(".")
    if name and dataset in spec.datasets and name not in spec.datasets[dataset].by_name:
        hint = did_you_mean(name, spec.datasets[dataset].names)
        what = f"predecessor {row.predecessor} is not in Variables"
        yield kinds.UNKNOWN_VARIABLE.at(row.at("Predecessor"), what, hint=f"{dataset}.{hint}" if hint else "")


def _qualifiers(spec: Spec) -> Iterator[Problem]:
    """Supplemental qualifiers: each value-level row of QVAL names a QNAM, one that is a name of its own."""
    for dataset in spec.datasets.values():
        if not dataset.name.startswith("SUPP"):
            continue
        found = spec.qualifiers(dataset.name)
        parent = spec.datasets.get(dataset.name.removeprefix("SUPP"))
        for name, row in found.items():
            if not NAME.match(name):
                what = f"qualifier name '{name}' of {dataset.name} is not allowed"
                yield kinds.NAME_RULE.at(row.at("Where Clause"), what)
            elif parent is not None and name in parent.by_name:
                what = f"qualifier {name} of {dataset.name} is a variable of {parent.name} too"
                yield kinds.TWICE.at(row.at("Where Clause"), what)
        for row in spec.values_of(dataset.name, "QVAL"):
            clause = spec.where_clauses.get(row.where)
            if clause is not None and not clause.faulty and row not in found.values():
                what = f"where-clause {row.where} of {dataset.name} QVAL names no QNAM"
                yield kinds.VALUE_LEVEL.at(row.at("Where Clause"), what, fix="Use QNAM EQ and a name.")


def _value_levels(spec: Spec) -> Iterator[Problem]:
    for row in spec.value_levels:
        parent = yield from _variable(spec, row.dataset, row.variable, row)
        if row.where not in spec.where_clauses:
            yield from _id(spec.where_clauses, row.where, "where-clause", "WhereClauses", row, "Where Clause")
        yield from _item(spec, row)
        if parent is None:
            continue
        what = f"{row.dataset} {row.variable} where {row.where}"
        if parent.type == "Num" and row.type == "Char":
            text = f"{what} is {row.data_type}, but the variable is {parent.data_type}"
            yield kinds.VALUE_LEVEL.at(row.at("Data Type"), text)
        if row.length and parent.length and row.length > parent.length:
            text = f"{what} is longer ({row.length}) than the variable ({parent.length})"
            yield kinds.VALUE_LEVEL.at(row.at("Length"), text)


def _variable(
    spec: Spec, dataset: str, name: str, row: Placed
) -> Generator[Problem, None, VariableSpec | None]:
    if dataset not in spec.datasets:
        hint = did_you_mean(dataset, spec.datasets)
        yield kinds.UNKNOWN_DATASET.at(row.at("Dataset"), f"dataset {dataset} is not in Datasets", hint=hint)
        return None
    found = spec.datasets[dataset].by_name.get(name)
    if found is None:
        hint = did_you_mean(name, spec.datasets[dataset].names)
        what = f"variable {dataset} {name} is not in Variables"
        yield kinds.UNKNOWN_VARIABLE.at(row.at("Variable"), what, hint=hint)
    return found


def _condition(spec: Spec, clause: str, row: ClauseCondition) -> Iterator[Problem]:
    variable = yield from _variable(spec, row.dataset, row.variable, row)
    if variable is None:
        return
    if variable.type == "Num":
        bad = [value for value in row.values if not read_number(value).is_number]
        if bad:
            what = f"{clause}: {row.variable} is numeric, but is compared with text"
            yield kinds.WHERE_NUMBER.at(row.at("Value"), what, values=bad)
    listed = spec.codelists.get(variable.codelist)
    if listed is None or row.comparator not in ("EQ", "NE", "IN", "NOTIN"):
        return
    bad = [value for value in row.values if value not in listed.values]
    if bad:
        what = f"{clause}: not in codelist {listed.id} of {row.dataset} {row.variable}"
        hint = did_you_mean(bad[0], listed.values)
        yield kinds.WHERE_VALUE.at(row.at("Value"), what, values=bad, hint=hint)


def _documents(spec: Spec) -> Iterator[Problem]:
    for row in (*spec.methods.values(), *spec.comments.values()):
        yield from _id(spec.documents, row.document, "document", "Documents", row, "Document")
    for row in (*spec.codelists.values(), *spec.dictionaries.values()):
        yield from _id(spec.comments, row.comment, "comment", "Comments", row, "Comment")


def _translations(spec: Spec) -> Iterator[Problem]:
    for row in spec.translation_rows:
        listed: Codelist | None = spec.codelists.get(row.codelist)
        if listed is None:
            yield from _id(spec.codelists, row.codelist, "codelist", "Codelists", row, "Codelist")
        elif row.term not in listed.values:
            what = f"'{row.collected}' is translated to a term that is not in codelist {row.codelist}"
            hint = did_you_mean(row.term, listed.values)
            yield kinds.TRANSLATION.at(row.at("Term"), what, values=[row.term], hint=hint)


def _id(
    table: Iterable[str], name: str, noun: str, sheet: str, row: Placed, header: str
) -> Iterator[Problem]:
    if name and name not in table:
        hint = did_you_mean(name, table)
        yield kinds.UNKNOWN_ID.at(row.at(header), f"{noun} {name} is not in {sheet}", hint=hint)


def _unused(spec: Spec) -> Iterator[Problem]:
    items: list[DescribedItem] = [
        *(row for dataset in spec.datasets.values() for row in dataset.variables),
        *spec.value_levels,
    ]
    lists = {row.codelist for row in items} | {row.codelist for row in spec.translation_rows}
    comments = {row.comment for row in items}
    for group in (spec.datasets, spec.where_clauses, spec.codelists, spec.dictionaries):
        comments |= {row.comment for row in group.values()}
    tables: list[tuple[str, Mapping[str, Placed], set[str]]] = [
        ("codelist", spec.codelists, lists),
        ("dictionary", spec.dictionaries, lists),
        ("method", spec.methods, {row.method for row in items}),
        ("comment", spec.comments, comments),
        ("where-clause", spec.where_clauses, {row.where for row in spec.value_levels}),
    ]
    # Documents may stand for themselves in define.xml (an annotated CRF, a guide): they are not asked.
    for noun, table, used in tables:
        for name, row in table.items():
            if name not in used:
                yield kinds.UNUSED.at(row.at("ID"), f"{noun} {name} is used nowhere")
