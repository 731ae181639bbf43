"""A define.xml against the files that it describes: both ways, dataset by dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Address, Problem
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
    lengths of text. `beside`: names of the files in the folder, if those are to be looked for too."""
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
        number = item.data_type in ("integer", "float")
        if number != (variable.type == "Num"):
            yield told(
                "the type differs (define.xml, file)", item.data_type, variable.type, variable=item.name
            )
        elif item.data_type == "text" and item.length != variable.length:
            yield told(
                "the length differs (define.xml, file)", item.length, variable.length, variable=item.name
            )
