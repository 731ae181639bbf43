"""The other rating scales: totals, missing items, criteria, suicidality; before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mappings.adam.adbdi import adbdi
from mappings.adam.adcgi import adcgi
from mappings.adam.adcssrs import adcssrs
from mappings.adam.adfast import adfast
from mappings.adam.admadrs import admadrs
from mappings.adam.adsl import adsl
from mappings.adam.adymrs import adymrs

RS = "STUDYID USUBJID RSTESTCD VISIT RSDTC | RSSEQ VISITNUM RSSTRESN"
QS = "STUDYID USUBJID QSTESTCD QSSTRESC VISIT QSDTC | QSSEQ VISITNUM QSSTRESN"
# scale → mapping, domain, codes of its items, total, items that may be missing
SCALES = {
    "MADRS": (admadrs, "RS", [f"MADRS1{item:02d}" for item in range(1, 11)], "MADRSTS", 0),
    "YMRS": (adymrs, "RS", [f"YMRS1{item:02d}" for item in range(1, 12)], "YMRSTS", 1),
    "BDI": (adbdi, "QS", [f"BDI2{item:02d}" for item in range(1, 22)], "BDI2TS", 2),
    "FAST": (adfast, "QS", [f"FAST{item:02d}" for item in range(1, 25)], "FASTTS", 2),
}
BASELINE, DAY_29 = "2022-01-10T08:00", "2022-02-07T08:00"


def text(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def rated(domain: str, scores: dict[str, float | None], dtc: str, visit: float) -> list[dict[str, object]]:
    """Records of items with their scores at one visit; None is not rated."""
    return [
        {"STUDYID": "X", "USUBJID": "S1", f"{domain}TESTCD": code, f"{domain}DTC": dtc, "VISITNUM": visit}
        | {f"{domain}SEQ": visit * 100 + place, f"{domain}STRESN": score}
        | ({"QSSTRESC": f"{score:g}"} if domain == "QS" and score is not None else {})
        for place, (code, score) in enumerate(scores.items(), start=1)
    ]


def put(sdtm, completed, domain: str, rows: list[dict[str, object]]) -> None:
    """`rows` as the records of RS or QS; ADSL needs its own ratings, so those of RS come behind them."""
    if domain == "QS":
        sdtm["qs"] = completed("QS", rows, QS)
    else:
        own = sdtm["rs"].drop(columns="@RS").to_dict("records")
        sdtm["rs"] = completed("RS", [*own, *rows], RS)


@pytest.mark.parametrize("name", SCALES)
def test_totals_and_missing_items(sdtm, made, completed, name):
    mapping, domain, items, total, allowed = SCALES[name]
    full = dict.fromkeys(items, 2.0)
    rows = rated(domain, full, BASELINE, 1)
    # one more missing than may be; then as many as may be
    rows += rated(domain, full | dict.fromkeys(items[: allowed + 1]), "2022-01-24", 15)
    rows += rated(domain, full | {items[0]: 1.0} | dict.fromkeys(items[1 : allowed + 1]), DAY_29, 29)
    put(sdtm, completed, domain, rows)
    dataset = made(adsl, mapping)
    out = dataset.frame
    found = out[out["PARAMCD"] == total].set_index("VISITNUM").sort_index()
    count = len(items)
    prorated = (2 * (count - allowed) - 1) * count / (count - allowed)
    assert np.array_equal(found["AVAL"], [2 * count, np.nan, prorated], equal_nan=True)
    if allowed:
        assert text(found["DTYPE"]) == ["", "", "PRORATED"]
    assert found["SRCSEQ"].isna().all()
    row = out.index[(out["PARAMCD"] == total) & (out["VISITNUM"] == 29)][0]
    behind = dataset.edges[(dataset.edges["row"] == row) & (dataset.edges["source"] == domain)]
    assert behind["id"].nunique() == count - allowed
    one = out[out["PARAMCD"] == items[-1]]
    assert one["SRCSEQ"].tolist() == [visit * 100 + count for visit in one["VISITNUM"]]
    assert set(one["SRCDOM"]) == {domain}
    assert set(one["SRCVAR"]) == {f"{domain}STRESN"}


@pytest.mark.parametrize(
    ("name", "before", "after", "flags"),
    [
        ("MADRS", 20, 10, ["Y", "Y"]),
        ("MADRS", 22, 11, ["Y", "N"]),
        ("MADRS", 12, 10, ["N", "Y"]),
        ("YMRS", 2, 13, ["Y"]),
        ("YMRS", 2, 12, ["N"]),
        ("BDI", 30, 15, ["Y"]),
        ("BDI", 30, 16, ["N"]),
    ],
)
def test_criteria_of_totals(sdtm, made, completed, name, before, after, flags):
    mapping, domain, items, total, _ = SCALES[name]
    none = dict.fromkeys(items, 0.0)
    rows = rated(domain, none | {items[0]: before}, BASELINE, 1)
    put(sdtm, completed, domain, rows + rated(domain, none | {items[0]: after}, DAY_29, 29))
    out = made(adsl, mapping).frame
    assert out.loc[out["PARAMCD"] != total, "CRIT1FL"].isna().all()
    found = out[out["PARAMCD"] == total]
    assert [text(found[f"CRIT{number}FL"]) for number in range(1, len(flags) + 1)] == [["", f] for f in flags]


def test_areas_of_functioning(sdtm, made, completed):
    items = SCALES["FAST"][2]
    scores = {item: float(place % 4) for place, item in enumerate(items, start=1)}
    areas = {"AUT": (1, 4), "OCC": (5, 9), "COG": (10, 14), "FIN": (15, 16), "INT": (17, 22), "LEI": (23, 24)}
    gone = {"FAST16": None}
    put(sdtm, completed, "QS", rated("QS", scores, BASELINE, 1) + rated("QS", scores | gone, DAY_29, 29))
    out = made(adsl, adfast).frame
    for area, (low, high) in areas.items():
        expected = float(sum(place % 4 for place in range(low, high + 1)))
        later = np.nan if area == "FIN" else expected
        found = out.loc[out["PARAMCD"] == f"FAST{area}", "AVAL"]
        assert np.array_equal(found, [expected, later], equal_nan=True), area
    total = out.loc[(out["PARAMCD"] == "FASTTS") & (out["VISITNUM"] == 29)]
    assert total["AVAL"].tolist() == pytest.approx([sum(scores.values()) * 24 / 23])


def test_clinical_impression(sdtm, made, completed):
    rows = rated("QS", {"CGI0201": 5}, BASELINE, 1) + rated(
        "QS", {"CGI0201": 4, "CGI0203": 2}, "2022-01-14", 5
    )
    put(sdtm, completed, "QS", rows + rated("QS", {"CGI0201": 2, "CGI0203": 3}, DAY_29, 29))
    out = made(adsl, adcgi).frame
    severity, improvement = (out[out["PARAMCD"] == code] for code in ("CGI0201", "CGI0203"))
    assert np.array_equal(severity["CHG"], [np.nan, -1, -3], equal_nan=True)
    assert improvement[["BASE", "CHG", "ABLFL"]].isna().all(axis=None)
    assert text(improvement["CRIT1FL"]) == ["Y", "N"]
    assert text(severity["CRIT2FL"]) == ["", "N", "Y"]
    assert severity["CRIT1"].isna().all()


ACTS = {"12": "CSS0212", "15": "CSS0215", "17": "CSS0217", "19": "CSS0219", "20": "CSS0220"}


def assessed(dtc: str, visit: float, *yes: str, version: str = "CSS02") -> list[dict[str, object]]:
    """Answers of one assessment: yes for the numbers named, no for the others; the score of the worst."""
    numbers = ["01", "02", "03", "04", "05", *ACTS]
    worst = max((int(number) for number in yes if number < "06"), default=0)
    rows = rated("QS", {f"{version}06": float(worst)}, dtc, visit)
    return rows + [
        {"STUDYID": "X", "USUBJID": "S1", "QSTESTCD": version + number, "QSDTC": dtc, "VISITNUM": visit}
        | {"QSSEQ": visit * 100 + 10 + place, "QSSTRESC": "Y" if number in yes else "N"}
        for place, number in enumerate(numbers)
    ]


@pytest.mark.parametrize(
    ("yes", "ideation", "behaviour", "either"),
    [
        ((), 0, 0, 0),
        (("01",), 1, 0, 1),
        (("01", "02", "05"), 5, 0, 5),
        (("19", "20"), 0, 6, 6),
        (("01", "17", "20"), 1, 7, 7),
        (("15", "17", "20"), 0, 8, 8),
        (("12", "20"), 0, 9, 9),
        (("04", "20"), 4, np.nan, np.nan),  # behaviour that no item names
    ],
)
def test_worst_categories_of_an_assessment(sdtm, made, completed, yes, ideation, behaviour, either):
    put(sdtm, completed, "QS", assessed("2022-01-14", 5, *yes))
    out = made(adsl, adcssrs).frame
    found = out[out["DTYPE"].isna()].set_index("PARAMCD")
    codes = ["CSIDEA", "CSBEHA", "CSIDBE"]
    assert np.array_equal(found.loc[codes, "AVAL"], [ideation, behaviour, either], equal_nan=True)
    any_ideation, any_behaviour = min(yes, default="99") < "06", max(yes, default="00") > "06"
    assert text(found.loc[["CSIDANY", "CSBEANY"], "AVALC"]) == ["NY"[any_ideation], "NY"[any_behaviour]]
    assert found.loc["CSS0206", "AVAL"] == ideation
    assert text(found.loc[["CSS0201", "CSS0206"], "AVALC"]) == ["Y" if "01" in yes else "N", ""]


def test_worst_category_after_baseline(sdtm, made, completed):
    rows = assessed("2022-01-03", 0, "01", "02", version="CSS01") + assessed(BASELINE, 1)
    rows += assessed("2022-01-14", 5, "01") + assessed("2022-01-24", 15, "01", "02", "03")
    rows += assessed("2022-01-26", 15.1, "01", "02", "03") + assessed(DAY_29, 29)
    put(sdtm, completed, "QS", rows)
    out = made(adsl, adcssrs).frame
    ideation = out[out["PARAMCD"] == "CSIDEA"]
    worst = ideation[ideation["DTYPE"] == "MAXIMUM"]
    columns = ["AVISIT", "AVISITN", "AVAL", "VISITNUM", "BASE", "CHG", "ANL01FL", "CRIT1FL"]
    assert worst[columns].to_numpy().tolist() == [["Worst post-baseline", 99, 3, 15, 0, 3, "Y", "Y"]]
    observed = ideation[ideation["DTYPE"].isna()]
    assert observed["AVAL"].tolist() == [2, 0, 1, 3, 3, 0]
    assert text(observed["AVISIT"]) == ["Baseline", "Baseline", "Day 5", "Day 15", "Day 15", "Day 29"]
    assert text(observed["ANL01FL"]) == ["", "Y", "Y", "Y", "", "Y"]
    assert observed["CRIT1"].isna().all()


def test_what_was_there_before_the_first_dose_is_not_emerging(sdtm, made, completed):
    rows = assessed("2022-01-03", 0, "01", "02", version="CSS01") + assessed(BASELINE, 1)
    put(sdtm, completed, "QS", rows + assessed("2022-01-14", 5, "01", "02"))
    out = made(adsl, adcssrs).frame
    worst = out[(out["PARAMCD"] == "CSIDEA") & (out["DTYPE"] == "MAXIMUM")]
    assert worst[["CHG", "CRIT1FL"]].to_numpy().tolist() == [[2, "N"]]
