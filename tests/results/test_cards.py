"""The results as R's cards names them, and what is said of each analysis."""

from __future__ import annotations

from il2cdisc.results.cards import cards_frame
from il2cdisc.results.described import analyses_frame
from il2cdisc.results.frame import HEADER, ResultCell, frame_of
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.models import PlannedAnalysis
from il2cdisc.spec.tlf import Display, DisplayAnalysis

CELL = {
    "display": "T-1", "analysis": "SEX", "method": "Categorical", "order": 1, "row": 0, "dataset": "ADSL",
    "where": "", "population_dataset": "ADSL", "population_where": "", "variable": "SEX", "level": "F",
}  # fmt: skip


def test_numbers_keep_their_value_and_get_the_names_of_cards() -> None:
    arm = (("TRT01P", "Placebo"),)
    cells = [
        ResultCell(**CELL, groups=arm, statistic="n", value=3.0),
        ResultCell(**CELL, groups=arm, statistic="p", value=25.0),
        ResultCell(**CELL, groups=arm, statistic="q1", value=0.1),
        ResultCell(**CELL, groups=arm, statistic="p_value", error="One group is empty."),
        ResultCell(**CELL, groups=arm, statistic="covariance", text="UN"),
        ResultCell(**CELL | {"analysis": HEADER, "variable": "", "level": ""}, statistic="N", value=12.0),
    ]
    frame = cards_frame(frame_of(cells))
    assert list(frame.columns[3:5]) == ["group1", "group1_level"]
    assert frame["stat_name"].tolist() == ["n", "p", "p25", "p.value", "covariance", "N"]
    assert frame["stat_label"].tolist() == ["n", "%", "Q1", "p-value", "covariance", "N"]
    assert frame["stat"].fillna("").tolist() == ["3", "0.25", "0.1", "", "UN", "12"]
    assert frame["error"].tolist() == ["", "", "", "One group is empty.", "", ""]
    assert frame["analysis"].tolist() == [*["SEX"] * 5, "columns"]
    assert frame["variable_level"].tolist()[:1] == ["F"]


def test_an_analysis_says_why_it_was_made_and_what_it_estimates() -> None:
    def analysis(name: str, **more: str) -> DisplayAnalysis:
        return DisplayAnalysis(
            display="T-1",
            id=name,
            label="",
            method="ANCOVA",
            dataset="ADVS",
            where=parse("ANL01FL EQ Y"),
            **more,
        )

    display = Display(
        id="T-1", kind="Table", number="14.2.1", title="Pressure", population="", population_dataset="ADSL",
        treatment="TRT01P", analyses=(analysis("MAIN", reason="SPECIFIED IN SAP"), analysis("MORE")),
    )  # fmt: skip
    row = PlannedAnalysis(
        section="9.1", display="T-1", analysis="MAIN", status="Planned", estimand="P1", role="Main"
    )
    of_all = PlannedAnalysis(section="9.9", display="T-1", analysis="ALL", status="Added", reason="asked for")
    frame = analyses_frame([display], [row, of_all]).set_index("analysis")
    assert frame.loc["MAIN", ["reason", "section", "estimand", "role"]].tolist() == [
        "SPECIFIED IN SAP", "9.1", "P1", "Main",
    ]  # fmt: skip
    assert frame.loc["MORE", ["section", "status", "estimand"]].tolist() == ["9.9", "Added", ""]
    assert analyses_frame([], []).empty
