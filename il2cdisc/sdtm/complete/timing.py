"""VISITNUM, study days and EPOCH (SDTMIG 3.4 sections 4.4.4 and 4.4.5, 5.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import day_numbers, over_distinct, sas_days
from il2cdisc.base.moments import AFTER, SAME, UNKNOWN, Flags, Moments, in_order, in_time, moments_of
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rows import alike
from il2cdisc.sdtm.complete.mapped import no_plan, with_new
from il2cdisc.sdtm.complete.places import NOWHERE, Places
from il2cdisc.sdtm.complete.problems import UNKNOWN_VISIT
from il2cdisc.spec.models import Protocol

DAY_ALONE = len("2022-03-04")
NUMBER_AT_END = re.compile(r"\s([0-9]+\.[0-9]+)$")


def with_visit_numbers(
    frame: pd.DataFrame, name: str, protocol: Protocol, problems: Problems, places: Places = NOWHERE
) -> pd.DataFrame:
    """VISITNUM and VISITDY by VISIT; a visit that is not planned has its number at the end of its name.

    `EXTRA 8.1` is visit 8.1, the first one after visit 8, whatever the trial calls such a visit.
    """
    if "VISIT" not in frame:
        return frame
    numbers = {v.visit: v.visit_number for v in protocol.visits}
    days = {v.visit: float(v.planned_day) for v in protocol.visits if v.planned_day is not None}

    def number(visit: str) -> float:
        at_end = None if visit in numbers else NUMBER_AT_END.search(visit)
        return float(at_end[1]) if at_end else numbers.get(visit, np.nan)

    visit = frame["VISIT"]
    made = {
        "VISITNUM": over_distinct(visit, number).astype("float64"),
        "VISITDY": over_distinct(visit, days.get).astype("float64"),
    }
    out = with_new(frame, made)
    lost = out["VISITNUM"].isna() & visit.notna()
    if lost.any():
        what = "the sheet Protocol Visits does not have the visit"
        place, records = Address(dataset=name, column="VISIT"), places.of(lost, "VISIT")
        found = visit[lost].unique()
        problems.add(UNKNOWN_VISIT.at(place, what, values=found, records=records, out_of=len(frame)))
    empty = out["VISITNUM"].isna() & visit.isna()
    if empty.any():
        place, records = Address(dataset=name, column="VISIT"), places.of(empty, "VISIT")
        fix = "Ask the site for the visit."
        problems.add(UNKNOWN_VISIT.at(place, "VISIT is empty", records=records, out_of=len(frame), fix=fix))
    return out


def with_study_days(frame: pd.DataFrame, name: str, first: pd.Series) -> pd.DataFrame:
    """--DY, --STDY and --ENDY of the dates that are there; `first`: SAS days of RFSTDTC, by USUBJID."""
    stems = [stem for stem in ("", "ST", "EN") if f"{name}{stem}DTC" in frame]
    if not stems:
        return frame
    reference = over_distinct(frame["USUBJID"], first.to_dict().get).astype("float64")
    made = {f"{name}{s}DY": day_numbers(sas_days(frame[f"{name}{s}DTC"]), reference) for s in stems}
    return with_new(frame, made)


@dataclass(frozen=True)
class Element:
    """The n-th element of each subject: when it begins, its epoch (number, -1 for none), and whether it
    begins with its day, whatever is done at what time of it. Subjects who have none: nothing, -1, False."""

    begins: Moments
    epoch: NDArray[np.int64]
    with_day: Flags


@dataclass(frozen=True)
class Elements:
    """The first elements of all subjects, their second ones, and so on."""

    subjects: pd.Index
    epochs: pd.Index
    steps: tuple[Element, ...]


def elements_of(se: pd.DataFrame, first_dose: pd.Series | None = None) -> Elements:
    """Elements of each subject in order, from USUBJID, EPOCH, SESTDTC and TAETORD (if there) of SE.

    `first_dose`, by USUBJID. The first element begins with its day: consent has a time, what is done that
    day may have none. So do others that begin with a day alone, unless it is the day of the first dose.
    """
    rows = se[["USUBJID", "EPOCH", "SESTDTC"]]
    rows = rows.assign(order=se["TAETORD"] if _ordered(se) else in_time(se["SESTDTC"]))
    rows = rows.sort_values(["USUBJID", "order"], kind="stable", ignore_index=True)
    rows["EPOCH"] = rows.groupby("USUBJID", sort=False)["EPOCH"].ffill()
    number = rows.groupby("USUBJID", sort=False).cumcount()
    doses = rows["USUBJID"].map(first_dose) if first_dose is not None else None
    at_dose = (rows["SESTDTC"] == doses) if doses is not None else False
    rows["with_day"] = (number == 0) | (~moments_of(rows["SESTDTC"]).has_time & ~at_dose)
    rows["start"] = rows["SESTDTC"].mask(number == 0, rows["SESTDTC"].str[:DAY_ALONE])
    subject, subjects = pd.factorize(rows["USUBJID"])
    epoch, epochs = pd.factorize(rows["EPOCH"])
    begins, number = moments_of(rows["start"]), number.to_numpy()
    epoch = np.append(epoch, -1)
    with_day = np.append(rows["with_day"].to_numpy(dtype=bool), False)
    steps: list[Element] = []
    for step in range(int(number.max(initial=-1)) + 1):
        place = np.full(len(subjects), -1)
        place[subject[number == step]] = np.flatnonzero(number == step)
        steps.append(Element(begins.take(place), epoch[place], with_day[place]))
    return Elements(pd.Index(subjects), pd.Index(epochs), tuple(steps))


def _ordered(se: pd.DataFrame) -> bool:
    return "TAETORD" in se and bool(se["TAETORD"].notna().all())


def with_epoch(
    frame: pd.DataFrame,
    name: str,
    elements: Elements,
    *,
    class_: str = "FINDINGS",
    planned_before: pd.Series | None = None,
) -> pd.DataFrame:
    """EPOCH of the element that the record's start falls into: SESTDTC <= start < SEENDTC.

    The start of an event or intervention is --STDTC alone: when it was asked for says nothing of it. On the
    day on which an element begins, a finding without a time, or planned before the dose, counts as before
    it, one with the time at which it begins as in it; so do all others but those of `planned_before`.
    After the last element: the last epoch; before the first, with a partial date, or where the start of an
    element leaves it open: missing.
    """
    start = start_variable(name, class_, frame)
    if not start or "EPOCH" in frame:
        return frame
    planned = planned_before if planned_before is not None else no_plan(frame.index)
    group, first = alike([frame["USUBJID"], frame[start], planned.astype("Float64")])
    subject = elements.subjects.get_indexer(pd.Index(frame["USUBJID"].iloc[first]))
    at = moments_of(frame[start].iloc[first])
    rows = _Starts(subject, at, class_.upper() == "FINDINGS", planned.iloc[first])
    epoch = pd.Series(elements.epochs, dtype="str").array.take(
        _epochs(rows, elements)[group], allow_fill=True
    )
    return frame.assign(EPOCH=epoch)


def start_variable(name: str, class_: str, frame: pd.DataFrame) -> str:
    """The variable that says when what a record describes began; "" where there is none."""
    start, asked = f"{name}STDTC", f"{name}DTC"
    if start in frame:
        return start
    return asked if asked in frame and class_.upper() not in ("EVENTS", "INTERVENTIONS") else ""


@dataclass(frozen=True)
class _Starts:
    """When records began: the number of the subject (-1: has no element), the moment, what they are."""

    subject: NDArray[np.int64]
    at: Moments
    finding: bool
    planned_before: pd.Series


def _epochs(rows: _Starts, elements: Elements) -> NDArray[np.int64]:
    """The number of the epoch of each row by the last element that has begun; -1 for none."""
    epoch = np.full(len(rows.subject), -1)
    open_ = np.zeros(len(rows.subject), dtype=bool)
    for step in elements.steps:
        own = np.append(step.epoch, -1)[rows.subject]
        begun, unknown = _begun(rows, step, own)
        # a later element that may have begun, too, leaves it open, unless its epoch is the same
        open_ = np.where(begun, False, open_ | (unknown & ((own != epoch) | (own < 0))))
        epoch = np.where(begun, own, epoch)
    return np.where(~open_ & rows.at.has_day, epoch, -1)


def _begun(rows: _Starts, element: Element, epoch: NDArray[np.int64]) -> tuple[Flags, Flags]:
    """Where an element has begun at the start of a row, and where that is not known."""
    begins = element.begins.take(rows.subject)
    order = in_order(rows.at, begins)
    with_day = np.append(element.with_day, False)[rows.subject]
    tie = with_day | _counts_as_after(rows.at, begins, rows.finding, rows.planned_before)
    entered = (epoch >= 0) | (begins.known > 0)
    return (order == AFTER) | ((order == SAME) & tie), (order == UNKNOWN) & entered


def counts_as_after(
    start: pd.Series, dose: pd.Series, *, finding: pd.Series, planned_before: pd.Series
) -> Flags:
    """What a record at a tie with a dose counts as (SDTMIG 3.4 section 4.4.9 leaves it to the sponsor).

    As the protocol plans it, where it does. Else an event or intervention counts as after, and a finding as
    after where both have a time, as before where one has none.
    """
    return _counts_as_after(moments_of(start), moments_of(dose), finding.to_numpy(dtype=bool), planned_before)


def _counts_as_after(
    start: Moments, dose: Moments, finding: Flags | bool, planned_before: pd.Series
) -> Flags:
    unplanned = ~np.asarray(finding) | (start.has_time & dose.has_time)
    return np.where(planned_before.isna(), unplanned, ~planned_before.fillna(False).to_numpy(dtype=bool))


def at_the_dose(start: pd.Series, dose: pd.Series, planned_before: pd.Series) -> Flags:
    """Findings that have the very time of the dose, and no plan that says which was first."""
    at, given = moments_of(start), moments_of(dose)
    return (in_order(at, given) == SAME) & at.has_time & given.has_time & planned_before.isna().to_numpy()
