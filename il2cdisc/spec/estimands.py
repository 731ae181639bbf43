"""The sheets Estimands and Intercurrent Events: rows into models, and against the workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Estimand, IntercurrentEvent, Spec
from il2cdisc.spec.workbook import Workbook

ATTRIBUTES = ("Treatment", "Population", "Variable", "Summary Measure")
"""The attributes of an estimand apart from its intercurrent events (ICH E9(R1) section A.3.3)."""
ESTIMANDS = ["Estimand", "Objective", *ATTRIBUTES, "Dataset", "Flag"]
EVENTS = ["Estimand", "Event", "Strategy"]
STRATEGIES = (
    "Treatment policy",
    "Hypothetical",
    "Composite variable",
    "While on treatment",
    "Principal stratum",
)
"""The strategies of ICH E9(R1) section A.3.2."""
_FLAG = re.compile(r"ANL\d\dFL")


def read_estimands(book: Workbook) -> tuple[Estimand, ...]:
    """Rows of Estimands; all five attributes of each must be filled (the fifth: Intercurrent Events)."""
    found: dict[str, Estimand] = {}
    for row in book.rows("Estimands", ESTIMANDS, ["Comment"], may_lack=True):
        name = row.needed("Estimand")
        if name in found:
            what = f"estimand {name} is there twice; first in row {found[name].place.row}"
            row.problems.add(kinds.TWICE.at(row.at("Estimand"), what))
        elif name:
            found[name] = Estimand(
                place=row.place,
                id=name,
                objective=row.needed("Objective"),
                treatment=row.needed("Treatment"),
                population=row.needed("Population"),
                variable=row.needed("Variable"),
                summary=row.needed("Summary Measure"),
                dataset=row.needed("Dataset"),
                flag=row.needed("Flag"),
            )
    return tuple(found.values())


def read_events(book: Workbook) -> tuple[IntercurrentEvent, ...]:
    """Rows of Intercurrent Events: the strategy of each estimand for each event."""
    found: dict[tuple[str, str], IntercurrentEvent] = {}
    for row in book.rows("Intercurrent Events", EVENTS, ["Comment"], may_lack=True):
        estimand, event = row.needed("Estimand"), row.needed("Event")
        row.needed("Strategy")
        strategy = row.choice("Strategy", STRATEGIES) or STRATEGIES[0]  # a problem already: it stops
        if (estimand, event) in found:
            what = f"{estimand} has two strategies for {event}"
            row.problems.add(kinds.TWICE.at(row.at("Event"), what))
        elif estimand and event:
            found[estimand, event] = IntercurrentEvent(
                place=row.place, estimand=estimand, event=event, strategy=strategy
            )
    return tuple(found.values())


def check_estimands(spec: Spec) -> Iterator[Problem]:
    """Each estimand has a flag of its own in a dataset of the workbook, and strategies for its events."""
    if bool(spec.estimands) != bool(spec.intercurrent_events):
        # one sheet without the other: every row of it would say the same
        row = (*spec.estimands, *spec.intercurrent_events)[0]
        absent = "Intercurrent Events" if spec.estimands else "Estimands"
        what = f"{spec.shown} has no rows in a sheet {absent}"
        yield kinds.NO_STRATEGY.at(
            row.at("Estimand"), what, fix=f"Fill in the sheet {absent}, or name it so."
        )
        return
    known = {item.id: item for item in spec.estimands}
    carried: dict[tuple[str, str], Estimand] = {}
    named = {event.estimand for event in spec.intercurrent_events}
    for item in spec.estimands:
        yield from _flag(spec, item)
        other = carried.setdefault((item.dataset, item.flag), item)
        if other is not item:
            what = f"{item.dataset} {item.flag} carries estimand {other.id}, too"
            yield kinds.ESTIMAND_FLAG.at(item.at("Flag"), what)
        if item.id not in named:
            what = f"estimand {item.id} has no row in Intercurrent Events"
            yield kinds.NO_STRATEGY.at(item.at("Estimand"), what)
    for event in spec.intercurrent_events:
        if event.estimand not in known:
            what = f"there is no estimand {event.estimand!r} in Estimands"
            hint = did_you_mean(event.estimand, known)
            yield kinds.UNKNOWN_ID.at(event.at("Estimand"), what, hint=hint)
    yield from _event_names(spec)


def _event_names(spec: Spec) -> Iterator[Problem]:
    """An event that no codelist has is none that a dataset can hold: its strategy would apply to nothing."""
    terms = {term for codelist in spec.codelists.values() for term in codelist.values}
    unknown: dict[str, IntercurrentEvent] = {}
    for row in spec.intercurrent_events:
        if row.event not in terms:
            unknown.setdefault(row.event, row)
    for event, row in unknown.items():
        what = f"{event!r} is in no codelist: no dataset has such an event"
        yield kinds.UNKNOWN_EVENT.at(row.at("Event"), what, hint=did_you_mean(event, terms))


def _flag(spec: Spec, item: Estimand) -> Iterator[Problem]:
    if item.dataset not in spec.datasets:
        what = f"the workbook has no dataset {item.dataset}"
        hint = did_you_mean(item.dataset, spec.datasets)
        yield kinds.UNKNOWN_ID.at(item.at("Dataset"), what, hint=hint)
    elif spec.variable(item.dataset, item.flag) is None:
        what = f"{item.dataset} has no variable {item.flag}"
        hint = did_you_mean(item.flag, spec.datasets[item.dataset].names)
        yield kinds.UNKNOWN_ID.at(item.at("Flag"), what, hint=hint)
    elif not _FLAG.fullmatch(item.flag):
        yield kinds.ESTIMAND_FLAG.at(item.at("Flag"), f"{item.flag} is not a flag ANLzzFL")
