"""Rows of the sheet Analyses that stand for several: templates that displays fill in, and rows by level."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from il2cdisc.base.problems import Kind as ProblemKind
from il2cdisc.base.problems import Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import DisplayAnalysis, ListedItem
from il2cdisc.spec.workbook import SheetRow

GAP = ProblemKind(
    "SPC180",
    "Place of a template without a value",
    Severity.STOP,
    "Give the value in Template Values of the display (NAME = value), or correct the name.",
)
UNUSED_VALUE = ProblemKind(
    "SPC181",
    "Template value that no place takes",
    Severity.FINDING,
    "Correct the name, or remove the line.",
)
_PLACE = re.compile(r"<([A-Z][A-Z0-9_]*)>")


@dataclass(frozen=True, slots=True)
class Filled:
    """A display that takes the rows of a template: its row of Displays, and the values of the places."""

    row: SheetRow
    values: Mapping[str, str]


def filled_rows(
    rows: Sequence[SheetRow], displays: Iterable[SheetRow], values: Mapping[str, Mapping[str, str]]
) -> list[SheetRow]:
    """The rows of Analyses, those of a template once for each display that takes it, under its name.

    A template is a name in the column Display that the column Template of a display has; `<NAME>` in a cell
    of its rows is a place, filled with the line `NAME = value` of the display's Template Values.
    """
    takers: dict[str, list[Filled]] = {}
    for row in displays:
        if name := row.text("Template"):
            takers.setdefault(name, []).append(Filled(row, values.get(row.text("Display"), {})))
    templates: dict[str, list[SheetRow]] = {}
    out: list[SheetRow] = []
    for row in rows:
        own = row.text("Display")
        if own in takers:
            templates.setdefault(own, []).append(row)
        else:
            out.append(row)
    for name, fillings in takers.items():
        for filled in fillings:
            if name not in templates:
                what = f"no row of Analyses has the template {name!r}"
                hint = did_you_mean(name, {row.text("Display") for row in rows})
                filled.row.problems.add(kinds.UNKNOWN_ID.at(filled.row.at("Template"), what, hint=hint))
            else:
                out += _filled(templates[name], filled)
    return out


def _filled(template: Sequence[SheetRow], filled: Filled) -> Iterator[SheetRow]:
    row, values = filled.row, filled.values
    named = {name for item in template for text in item.values.values() for name in _PLACE.findall(text)}
    if absent := sorted(named - set(values)):
        what = f"the template {row.text('Template')} has places without a value"
        row.problems.add(GAP.at(row.at("Template Values"), what, values=absent))
    for name in sorted(set(values) - named):
        hint = did_you_mean(name, named)
        what = f"the template {row.text('Template')} has no place <{name}>"
        row.problems.add(UNUSED_VALUE.at(row.at("Template Values"), what, hint=hint))
    for item in template:
        texts = {
            header: _PLACE.sub(lambda place: values.get(place[1], place[0]), text)
            for header, text in item.values.items()
        }
        yield replace(item, values=texts | {"Display": row.text("Display")})


def by_level(analysis: DisplayAnalysis, variable: str, levels: Sequence[ListedItem]) -> list[DisplayAnalysis]:
    """An analysis once for each level of a variable, `ID.LEVEL`, labelled with the level.

    A level's format is its number of decimals, in place of that of the row.
    """
    return [
        analysis.model_copy(
            update={
                "id": f"{analysis.id}.{level.name.replace(' ', '_')}",
                "label": level.label,
                "where": (*analysis.where, equals(variable, level.name)),
                "decimals": int(level.format) if level.format.isdigit() else analysis.decimals,
            }
        )
        for level in levels
    ]
