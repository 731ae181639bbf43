"""Which results by visit the profile of a subject shows."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Kind
from il2cdisc.tlf.profile import SubjectRecords, profile_table

VITALS = pd.DataFrame({
    "PARAMCD": ["SYSBP", "DIABP", "PULSE"],
    "PARAM": ["Systolic", "Diastolic", "Pulse"],
    "AVISIT": ["Day 1"] * 3,
    "AVAL": [120.0, 80.0, 60.0],
    "BASE": [120.0, 80.0, 60.0],
})  # fmt: skip


def display(kind: Kind, where: str) -> Display:
    analysis = DisplayAnalysis(
        display=kind, id="X", label="", method="Continuous", dataset="ADVS", where=parse(where)
    )
    return Display(
        id=kind, kind=kind, number="1", title="T", population="P", population_dataset="ADSL",
        treatment="TRT01A", analyses=(analysis,),
    )  # fmt: skip


DRAWN = display("Figure", "PARAMCD EQ SYSBP")
LISTED = display("Table", "PARAMCD IN (SYSBP, DIABP)")


@pytest.mark.parametrize(
    ("displays", "shown"),
    [
        ([DRAWN, LISTED], ["Systolic"]),
        ([LISTED], ["Systolic", "Diastolic"]),
        ([display("Figure", "AVISIT EQ X"), LISTED], ["Systolic", "Diastolic"]),
        ([], ["Systolic", "Diastolic", "Pulse"]),
    ],
)
def test_results_are_of_the_parameters_that_figures_show(displays: list[Display], shown: list[str]) -> None:
    table = profile_table("01", {"ADVS": SubjectRecords(VITALS)}, displays)
    labels = [row.cells[0] for row in table.rows if row.cells[0] in set(VITALS["PARAM"])]
    assert sorted(labels) == sorted(shown)
