"""EPOCH by the elements of SE (SDTMIG 3.4 section 5.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import texts_at
from il2cdisc.base.moments import AFTER, SAME, UNKNOWN, Flags, Moments, in_order, in_time, moments_of
from il2cdisc.base.rows import alike, counted, keyed
from il2cdisc.base.rows import in_order as rows_in_order
from il2cdisc.base.ties import counts_as_after, no_plan
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation

DAY_ALONE = len("2022-03-04")


def _run(domain: Domain, study: Tabulation) -> Domain:
    elements = study.fact(_elements)
    if elements is None or "EPOCH" not in domain.wanted.by_name or domain.name == "SE":
        return domain
    planned, class_ = domain.mapped.planned_before_dose, domain.wanted.class_
    frame = with_epoch(domain.frame, domain.name, elements, class_=class_, planned_before=planned)
    return replace(domain, frame=frame)


STEP = Step("epoch", _run, makes=("EPOCH",), after=("in_ascii",))


def _elements(study: Tabulation) -> Elements | None:
    se = study.rows("SE")
    return None if se is None else elements_of(se, study.of_subjects("RFXSTDTC"))


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
    # an element whose start is not known may have begun after all others
    order = se["TAETORD"] if _ordered(se) else in_time(se["SESTDTC"]).fillna(np.inf)
    rows = rows.take(rows_in_order([rows["USUBJID"], order])).reset_index(drop=True)
    rows["EPOCH"] = rows["EPOCH"].groupby(keyed([rows["USUBJID"]])).ffill()
    number = pd.Series(counted([rows["USUBJID"]])) - 1
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
    return frame.assign(EPOCH=texts_at(elements.epochs.tolist(), _epochs(rows, elements)[group]))


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
    tie = with_day | counts_as_after(rows.at, begins, rows.planned_before, finding=rows.finding)
    entered = (epoch >= 0) | (begins.known > 0)
    return (order == AFTER) | ((order == SAME) & tie), (order == UNKNOWN) & entered
