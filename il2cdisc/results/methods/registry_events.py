"""Serious and other adverse events by term as trial registries ask for them, with totals per column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from il2cdisc.results.arms import arms
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, refuse_absent, refuse_choice, refuse_number, refuse_several
from il2cdisc.results.options import number as number_option
from il2cdisc.results.shape import WHOLE, ResultRow, RowShape, ShownLine, below
from il2cdisc.results.subject_values import SUBJECT
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import found

SERIOUS, OTHER = "Serious", "Other"
PART = "PART"
TOTALS = ("at_risk", "serious_subjects", "other_subjects", "deaths_all_causes", "deaths_by_event")
OF_TERM = ("subjects", "events", "related_events", "deaths", "related_deaths")
ASSESSMENTS = ("systematic", "non-systematic")
YES = "Y"
NO_TERM = "Not coded"


def run(work: Work) -> pd.DataFrame:
    """Totals of each arm; then each term of serious and of other events with subjects and events.

    Variables are body system and term; the options `serious`, `fatal` (Y where they hold) and `related`
    (`related_as`: its value) name variables of the event, `death` one of the population's dataset that is Y
    for every subject who died. A term of other events is left out unless more than `threshold` per cent of
    the subjects of an arm have it (0 unless given: every term is kept). Arms without an event have zeros.
    """
    events = _events(work)
    shown = [(part, *key) for part in (SERIOUS, OTHER) for key in _terms(work, events, part)]
    out: list[ResultCell] = []
    for column in arms(work.display):
        own = events.loc[events["treatment"] == column.values[0]]
        out += _totals(work, column, own, shown)
    for row, (part, system, term) in enumerate(shown, start=1):
        for column in arms(work.display):
            own = events.loc[events["treatment"] == column.values[0]]
            own = own.loc[(own["part"] == part) & (own["system"] == system) & (own["term"] == term)]
            out += _term(work, row, column, own, (part, system, term))
    return frame_of(out)


def _events(work: Work) -> pd.DataFrame:
    """The events as text: treatment, part, system, term, and whether each is related and fatal."""
    system, term = (item.name for item in work.analysis.variables)
    options, rows = work.analysis.options, work.rows
    serious = (rows[options["serious"]] == YES).fillna(False)
    related = (rows[options["related"]] == options["related_as"]).fillna(False)
    fatal = (rows[options["fatal"]] == YES).fillna(False)
    return pd.DataFrame(
        {
            "subject": rows[SUBJECT],
            "treatment": rows[work.treatment],
            "part": serious.map({True: SERIOUS, False: OTHER}).astype("str"),
            "system": level_texts(rows[system]).fillna(NO_TERM),
            "term": level_texts(rows[term]).fillna(NO_TERM),
            "related": related,
            "fatal": fatal,
        }
    )


def _terms(work: Work, events: pd.DataFrame, part: str) -> list[tuple[str, str]]:
    """The terms of a part that are shown, by system and term."""
    own = events.loc[events["part"] == part]
    threshold = number_option(work.analysis, "threshold", 0.0) if part == OTHER else 0.0
    sizes = {column.values[0]: work.sizes[column.label] for column in arms(work.display)}
    counts = own.groupby(["system", "term", "treatment"], as_index=False)["subject"].nunique()
    columns = (counts[name] for name in ("system", "term", "treatment", "subject"))
    kept = {
        (str(system), str(term))
        for system, term, arm, n in zip(*columns, strict=True)
        if sizes.get(arm, 0) and 100.0 * n / sizes[arm] > threshold
    }
    return sorted(kept, key=lambda key: (key[0].casefold(), key[1].casefold(), key))


def _totals(
    work: Work, column: DisplayColumn, own: pd.DataFrame, shown: Sequence[tuple[str, str, str]]
) -> list[ResultCell]:
    at_terms = pd.Series(
        [key in set(shown) for key in zip(own["part"], own["system"], own["term"], strict=True)],
        index=own.index,
        dtype=bool,
    )
    subjects = own["subject"]
    died = _died(work, column)
    fatal = subjects[own["fatal"]].nunique()
    counts = {
        "at_risk": work.sizes[column.label],
        "serious_subjects": subjects[own["part"] == SERIOUS].nunique(),
        "other_subjects": subjects[(own["part"] == OTHER) & at_terms].nunique(),
        "deaths_all_causes": fatal if died is None else died,
        "deaths_by_event": fatal,
    }
    return _cells(work, 0, column, counts, (), "", ())


def _died(work: Work, column: DisplayColumn) -> int | None:
    """Subjects of the arm who died, None where no variable says so."""
    names = work.analysis.option_list("death")
    if not names:
        return None
    own = work.subjects.loc[work.subjects[work.display.treatment] == column.values[0]]
    return int(own.loc[(own[names[0]] == YES).fillna(False), SUBJECT].nunique())


def _term(
    work: Work, row: int, column: DisplayColumn, own: pd.DataFrame, key: tuple[str, str, str]
) -> list[ResultCell]:
    part, system, term = key
    counts = {
        "subjects": own["subject"].nunique(),
        "events": len(own),
        "related_events": int(own["related"].sum()),
        "deaths": own.loc[own["fatal"], "subject"].nunique(),
        "related_deaths": own.loc[own["fatal"] & own["related"], "subject"].nunique(),
    }
    names = [item.name for item in work.analysis.variables]
    serious = work.analysis.options["serious"]
    of_part = equals(serious, YES) if part == SERIOUS else Condition(serious, "NE", (YES,))
    texts = [("" if text == NO_TERM else text) for text in (system, term)]
    where = (of_part, *(equals(name, text) for name, text in zip(names, texts, strict=True)))
    return _cells(work, row, column, counts, ((PART, part), (names[0], system)), term, where)


def _cells(
    work: Work,
    row: int,
    column: DisplayColumn,
    counts: Mapping[str, int],
    groups: Sequence[tuple[str, str]],
    level: str,
    where: tuple[Condition, ...],
) -> list[ResultCell]:
    name = work.analysis.variables[1].name
    return [
        work.cell(
            row, key, found(value), column=column, groups=groups, variable=name, level=level, conditions=where
        )
        for key, value in counts.items()
    ]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The totals; then part, body system and term, each below the one before."""
    totals = [line for line in lines if line.template.fields[0].statistic in TOTALS]
    of_term = next(line for line in lines if line not in totals)
    items: list[tuple[list[str], int, Sequence[ShownLine]]] = []
    for row in found:
        if row.path:
            head = f"{row.path[0]} adverse events"
            items.append(([head, row.path[1]], row.number, [ShownLine(row.level, of_term.template)]))
        else:
            items.append(([analysis.label or "Totals"], row.number, totals))
    return below(items, block_at=1)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = refuse_absent(
        analysis,
        serious="the variable that is Y for a serious event",
        related="the variable of the relation to treatment",
        related_as="its value for a related event",
        fatal="the variable that is Y for an event that led to death",
    )
    out += refuse_several(analysis, "serious", "related", "fatal", "death")
    out += refuse_number(analysis, "threshold", above=-1, below=5.01)
    out += refuse_choice(analysis, "assessment", ASSESSMENTS)
    if len(analysis.variables) != 2:
        what = f"Variables are body system and term; there are {len(analysis.variables)}"
        out.append(BadCell(what, header="Variables"))
    if not arms(display):
        out.append(BadCell("the registries need a column for each treatment"))
    return out


METHOD = Method(
    name="Registry events",
    run=run,
    rows=rows,
    statistics=dict.fromkeys((*TOTALS, *OF_TERM), WHOLE),
    lines=(
        Line(label="Subjects at risk", template="{at_risk}"),
        Line(label="Subjects with a serious event", template="{serious_subjects}"),
        Line(label="Subjects with another event", template="{other_subjects}"),
        Line(label="Deaths, all causes", template="{deaths_all_causes}"),
        Line(label="Deaths resulting from events", template="{deaths_by_event}"),
        Line(label="Subjects, events", template="{subjects}, {events}"),
    ),
    needs=("Variables",),
    options=(
        "serious", "related", "related_as", "fatal", "death", "threshold", "assessment", "time_frame",
        "dictionary", "version", "participants", "baseline",
    ),
    naming=("serious", "related", "fatal"),
    of_subjects=("death",),
    refuse=refuse,
)  # fmt: skip
