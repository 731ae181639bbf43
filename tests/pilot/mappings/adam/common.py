"""What the ADaM modules of the pilot share: subject variables, windows, carried values, rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    append_rows,
    blank,
    derive_analysed_locf_records,
    derive_extreme_records,
    derive_var_extreme_flag,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_merged,
    derive_vars_windows,
    over_distinct,
)

DEMOGRAPHIC = ("AGE", "AGEGR1", "AGEGR1N", "RACE", "RACEN", "SEX", "TRTSDT", "TRTEDT")
PLANNED = {"TRTP": "TRT01P", "TRTPN": "TRT01PN"}
ACTUAL = {"TRTA": "TRT01A", "TRTAN": "TRT01AN"}
EFFICACY = ("SITEID", "SITEGR1", "ITTFL", "EFFFL", "COMP24FL")
SAME = ["USUBJID", "PARAMCD"]
END_OF_TREATMENT = {"AVISIT": "End of Treatment", "AVISITN": 99.0}
WINDOW = {"AWTARGET": "AWTARGET", "AWLO": "AWLO", "AWHI": "AWHI"}


def with_subject(
    frame: pd.DataFrame, adsl: pd.DataFrame, names: Sequence[str], treatment: Mapping[str, str]
) -> pd.DataFrame:
    """Demographic variables, `names` and treatments of ADSL on every record of a randomised subject."""
    frame = frame[frame["USUBJID"].isin(adsl["USUBJID"]).to_numpy()].reset_index(drop=True)
    wanted = {name: name for name in (*DEMOGRAPHIC, *names)} | dict(treatment)
    return derive_vars_merged(frame, adsl, by=["USUBJID"], new_vars=wanted, ids=True)


def with_date(frame: pd.DataFrame, dtc: str) -> pd.DataFrame:
    """ADT and ADY of a collection date."""
    frame = derive_vars_dt(frame, prefix="A", dtc=dtc, flag=False)
    return derive_vars_dy(frame, reference="TRTSDT", source=["ADT"])


def planned_visit(visit: object) -> str | None:
    """AVISIT of a visit of the plan: `WEEK 2` is `Week 2`; other visits have none."""
    week = str(visit).removeprefix("WEEK ")
    return f"Week {week}" if week != visit and week.isdigit() else None


def with_planned_visits(frame: pd.DataFrame, *, baseline: str, numbers: dict[str, float]) -> pd.DataFrame:
    """AVISIT and AVISITN by VISIT, the visit named `baseline` as Baseline, and ABLFL on its records."""
    before = (frame["VISIT"] == baseline).fillna(False).astype("bool")
    visit = over_distinct(frame["VISIT"], planned_visit).astype("str").mask(before, "Baseline")
    flag = pd.Series("Y", index=frame.index, dtype="str").where(before)
    return frame.assign(AVISIT=visit, AVISITN=visit.map(numbers).astype("float64"), ABLFL=flag)


def with_end_of_treatment(
    frame: pd.DataFrame, *, by: Sequence[str], weeks: tuple[float, float], flag: str
) -> pd.DataFrame:
    """`flag` on the last record of the planned visits between two weeks, and a copy of it.

    The copy is the record of the analysis visit End of Treatment.
    """
    during = frame["AVISITN"].between(*weeks)
    frame = derive_var_extreme_flag(frame, by=by, order=["VISITNUM"], new_var=flag, mode="last", where=during)
    return derive_extreme_records(
        frame, by=by, order=["VISITNUM"], mode="last", set_values=END_OF_TREATMENT, where=frame[flag] == "Y"
    )


def with_windows(frame: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """The window of each record, and ANL01FL on the record nearest to the target, then earliest.

    The pilot counts a day 0 between -1 and 1: its AWTDIFF is the plain difference.
    """
    frame = derive_vars_windows(frame, windows)
    frame = frame.assign(AWTDIFF=(frame["ADY"] - frame["AWTARGET"]).abs())
    return derive_var_extreme_flag(
        frame, by=[*SAME, "AVISIT"], order=["AWTDIFF", "ADT"], new_var="ANL01FL", mode="first"
    )


def last_analysed(frame: pd.DataFrame) -> pd.Series:
    """The value of each analysed record; of others that of the analysed one of its key before it."""
    return frame["AVAL"].where(frame["ANL01FL"] == "Y").groupby([frame[name] for name in SAME]).ffill()


def with_carried(frame: pd.DataFrame, windows: pd.DataFrame, *, where: pd.Series) -> pd.DataFrame:
    """A record for each visit of `windows` that a key of `where` does not have, carried from the one before.

    As the pilot did it: the record is that of the last visit, analysed or not, its value the last analysed
    one. It is analysed; its window is that of the visit it stands for, AWTDIFF is counted from its own day.
    """
    analysed = frame.assign(AVAL=last_analysed(frame))
    out = derive_analysed_locf_records(analysed, windows, by=SAME, where=where)
    carried = out.iloc[len(frame) :].drop(columns=list(WINDOW))
    carried = derive_vars_merged(carried, windows, by=["AVISITN"], new_vars=WINDOW)
    carried = carried.assign(
        AWTDIFF=(carried["ADY"] - carried["AWTARGET"]).abs(),
        AWU=pd.Series("DAYS", index=carried.index, dtype="str"),
        ANL01FL=pd.Series("Y", index=carried.index, dtype="str"),
    )
    flags = [name for name in ("ABLFL",) if name in carried]
    return append_rows(frame, blank(carried.reset_index(drop=True), flags))


def with_range_text(frame: pd.DataFrame, *, space: str = "") -> pd.DataFrame:
    """AWRANGE: the window as text, `space` around the sign of one that ends."""
    low, high = (frame[name].map("{:.0f}".format).astype("str") for name in ("AWLO", "AWHI"))
    before = (frame["AWLO"] - 1).map("{:.0f}".format).astype("str")
    text = low + f"{space}-{space}" + high
    text = text.mask(frame["AWLO"].isna(), f"<={space}" + high)
    text = text.mask(frame["AWHI"].isna(), ">" + before)
    return frame.assign(AWRANGE=text.where(frame["AWLO"].notna() | frame["AWHI"].notna()))


def rounded(values: pd.Series, digits: int = 1) -> pd.Series:
    """Halves away from zero, as SAS ROUND does; numbers are not negative here."""
    scale = 10.0**digits
    return np.floor((values * scale).round(9) + 0.5) / scale
