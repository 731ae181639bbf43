"""What a derivation can't use is a problem with a name, never a number or a row that went silently."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.adam import (
    check_units,
    compute_pre_treatment,
    derive_vars_dose_dt,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_event_dt,
    derive_vars_event_dtm,
    derive_vars_imputed_dtm,
    derive_vars_merged_summary,
)
from il2cdisc.base.problems import Stopped


@pytest.mark.parametrize("statistic", ["sum", "mean", "min", "max", "median"])
def test_a_summary_of_text_is_refused(statistic: str) -> None:
    """Before: texts 1 and 2. After: a problem, where joined texts would be the number 12."""
    adsl = pd.DataFrame({"USUBJID": ["S1"]})
    ex = pd.DataFrame({"USUBJID": ["S1", "S1"], "EXDOSE": ["1", "2"]})
    with pytest.raises(Stopped, match="dataset_add column EXDOSE holds text, not numbers") as stopped:
        derive_vars_merged_summary(adsl, ex, by=["USUBJID"], new_vars={"TOTDOSE": ("EXDOSE", statistic)})
    assert [problem.code for problem in stopped.value.problems] == ["ADM004"]


def test_texts_can_be_counted() -> None:
    adsl = pd.DataFrame({"USUBJID": ["S1", "S2"]})
    ex = pd.DataFrame({"USUBJID": ["S1", "S1"], "EXTRT": ["A", None]})
    out = derive_vars_merged_summary(adsl, ex, by=["USUBJID"], new_vars={"DOSES": ("EXTRT", "count")})
    assert out["DOSES"].iloc[0] == 1
    assert pd.isna(out["DOSES"].iloc[1])


def test_a_record_without_a_parameter_has_its_finding_of_the_unit() -> None:
    """Before: two results in other units, one of no parameter. After: both are out, with a finding each."""
    lb = pd.DataFrame(
        {
            "USUBJID": ["S1", "S1", "S2"],
            "PARAMCD": ["ALB", "ALB", None],
            "LBSTRESC": ["42", "4.2", "5"],
            "LBSTRESU": ["g/L", "g/dL", "g/dL"],
            "LBSEQ": [1.0, 2.0, 1.0],
            "_UNIT": "g/L",
        }
    )
    same, findings = check_units(lb, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    assert same.tolist() == [True, False, False]
    assert len(findings) == 2
    assert any("parameter (missing)" in finding.what for finding in findings)


def test_units_of_rows_whose_labels_repeat() -> None:
    """Frames put together with their own labels: the same rows as with new labels."""
    one = pd.DataFrame({"USUBJID": ["S1"], "PARAMCD": ["ALB"], "LBSTRESC": ["42"], "LBSTRESU": ["g/dL"]})
    both = pd.concat([one, one.assign(LBSTRESU="g/L")]).assign(_UNIT="g/L")
    same, findings = check_units(both, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    assert same.tolist() == [False, True]
    assert len(findings) == 1


NOTHING = pd.DataFrame()
DATED = {
    "dt": lambda f: derive_vars_dt(f, prefix="B", dtc="EXSTDTC"),
    "dtm": lambda f: derive_vars_dtm(f, prefix="A", dtc="EXSTDTC"),
    "imputed": lambda f: derive_vars_imputed_dtm(f, prefix="A", dtc="EXSTDTC"),
    "event": lambda f: derive_vars_event_dt(f, start="EXSTDTC", end="EXSTDTC"),
    "event_dtm": lambda f: derive_vars_event_dtm(f, start="EXSTDTC", end="EXSTDTC"),
    "pre": lambda f: compute_pre_treatment(f, dtc="EXSTDTC", trt_start_dtc="EXSTDTC"),
    "dose": lambda f: derive_vars_dose_dt(f, dm=NOTHING, ds=NOTHING, sv=NOTHING),
}
OTHERS = {"numbers": [20220310.0], "dates of pandas": pd.to_datetime(["2022-03-10"])}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("name", DATED)
def test_dates_that_are_no_text_are_refused_in_words(name: str, kind: str) -> None:
    rows = pd.DataFrame({"USUBJID": ["S1"], "EXSEQ": 1.0, "VISIT": "V", "TRTSDT": 1.0, "TRTSDTM": 1.0})
    rows = rows.assign(ADT=1.0, EXSTDTC=OTHERS[kind])
    with pytest.raises(Stopped, match=f"dataset column EXSTDTC holds {kind}, not text") as stopped:
        DATED[name](rows)
    assert [problem.code for problem in stopped.value.problems] == ["ADM004"]
    DATED[name](rows.assign(EXSTDTC=pd.Series([None], dtype="str")))  # none at all is no wrong type
