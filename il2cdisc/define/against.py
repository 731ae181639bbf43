"""A define.xml against the files that it describes: both ways, dataset by dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.define import problems as kinds
from il2cdisc.define.model import Define, ItemDef, ItemGroup


class File(Protocol):
    """What is compared of a dataset's file."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def variables(self) -> tuple[Variable, ...]: ...


def compare_define(
    define: Define, files: Iterable[File], shown: str = "define.xml", *, beside: Collection[str] = ()
) -> list[Problem]:
    """What define.xml and the transport files say differently: datasets, variables, order, labels, types,
    lengths of text, formats. `beside`: names of the files in the folder, if those are to be looked for."""
    tables = {file.name: file for file in files}
    found: list[Problem] = []
    for group in define.groups:
        if group.name not in tables and not group.has_no_data:
            found.append(kinds.NO_FILE.at(Address(file=shown, column=group.oid), "there is no such file"))
        if group.leaf and beside and group.leaf.href not in beside:
            what = "the file that it names is not there"
            found.append(
                kinds.NO_FILE.at(Address(file=shown, column=group.oid), what, values=[group.leaf.href])
            )
    if define.stylesheet and beside and define.stylesheet not in beside:
        place, what = Address(file=shown), "the stylesheet that it names is not there"
        found.append(kinds.NO_STYLESHEET.at(place, what, values=[define.stylesheet]))
    items = define.by_oid()
    for name, table in sorted(tables.items()):
        group = define.group(name)
        if group is None:
            found.append(kinds.NO_FILE.at(Address(file=shown), f"the dataset {name} is not defined"))
        else:
            found += _compare(group, table, items, shown)
    return found


def _compare(group: ItemGroup, table: File, items: dict[str, ItemDef], shown: str) -> Iterator[Problem]:
    def told(what: str, *values: object, variable: str = "") -> Problem:
        place = Address(file=shown, column=f"{group.name}.{variable}" if variable else group.name)
        return kinds.DIFFERENT.at(place, what, values=values)

    if group.has_no_data:
        yield told("it has a file, and is said to have no data")
    if group.label != table.label:
        yield told("the label differs (define.xml, file)", group.label, table.label)
    defined = [items[ref.item] for ref in group.items if ref.item in items]
    names = [item.name for item in defined]
    stored = [variable.name for variable in table.variables]
    if names != stored:
        apart = sorted({*names} ^ {*stored})
        yield told("variables or their order differ", *apart)
    by_name = {variable.name: variable for variable in table.variables}
    for item in defined:
        variable = by_name.get(item.name)
        if variable is None:
            continue
        if item.label != variable.label:
            yield told("the label differs (define.xml, file)", item.label, variable.label, variable=item.name)
        if _plain(item.format) != _plain(variable.format):
            what = "the format differs (define.xml, file)"
            yield told(what, item.format, variable.format, variable=item.name)
        number = item.data_type in ("integer", "float")
        if number != (variable.type == "Num"):
            yield told(
                "the type differs (define.xml, file)", item.data_type, variable.type, variable=item.name
            )
        elif item.data_type == "text" and item.length != variable.length:
            yield told(
                "the length differs (define.xml, file)", item.length, variable.length, variable=item.name
            )


def compare_predecessors(define: Define, tabulation: Define, shown: str = "define.xml") -> list[Problem]:
    """Predecessors of analysis data (`DM.SEX`) that neither define.xml has: define.xml of SDTM is
    `tabulation`. A qualifier is named by its QNAM: `SUPPDM.RACEOTH`."""
    known = {name for book in (define, tabulation) for name in _defined(book)}
    named = {
        (item.oid, origin.description)
        for item in define.items
        for origin in item.origins
        if origin.type == "Predecessor" and "." in origin.description
    }
    return [
        kinds.NOT_IN_PACKAGE.at(
            Address(file=shown, column=oid),
            "neither define.xml has the variable that it is copied from",
            values=[name],
            hint=did_you_mean(name, sorted(known)),
        )
        for oid, name in sorted(named)
        if name not in known
    ]


def _defined(define: Define) -> Iterator[str]:
    """Variables as `DATASET.VARIABLE`; of supplemental datasets the qualifiers, too."""
    items = define.by_oid()
    lists = {value_list.oid: value_list for value_list in define.value_lists}
    for group in define.groups:
        for item in (items[ref.item] for ref in group.items if ref.item in items):
            yield f"{group.name}.{item.name}"
            if group.name.startswith("SUPP") and item.value_list in lists:
                rows = lists[item.value_list].items
                yield from (f"{group.name}.{items[row.item].name}" for row in rows if row.item in items)


def _plain(text: str) -> str:
    return text.strip().upper().removesuffix(".")
