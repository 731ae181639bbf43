"""--LOBXFL: the last result before the first dose (SDTMIG 3.4 section 4.4.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import texts_at
from il2cdisc.base.moments import BEFORE, SAME, UNKNOWN, in_order, in_time, moments_of
from il2cdisc.base.numbers import Flags
from il2cdisc.base.problems import Address, Problems, records_of
from il2cdisc.base.rows import alike, extreme
from il2cdisc.base.ties import counts_as_after, no_plan, undecided_ties
from il2cdisc.sdtm.complete.problems import AT_THE_DOSE
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.baseline import baseline_keys, baseline_rules
from il2cdisc.spec.models import BaselineRule


def _run(domain: Domain, study: Tabulation) -> Domain:
    name, first_dose = domain.name, study.of_subjects("RFXSTDTC")
    if first_dose is None or f"{name}LOBXFL" not in domain.wanted.by_name:
        return domain
    rules, planned = baseline_rules(study.spec, name), domain.mapped.planned_before_dose
    frame = with_last_before_exposure(domain.frame, name, first_dose, rules, planned)
    _report_ties(domain, first_dose, study.problems)
    return replace(domain, frame=frame)


STEP = Step("last_before_exposure", _run, makes=("--LOBXFL",), after=("standard_results", "visit_numbers"))


def with_last_before_exposure(
    frame: pd.DataFrame,
    name: str,
    first_dose: pd.Series,
    rules: Sequence[BaselineRule] = (),
    planned_before: pd.Series | None = None,
) -> pd.DataFrame:
    """--LOBXFL: Y on the last result before the first dose, by subject and the keys of the test's rule.

    `first_dose`: RFXSTDTC by USUBJID. At a tie with the dose the plan decides (`planned_before`), see
    `counts_as_after`. Subjects without a dose have none, nor have keys of whose results it
    can't be said which are before a dose with a partial date. Of several at one moment: later VISITNUM, then
    later row, or the first row where the rule says so.
    """
    date, result = f"{name}DTC", f"{name}STRESC"
    if date not in frame or result not in frame or f"{name}LOBXFL" in frame:
        return frame
    at = moments_of(frame[date])
    dose = moments_of(frame["USUBJID"].map(first_dose).astype("str"))
    planned = planned_before if planned_before is not None else no_plan(frame.index)
    order = in_order(at, dose)
    before = (order == BEFORE) | ((order == SAME) & ~counts_as_after(at, dose, planned))
    there = frame[result].notna().to_numpy() & at.has_day
    earlier, doubtful = there & before, there & (order == UNKNOWN) & (dose.known > 0)
    flag = np.full(len(frame), -1)
    left = np.ones(len(frame), dtype=bool)
    for rule in rules or (BaselineRule(dataset=name),):
        mine = left & (_of_test(frame, name, rule.testcd) if rule.testcd else True)
        left &= ~mine
        flag[_last(frame, name, rule, mine & earlier, mine & doubtful)] = 0
    return frame.assign(**{f"{name}LOBXFL": texts_at(["Y"], flag)})


def _of_test(frame: pd.DataFrame, name: str, testcd: str) -> Flags:
    return (frame[f"{name}TESTCD"] == testcd).to_numpy(dtype=bool)


def _last(
    frame: pd.DataFrame, name: str, rule: BaselineRule, earlier: Flags, doubtful: Flags
) -> NDArray[np.int64]:
    """Positions of the last of the `earlier` rows of each key; none of a key that has a doubtful one."""
    places = np.flatnonzero(earlier | doubtful)
    if not len(places):
        return places
    keys = ["USUBJID", *baseline_keys(rule, frame.columns)]
    rows = frame.take(places)
    group = alike([rows[key] for key in keys])[0]
    moment = in_time(rows[f"{name}DTC"])
    order = [moment, rows["VISITNUM"]] if "VISITNUM" in rows else [moment]
    if rule.first_replicate:
        order.append(pd.Series(-np.arange(len(rows)), index=rows.index))
    last = extreme(group, order, last=True)
    return places[last[~np.isin(group[last], group[doubtful[places]])]]


def _report_ties(domain: Domain, first_dose: pd.Series, problems: Problems) -> None:
    """Findings that were timed to the minute of the first dose: one message, with all of their places."""
    frame, date = domain.frame, f"{domain.name}DTC"
    if date not in frame:
        return
    dose = moments_of(frame["USUBJID"].map(first_dose).astype("str"))
    ties = undecided_ties(moments_of(frame[date]), dose, domain.mapped.planned_before_dose)
    if ties.any():
        tied = pd.Series(ties, index=frame.index)
        what = f"{date} is the time of the first dose, and nothing says which was first; it counts as after"
        at = domain.places.of(tied, date)
        place = Address(dataset=domain.name, column=date)
        values = frame.loc[tied, date].unique()
        problems.add(
            AT_THE_DOSE.at(
                place, what, values=values, source=at, records=at, out_of=len(frame),
                of=records_of(domain.name),
            )
        )  # fmt: skip
