"""What the ADaM modules of this trial share: subject variables, analysis dates, baseline and visits."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    compute_pre_treatment,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_var_pchg,
    derive_var_window_flag,
    derive_vars_crit_flag,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_merged,
    derive_vars_windows,
    filter_extreme,
)

SUBJECT = (
    "SUBJID",
    "SITEID",
    "AGE",
    "SEX",
    "RACE",
    "RANDFL",
    "SAFFL",
    "FASFL",
    "BIOFL",
    "PPROTFL",
    "STRAT1R",
    "STRAT1RN",
    "DIAGGR1",
    "DIAGGR1N",
    "TRTSDT",
    "TRTEDT",
)
TREATMENT = {"TRTP": "TRT01P", "TRTPN": "TRT01PN", "TRTA": "TRT01A", "TRTAN": "TRT01AN"}
SAME = ["USUBJID", "PARAMCD"]


def with_subject(frame: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Subject, set and treatment variables of ADSL on every record."""
    wanted = {name: name for name in SUBJECT} | TREATMENT | {"_TRTSDTC": "RFXSTDTC", "_LSTALVDT": "LSTALVDT"}
    return derive_vars_merged(frame, adsl, by=["USUBJID"], new_vars=wanted, ids=True)


def with_date(frame: pd.DataFrame, dtc: str) -> pd.DataFrame:
    """ADT, ADTM and ADY of a collection date, whose text stays beside them."""
    frame = derive_vars_dt(frame, prefix="A", dtc=dtc, flag=False)
    frame = derive_vars_dtm(frame, prefix="A", dtc=dtc)
    return derive_vars_dy(frame.assign(_DTC=frame[dtc]), reference="TRTSDT", source=["ADT"])


def before_dose(frame: pd.DataFrame) -> pd.Series:
    """Records that count as before the first dose."""
    return compute_pre_treatment(frame, dtc="_DTC", trt_start_dtc="_TRTSDTC")


def before_dose_of_day(
    frame: pd.DataFrame, ex: pd.DataFrame, *, date: str = "ADT", dtc: str = "_DTC"
) -> pd.Series:
    """Records of a day without a dose, or from before the first dose of their day (untimed ones count)."""
    doses = derive_vars_dt(ex, prefix="_DOSE", dtc="EXSTDTC", flag=False)
    doses = filter_extreme(doses, by=["USUBJID", "_DOSEDT"], order=["EXSTDTC", "EXSEQ"], mode="first")
    rows = frame[["USUBJID", date, dtc]].assign(_DOSEDT=frame[date])
    rows = derive_vars_merged(rows, doses, by=["USUBJID", "_DOSEDT"], new_vars={"_DOSEDTC": "EXSTDTC"})
    before = compute_pre_treatment(rows, date=date, dtc=dtc, trt_start="_DOSEDT", trt_start_dtc="_DOSEDTC")
    return before | rows["_DOSEDTC"].isna()


def with_visits(
    frame: pd.DataFrame, windows: pd.DataFrame, *, where: pd.Series | None = None
) -> pd.DataFrame:
    """Analysis visits, the baseline record and the record that stands for each visit.

    Records outside `where`, if it is given, have no analysis visit.
    """
    before = before_dose(frame)
    placed = before | (frame["ADY"] > 1)
    frame = derive_vars_windows(frame, windows, where=placed if where is None else placed & where)
    order = ["ADT", "ADTM", "VISITNUM"]
    known = frame["AVAL"].notna()
    frame = derive_var_extreme_flag(
        frame, by=SAME, order=order, new_var="ABLFL", mode="last", where=before & known
    )
    return derive_var_window_flag(frame, by=[*SAME, "AVISIT"], later=order, where=known)


def after_baseline(frame: pd.DataFrame) -> pd.Series:
    """Records after the first dose: those whose change from baseline means something."""
    return frame["ADY"].notna() & ~before_dose(frame)


def with_change(frame: pd.DataFrame) -> pd.DataFrame:
    """BASE on every record, CHG and PCHG after baseline."""
    frame = derive_var_base(frame, by=SAME)
    after = after_baseline(frame)
    return derive_var_pchg(derive_var_chg(frame, where=after), where=after)


def with_source(frame: pd.DataFrame, *, domain: str, variable: str) -> pd.DataFrame:
    """SRCDOM, SRCVAR and SRCSEQ of the SDTM record that AVAL is taken from."""
    text = pd.Series(index=frame.index, dtype="str")
    return frame.assign(
        SRCDOM=text.fillna(domain), SRCVAR=text.fillna(variable), SRCSEQ=frame[f"{domain}SEQ"]
    )


def with_response(frame: pd.DataFrame, *, number: int, text: str, where: pd.Series) -> pd.DataFrame:
    """CRITy and CRITyFL of a decrease from baseline of at least 50 % on the records of `where`."""
    met, known = frame["PCHG"] <= -50, frame["PCHG"].notna()
    return derive_vars_crit_flag(frame, number=number, description=text, met=met, known=known, where=where)
