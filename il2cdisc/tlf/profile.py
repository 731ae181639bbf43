"""One subject on a few pages: demographics, exposure, events, medication, scores and laboratory results."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from il2cdisc.base.dates import from_sas_day
from il2cdisc.base.numbers import number_text
from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.table import DisplayTable, TableRow

COLUMNS = 7
"""Columns of a profile: what a line is about, and up to six details."""
WIDTHS = (0.28, *[0.12] * (COLUMNS - 1))
ABOUT = (
    "AGE", "SEX", "RACE", "ETHNIC", "COUNTRY", "SITEID", "ARM", "TRT01P", "TRT01A", "RFICDT", "RANDDT",
    "TRTSDT", "TRTEDT", "TRTDURD", "EOTSTT", "DCTREAS", "EOSSTT", "EOSDT", "DCSREAS", "DTHDT",
)  # fmt: skip
"""Variables of the subject that are shown where there are any, in this order."""
IN_DM = (
    "AGE", "SEX", "RACE", "ETHNIC", "COUNTRY", "SITEID", "ARM", "ACTARM", "RFICDTC", "RFXSTDTC", "RFXENDTC",
    "RFPENDTC", "DTHDTC",
)  # fmt: skip
"""The same without an analysis dataset of subjects."""


BY_VISIT = ("PARAMCD", "PARAM", "AVISIT", "AVAL", "BASE")
"""Variables that a dataset of results by visit has."""
RESULTS = "Results by visit"


@dataclass(frozen=True, slots=True)
class SubjectRecords:
    """The records of the subject in one dataset, and the labels of its variables."""

    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class _Listed:
    """A section that lists records: its datasets (the first there is), and candidates for each column."""

    title: str
    datasets: tuple[str, ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    order: tuple[str, ...]


_SECTIONS = (
    _Listed(
        "Exposure",
        ("EX", "EC"),
        (
            ("Treatment", ("EXTRT", "ECTRT")),
            ("Dose", ("EXDOSE", "ECDOSE")),
            ("Unit", ("EXDOSU", "ECDOSU")),
            ("Start", ("EXSTDTC", "ECSTDTC")),
            ("Day", ("EXSTDY", "ECSTDY")),
            ("End", ("EXENDTC", "ECENDTC")),
            ("Visit", ("VISIT",)),
        ),
        ("EXSTDTC", "ECSTDTC", "EXSEQ", "ECSEQ"),
    ),
    _Listed(
        "Adverse events",
        ("ADAE", "AE"),
        (
            ("Term", ("AEDECOD", "AETERM")),
            ("Onset (day)", ("ASTDY", "AESTDY")),
            ("End (day)", ("AENDY", "AEENDY")),
            ("Severity", ("ASEV", "AESEV")),
            ("Serious", ("AESER",)),
            ("Related", ("AREL", "AEREL")),
            ("Outcome", ("AEOUT",)),
        ),
        ("ASTDY", "AESTDY", "AESEQ"),
    ),
    _Listed(
        "Medication",
        ("ADCM", "CM"),
        (
            ("Medication", ("CMDECOD", "CMTRT")),
            ("Indication", ("CMINDC",)),
            ("Dose", ("CMDOSE", "CMDOSTXT")),
            ("Unit", ("CMDOSU",)),
            ("Start", ("CMSTDTC",)),
            ("End", ("CMENDTC",)),
            ("Frequency", ("CMDOSFRQ",)),
        ),
        ("CMSTDTC", "CMSEQ"),
    ),
)


def profile_table(
    subject: str, data: Mapping[str, SubjectRecords], displays: Sequence[Display] = ()
) -> DisplayTable:
    """The profile of a subject from the records of all datasets (by name) that belong to it.

    Of a dataset of results by parameter and visit (AVISIT) the parameters are shown that a figure names in
    its Where, else those that any display names, or all where none does. A result outside its reference
    range is marked L or H.
    """
    rows: list[TableRow] = [*_person(data)]
    for section in _SECTIONS:
        rows += _listed(section, data)
    rows += _results(data, _parameters(displays))
    blocks = _blocked(rows)
    return DisplayTable(
        header=(f"Subject {subject}", *[""] * (COLUMNS - 1)), rows=tuple(blocks), widths=WIDTHS, listing=True
    )


def _blocked(rows: Iterable[TableRow]) -> Iterator[TableRow]:
    """The rows with a number for each section, which a page break keeps together where it can."""
    block = -1
    title: tuple[tuple[int, str], ...] = ()
    for row in rows:
        if row.head:
            block += 1
            title = ((0, row.cells[0]),)
        heads = () if row.head else title
        yield TableRow(
            row.cells, indent=row.indent, head=row.head, keep=row.keep, block=max(block, 0), heads=heads
        )


def _head(title: str) -> TableRow:
    return TableRow((title, *[""] * (COLUMNS - 1)), head=True, keep=True)


def _row(cells: Sequence[str], *, keep: bool = False) -> TableRow:
    return TableRow((*cells, *[""] * (COLUMNS - len(cells))), keep=keep)


def _person(data: Mapping[str, SubjectRecords]) -> list[TableRow]:
    """Variables of the subject, one of them a line."""
    name = "ADSL" if "ADSL" in data else "DM"
    if name not in data or data[name].frame.empty:
        return []
    records = data[name]
    record = records.frame.iloc[0]
    known = [variable for variable in (ABOUT if name == "ADSL" else IN_DM) if variable in records.frame]
    pairs = [
        (records.labels.get(variable, variable), _text(record[variable], variable)) for variable in known
    ]
    pairs = [(label, text) for label, text in pairs if text]
    return [_head("Demographics and disposition"), *(_row((label, text)) for label, text in pairs)]


def _listed(section: _Listed, data: Mapping[str, SubjectRecords]) -> list[TableRow]:
    name = next((name for name in section.datasets if name in data), "")
    if not name:
        return []
    frame = data[name].frame
    order = [variable for variable in section.order if variable in frame]
    frame = frame.sort_values(order, kind="stable") if order else frame
    columns = [
        (title, next((variable for variable in candidates if variable in frame), ""))
        for title, candidates in section.columns
    ]
    if frame.empty:
        return [_head(section.title), _row(("None",))]
    texts = [
        [
            "" if not variable else _text(value, variable)
            for value in (frame[variable] if variable else [""] * len(frame))
        ]
        for _, variable in columns
    ]
    rows = [_row(cells) for cells in zip(*texts, strict=True)]
    return [_head(section.title), _row([title for title, _ in columns], keep=True), *rows]


def _parameters(displays: Sequence[Display]) -> dict[str, set[str]]:
    """The parameters of each dataset that figures name; where none does, those that any display names."""
    drawn = [display for display in displays if display.kind == "Figure"]
    return _named(drawn) or _named(displays)


def _named(displays: Sequence[Display]) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for display in displays:
        for analysis in display.analyses:
            for condition in analysis.where:
                if condition.variable == "PARAMCD" and condition.comparator in ("EQ", "IN"):
                    out.setdefault(analysis.dataset, set()).update(condition.values)
    return out


def _results(data: Mapping[str, SubjectRecords], wanted: Mapping[str, Collection[str]]) -> list[TableRow]:
    """Results of all datasets under one line of visits, or each under its own where they are too many."""
    own = {name: _analysed(item.frame, wanted.get(name, ())) for name, item in data.items()}
    own = {name: frame for name, frame in own.items() if len(frame) and (name in wanted or not wanted)}
    every = _visits(own.values())
    if len(every) < COLUMNS:
        rows = [row for frame in own.values() for row in _lines(frame, every)]
        return [_head(RESULTS), _row(("", *every), keep=True), *rows] if rows else []
    out: list[TableRow] = []
    for name, frame in own.items():
        visits = _visits([frame])
        out.append(_head(f"{RESULTS}: {name}"))
        for start in range(0, len(visits), COLUMNS - 1):
            part = visits[start : start + COLUMNS - 1]
            out += [_row(("", *part), keep=True), *_lines(frame, part)]
    return out


def _analysed(frame: pd.DataFrame, wanted: Collection[str]) -> pd.DataFrame:
    """The records with a result at an analysis visit, of the parameters that are wanted (none: of all)."""
    if not set(BY_VISIT) <= set(frame.columns):
        return frame.iloc[:0]
    own = frame.loc[frame["AVAL"].notna() & frame["AVISIT"].notna()]
    if wanted:
        own = own.loc[own["PARAMCD"].isin(list(wanted))]
    return own.loc[own["ANL01FL"] == "Y"] if "ANL01FL" in own else own


def _visits(frames: Iterable[pd.DataFrame]) -> list[str]:
    """The visits of all records, in the order of their numbers."""
    order: dict[str, float] = {}
    for frame in frames:
        numbers = frame["AVISITN"] if "AVISITN" in frame else pd.Series(0.0, index=frame.index)
        for visit, number in zip(frame["AVISIT"], numbers, strict=True):
            order.setdefault(visit, math.inf if pd.isna(number) else float(number))
    return sorted(order, key=lambda visit: (order[visit], visit))


def _lines(frame: pd.DataFrame, visits: Sequence[str]) -> list[TableRow]:
    """A line for each parameter that has a result at one of the visits."""
    order = [item for item in ("PARAMN", "PARAMCD") if item in frame]
    parameters = frame.loc[frame["AVISIT"].isin(list(visits))].drop_duplicates("PARAMCD")
    parameters = parameters.sort_values(order, kind="stable")
    ranges = frame["ANRIND"] if "ANRIND" in frame else pd.Series(None, index=frame.index, dtype="str")
    cells = {
        (code, visit): f"{_short(value)}{_flag(mark)}"
        for code, visit, value, mark in zip(
            frame["PARAMCD"], frame["AVISIT"], frame["AVAL"], ranges, strict=True
        )
    }
    pairs = zip(parameters["PARAMCD"], parameters["PARAM"], strict=True)
    return [_row((label, *(cells.get((code, visit), "") for visit in visits))) for code, label in pairs]


def _flag(mark: object) -> str:
    return {"LOW": " L", "HIGH": " H"}.get(str(mark), "")


def _short(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def _text(value: object, variable: str) -> str:
    """A value as text; a numeric date as ISO 8601."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return from_sas_day(value).isoformat() if variable.endswith("DT") else number_text(value)
    return str(value)
