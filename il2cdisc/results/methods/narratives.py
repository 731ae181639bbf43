"""Narratives: a text for each subject with a serious event, a death or a withdrawal for an event."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from il2cdisc.base.dates import from_sas_day
from il2cdisc.base.numbers import number_text
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods.listing import ROWS
from il2cdisc.results.options import BadCell, refuse_absent, refuse_several
from il2cdisc.results.subject_values import SUBJECT
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.stats.estimates import Estimate

YES = "Y"
ONE_EACH = (
    "serious",
    "fatal",
    "action",
    "term",
    "verbatim",
    "onset",
    "end",
    "severity",
    "related",
    "outcome",
)
OF_SUBJECT = ("age", "sex", "first_dose")
SEXES = {"F": "woman", "M": "man"}


def run(work: Work) -> pd.DataFrame:
    """Statistic `rows`: how many subjects have a narrative."""
    subjects = work.rows.loc[_grave(work), SUBJECT].nunique()
    return frame_of([work.cell(0, ROWS, Estimate(float(subjects)))])


def listed(work: Work) -> pd.DataFrame:
    """A row for each subject who has an event that is serious, fatal, or led to withdrawal of treatment.

    The options name variables: of the event `serious` and `fatal` (Y where so), `action` (`withdrawn` is its
    value for a withdrawal), `term`, `verbatim`, `onset` and `end` (study days), `severity`, `related`,
    `outcome`, `criteria` (the reasons for being serious, Y where so); of the subject `age`, `sex` and
    `first_dose` (a date). The text is in the last of Variables, the others are as in a listing.
    """
    names = [item.name for item in work.analysis.variables]
    chosen = work.rows.loc[_grave(work)]
    subjects = work.subjects.drop_duplicates(SUBJECT).set_index(SUBJECT)
    lines: list[dict[str, str]] = []
    for subject, events in chosen.groupby(SUBJECT, sort=True):
        about = {str(name): value for name, value in subjects.loc[str(subject)].to_dict().items()}
        first = events.iloc[0]
        texts = {name: _plain(first[name]) for name in names[:-1]}
        sentences = [
            _person(work, about, events),
            *(_event(work, event) for event in _in_order(work, events)),
        ]
        texts[names[-1]] = " ".join(sentences)
        lines.append({SUBJECT: str(subject), **texts})
    columns = pd.Index(dict.fromkeys([SUBJECT, *names]))
    return pd.DataFrame(lines, columns=columns, dtype="str")


def _grave(work: Work) -> pd.Series:
    """Which events make a narrative due."""
    options, rows = work.analysis.options, work.rows
    out = pd.Series(False, index=rows.index)
    for option in ("serious", "fatal"):
        if option in options:
            out |= (rows[options[option]] == YES).fillna(False)
    if "action" in options:
        out |= (rows[options["action"]] == options.get("withdrawn", "")).fillna(False)
    return out


def _in_order(work: Work, events: pd.DataFrame) -> list[dict[str, object]]:
    onset = work.analysis.options.get("onset", "")
    ordered = events.sort_values(onset, kind="stable") if onset else events
    return [{str(name): value for name, value in event.items()} for event in ordered.to_dict("records")]


def _person(work: Work, about: Mapping[str, object], events: pd.DataFrame) -> str:
    """`Subject 01, a 34-year-old woman on Drug X, first dose on 2022-03-04, had 2 such events.`"""
    options = work.analysis.options
    age, sex, first = (_plain(about.get(options.get(name, ""))) for name in OF_SUBJECT)
    who = SEXES.get(sex, "person")
    person = f"a {age}-year-old {who}" if age else f"a {who}"
    arm = _plain(about.get(work.display.treatment))
    dosed = f", first dose on {from_sas_day(float(first)).isoformat()}" if first else ""
    count = "1 such event" if len(events) == 1 else f"{len(events)} such events"
    return f"Subject {events[SUBJECT].iloc[0]}, {person} on {arm or 'no treatment'}{dosed}, had {count}."


def _event(work: Work, event: Mapping[str, object]) -> str:
    """One sentence of what is known of an event; what is missing is left out."""
    options = work.analysis.options

    def told(option: str) -> str:
        return _plain(event.get(options.get(option, "")))

    term = told("term") or told("verbatim") or "An event that was not coded"
    verbatim = told("verbatim")
    start = f'{term} (reported as "{verbatim}")' if verbatim and verbatim != term else term
    parts = [
        f"began on day {told('onset')}" if told("onset") else "began on an unknown day",
        f"ended on day {told('end')}" if told("end") else "",
        told("severity").lower(),
        told("related").lower(),
        _criteria(work, event),
        f"action taken: {told('action').lower()}" if told("action") else "",
        f"outcome: {told('outcome').lower()}" if told("outcome") else "",
    ]
    return f"{start}: {', '.join(part for part in parts if part)}."


def _criteria(work: Work, event: Mapping[str, object]) -> str:
    options = work.analysis.options
    if _plain(event.get(options.get("serious", ""))) != YES:
        return "not serious"
    labels = dict(pair.split("=", 1) for pair in work.analysis.option_list("criteria_names") if "=" in pair)
    met = [name for name in work.analysis.option_list("criteria") if _plain(event.get(name)) == YES]
    names = ", ".join(labels.get(name, name).replace("_", " ") for name in met)
    return f"serious ({names})" if names else "serious"


def _plain(value: object) -> str:
    """A value as text: empty where it is missing, a number as short as it is."""
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA:
        return ""
    return number_text(float(value)) if isinstance(value, int | float) else str(value)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = refuse_absent(analysis, serious="the variable that is Y for a serious event", term="the term")
    out += refuse_several(analysis, *ONE_EACH, *OF_SUBJECT)
    if "action" in analysis.options and "withdrawn" not in analysis.options:
        out.append(BadCell("the option action needs withdrawn: its value for a withdrawal"))
    return out


METHOD = Method(
    name="Narratives",
    run=run,
    listed=listed,
    needs=("Variables",),
    options=(*ONE_EACH, *OF_SUBJECT, "withdrawn", "criteria", "criteria_names"),
    naming=(*ONE_EACH, "criteria"),
    of_subjects=OF_SUBJECT,
    numbers=("onset", "end", "age", "first_dose"),
    kind="Listing",
    refuse=refuse,
)
