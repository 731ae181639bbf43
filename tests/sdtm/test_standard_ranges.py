"""Limits stand beside numbers only; what was judged by them is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Problems
from il2cdisc.sdtm.complete.standard_results import with_standard_results
from il2cdisc.spec.models import Conversion, Spec


def test_a_result_that_is_no_number_keeps_limits_and_indicator() -> None:
    spec = Spec(
        shown="specs/sdtm.xlsx",
        standard="SDTM",
        define={},
        datasets={},
        conversions=(
            Conversion(dataset="LB", testcd="CRP", from_unit="mg/dL", to_unit="mg/L", factor=10, digits=1),
        ),
    )
    before = pd.DataFrame(
        {
            "USUBJID": ["1", "1", "2", "2"],
            "LBTESTCD": ["CRP"] * 4,
            "LBORRES": ["0.3", "<0.1", "TRACE", None],
            "LBORRESU": ["mg/dL"] * 4,
            "LBORNRLO": ["0"] * 4,
            "LBORNRHI": ["0.5"] * 4,
        },
        dtype="str",
    )
    subjects = pd.DataFrame({"USUBJID": ["1", "2"], "SEX": ["F", "M"], "AGE": [40.0, 50.0]})
    after = with_standard_results(before, "LB", spec, subjects, Problems())
    assert after["LBSTRESC"].fillna("").tolist() == ["3.0", "<1.0", "TRACE", ""]
    assert after["LBORNRHI"].fillna("").tolist() == ["0.5"] * 4
    assert after["LBORNRLO"].fillna("").tolist() == ["0"] * 4
    assert np.array_equal(after["LBSTNRHI"], [5.0] * 4)
    assert np.array_equal(after["LBSTNRLO"], [0.0] * 4)
    assert after["LBNRIND"].fillna("").tolist() == ["NORMAL", "NORMAL", "", ""]
