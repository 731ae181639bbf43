"""The trial's ADaM modules on small completed SDTM: before and after."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.adam import derive, empty_frame, finish, plan
from il2cdisc.base.dates import from_sas_day
from il2cdisc.base.problems import Problems
from il2cdisc.spec.load import load_spec
from il2cdisc.study import AnalysisFacts

ROOT = Path(__file__).parents[2]
FLAGS = ["ENRLFL", "RANDFL", "SAFFL", "FASFL", "BIOFL", "PPROTFL", "COMPLFL"]


@pytest.fixture
def modules():
    from mappings.adam.adae import adae
    from mappings.adam.adcp import adcp
    from mappings.adam.adhamd import adhamd
    from mappings.adam.adlb import adlb
    from mappings.adam.adsl import adsl

    return {"adsl": adsl, "adae": adae, "adhamd": adhamd, "adlb": adlb, "adcp": adcp}


def text(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def dates(column: pd.Series) -> list[str]:
    return ["" if np.isnan(value) else from_sas_day(value).isoformat() for value in column]


def test_subjects(made, modules):
    adsl = made(modules["adsl"]).frame
    assert adsl["USUBJID"].tolist() == ["S1", "S2"]
    assert ["".join(adsl[flag]) for flag in FLAGS] == ["YN", "YN", "YN", "YN", "YN", "NN", "NN"]
    assert text(adsl["TRT01P"]) == ["Low-dose IL-2", ""]
    assert text(adsl["AGEGR1"]) == ["<40", ">=65"]
    assert dates(adsl["TRTSDT"]) == ["2022-01-10", ""]
    assert dates(adsl["TRTEDT"]) == ["2022-01-31", ""]
    assert dates(adsl["RANDDT"]) == ["2022-01-10", ""]
    assert adsl["NDOSES"].tolist() == [8, 0]
    assert text(adsl["PPEXRS"]) == ["NO DAY 60 RATING", ""]
    assert text(adsl["EOTSTT"]) == ["COMPLETED", ""]
    assert text(adsl["EOSSTT"]) == ["DISCONTINUED", "DISCONTINUED"]
    assert text(adsl["DCSREAS"]) == ["LOST TO FOLLOW-UP", "SCREEN FAILURE"]
    assert text(adsl["STRAT1R"]) == ["MDD", ""]
    assert text(adsl["STRAT1V"]) == ["BD", ""]
    assert text(adsl["MISSTRFL"]) == ["Y", ""]
    assert text(adsl["DIAGGR1"]) == ["Bipolar disorder", "Major depressive disorder"]
    assert adsl["HAMDBL"].tolist()[0] == 42
    assert adsl["TREGBL"].tolist()[0] == 5


def test_lineage_of_a_subject_reaches_every_source(made, modules):
    edges = made(modules["adsl"]).edges
    first = edges[edges["row"] == 0]
    assert set(first["source"]) == {"DM", "SUPPDM", "EX", "DS", "RS", "CP", "MH", "DV"}
    assert len(first[first["source"] == "EX"]) == 8


@pytest.mark.parametrize(
    ("change", "expected", "reason", "deviation"),
    [
        ("nothing", "YYYYYYN", "", None),
        ("last rating on day 75", "YYYYYYN", "", None),
        ("last rating on day 76", "YYYYYNN", "NO DAY 60 RATING", 1.0),
        ("six doses", "YYYYYNN", "FEWER THAN 7 DOSES", None),
        ("a missed dose that is recorded", "YYYYYNN", "FEWER THAN 7 DOSES", 1.0),
        ("prohibited medication", "YYYYYNN", "PROHIBITED MEDICATION", 1.0),
        ("a minor one", "YYYYYYN", "", None),
        ("wrong kit", "YYYYYNN", "WRONG KIT", None),
        ("not eligible", "NYYYYNN", "NOT ELIGIBLE", None),
        ("six doses of prohibited", "YYYYYNN", "FEWER THAN 7 DOSES; PROHIBITED MEDICATION", 1.0),
    ],
)
def test_per_protocol(sdtm, modules, completed, rated, spec, change, expected, reason, deviation):
    last = {"last rating on day 75": "2022-03-25", "last rating on day 76": "2022-03-26"}
    rows = [*rated("S1", 1, "2022-01-10T08:00", 2), *rated("S1", 60, last.get(change, "2022-03-10"), 1)]
    sdtm["rs"] = completed("RS", rows)
    if change.startswith(("six", "a missed")):
        sdtm["ex"] = sdtm["ex"].iloc[:6]
    if change.startswith("a missed"):
        sdtm["dv"] = sdtm["dv"].assign(DVDECOD="NON-COMPLIANCE WITH STUDY INTERVENTION")
    if change in ("prohibited medication", "a minor one", "six doses of prohibited"):
        severity = "MINOR" if change == "a minor one" else "MAJOR"
        sdtm["dv"] = sdtm["dv"].assign(DVDECOD="USE OF PROHIBITED MEDICATION", DVSCAT=severity)
    if change == "wrong kit":
        sdtm["dm"] = sdtm["dm"].assign(ACTARMCD=["PBO", None])
    if change == "not eligible":
        sdtm["ie"] = sdtm["ie"].assign(USUBJID="S1")
    analysis = derive(modules["adsl"], sdtm, spec, AnalysisFacts())
    found = finish(analysis, spec, Problems()).frame.iloc[0]
    assert "".join(found[FLAGS]) == expected
    assert ("" if pd.isna(found["PPEXRS"]) else found["PPEXRS"]) == reason
    assert (None if pd.isna(found["PPDVSEQ"]) else found["PPDVSEQ"]) == deviation
    # an exclusion that no deviation speaks of is a question to the site
    asked = [problem for problem in analysis.findings if problem.code == "ADM031"]
    unrecorded = (
        reason if deviation is None else "FEWER THAN 7 DOSES" if change == "six doses of prohibited" else ""
    )
    assert [problem.what.split(": ")[1] for problem in asked] == [unrecorded] * bool(unrecorded)
    assert {str(problem.records[0]) for problem in asked} <= {"ADSL USUBJID=S1 PPEXRS"}


def test_totals_windows_and_carried_values(made, modules):
    adhamd = made(modules["adsl"], modules["adhamd"]).frame
    total = adhamd[(adhamd["PARAMCD"] == "HAMD2TS") & (adhamd["USUBJID"] == "S1")]
    assert text(total["AVISIT"]) == ["Baseline", "Baseline", "Day 5", "Day 15", "Day 29", "Day 60"]
    assert total["AVAL"].tolist() == [42, 42, 21, 21, 0, 0]
    assert text(total["DTYPE"]) == ["", "", "PRORATED", "LOCF", "", "LOCF"]
    assert text(total["ABLFL"]) == ["", "Y", "", "", "", ""]
    assert text(total["ANL01FL"]) == ["", "Y", "Y", "", "Y", ""]
    assert text(total["ANL02FL"]) == ["", "Y", "Y", "Y", "Y", "Y"]
    assert np.array_equal(total["CHG"], [np.nan, np.nan, -21, -21, -42, -42], equal_nan=True)
    assert text(total["CRIT1FL"]) == ["", "", "Y", "Y", "Y", "Y"]
    assert text(total["CRIT2FL"]) == ["", "", "N", "N", "Y", "Y"]
    seventeen = adhamd[(adhamd["PARAMCD"] == "HAMD17D") & (adhamd["USUBJID"] == "S1")]
    assert seventeen["AVAL"].tolist() == [34, 34, 17, 17, 0, 0]


@pytest.mark.parametrize(
    ("gone", "total", "seventeen"),
    [
        ([], 21.0, 17.0),
        (["HAMD218A"], 21.0, 17.0),  # not in a total
        (["HAMD219", "HAMD220"], 21.0, 17.0),
        (["HAMD201", "HAMD202"], 21.0, np.nan),
        (["HAMD201", "HAMD202", "HAMD219"], np.nan, np.nan),
    ],
)
def test_missing_items(sdtm, made, modules, completed, rated, gone, total, seventeen):
    rows = [*rated("S1", 1, "2022-01-10", 1), *rated("S1", 5, "2022-01-14", 1, **dict.fromkeys(gone))]
    sdtm["rs"] = completed("RS", rows)
    adhamd = made(modules["adsl"], modules["adhamd"]).frame
    at_visit = adhamd[adhamd["VISITNUM"] == 5].drop_duplicates("PARAMCD").set_index("PARAMCD")
    found = at_visit.loc[["HAMD2TS", "HAMD17D"], "AVAL"].tolist()
    assert np.array_equal(found, [total, seventeen], equal_nan=True)


def test_missing_counts_as_non_response(made, modules):
    adhamd = made(modules["adsl"], modules["adhamd"]).frame
    response = adhamd[adhamd["PARAMCD"] == "RESPNRI"]
    assert text(response["AVISIT"]) == ["Day 5", "Day 15", "Day 29", "Day 60"]
    assert text(response["AVALC"]) == ["Y", "N", "Y", "N"]
    assert response["AVAL"].tolist() == [1, 0, 1, 0]
    assert text(response["DTYPE"]) == ["", "NRI", "", "NRI"]
    assert set(response["USUBJID"]) == {"S1"}


def test_the_nearest_then_the_later_record_stands_for_a_visit(sdtm, made, modules, completed, rated):
    rows = rated("S1", 1, "2022-01-10", 2)
    for number, (dtc, score) in enumerate(
        {"2022-01-13": 3, "2022-01-15": 1, "2022-01-17": 0}.items(), start=5
    ):
        rows += rated("S1", number, dtc, score)
    sdtm["rs"] = completed("RS", rows)
    adhamd = made(modules["adsl"], modules["adhamd"]).frame
    visit = adhamd[(adhamd["PARAMCD"] == "HAMD2TS") & (adhamd["AVISIT"] == "Day 5")]
    assert dict(zip(visit["AVAL"], text(visit["ANL01FL"]), strict=True)) == {63: "", 21: "Y", 0: ""}


def test_a_record_after_the_dose_of_day_1_is_no_baseline(sdtm, made, modules, completed, rated):
    sdtm["rs"] = completed("RS", [*rated("S1", 0, "2022-01-03", 2), *rated("S1", 1, "2022-01-10T10:00", 1)])
    adhamd = made(modules["adsl"], modules["adhamd"]).frame
    total = adhamd[(adhamd["PARAMCD"] == "HAMD2TS") & adhamd["DTYPE"].isna()]
    assert text(total["AVISIT"]) == ["Baseline", ""] or text(total["AVISIT"]) == ["", "Baseline"]
    assert total.loc[total["ABLFL"] == "Y", "AVAL"].tolist() == [42]


def test_fold_change_is_the_change_of_the_logarithm(made, modules):
    adcp = made(modules["adsl"], modules["adcp"]).frame
    share = adcp[adcp["PARAMCD"] == "TLHRTLH"]
    log = adcp[adcp["PARAMCD"] == "TLHRTLHL"]
    assert np.array_equal(share["R2BASE"], [np.nan, 1.2], equal_nan=True)
    assert log["BASE"].tolist() == pytest.approx([np.log(5)] * 2)
    assert log["CHG"].tolist()[1] == pytest.approx(np.log(1.2))
    assert log["R2BASE"].isna().all()
    assert share["CPSEQ"].tolist() == log["CPSEQ"].tolist() == [1, 2]


def test_laboratory(sdtm, made, modules, completed):
    row = {"STUDYID": "X", "USUBJID": "S1", "LBTESTCD": "CRP", "LBCAT": "CHEMISTRY", "LBSTRESU": "mg/L"}
    row |= {"LBSPEC": "SERUM"}
    sdtm["lb"] = completed(
        "LB",
        [
            row | {"LBSEQ": 1, "LBDTC": "2022-01-10", "LBSTRESC": "<0.5", "LBNRIND": "NORMAL"},
            row | {"LBSEQ": 2, "LBDTC": "2022-01-14", "LBSTRESC": "4", "LBSTRESN": 4.0, "LBSTNRHI": 3.0},
            row | {"LBSEQ": 3, "LBDTC": "2022-01-14", "LBTESTCD": "COLOR", "LBSTRESC": "YELLOW"},
        ],
    )
    adlb = made(modules["adsl"], modules["adlb"]).frame
    assert adlb["AVAL"].tolist() == [0.25, 4]
    assert text(adlb["DTYPE"]) == ["HALFLLOQ", ""]
    assert text(adlb["ANRIND"]) == ["NORMAL", "HIGH"]
    assert text(adlb["BNRIND"]) == ["NORMAL", "NORMAL"]
    assert text(adlb["SHIFT1"]) == ["", "NORMAL to HIGH"]
    assert np.array_equal(adlb["CHG"], [np.nan, 3.75], equal_nan=True)


def test_a_result_in_another_unit_is_told(sdtm, made, modules, completed, spec):
    made(modules["adsl"])
    row = {"STUDYID": "X", "USUBJID": "S1", "LBTESTCD": "CRP", "LBDTC": "2022-01-10", "LBSTRESN": 4.0}
    row |= {"LBSPEC": "SERUM", "LBSTRESC": "4"}
    rows = [row | {"LBSEQ": 1, "LBSTRESU": "mg/L"}, row | {"LBSEQ": 2, "LBSTRESU": "mg/dL"}]
    analysis = derive(modules["adlb"], {**sdtm, "lb": completed("LB", rows)}, spec)
    assert [finding.code for finding in analysis.findings] == ["ADM018"]
    assert str(analysis.findings[0].records[0]) == "LB USUBJID=S1 LBSEQ=2 LBSTRESU"
    assert analysis.frame["AVAL"].tolist() == [4]


AE = (
    "STUDYID USUBJID AESPID AETERM AELLT AEDECOD AEHLT AEHLGT AEBODSYS AESOC AESEV AESER AEACN AEREL AEOUT"
    " AESCONG AESDISAB AESDTH AESHOSP AESLIFE AESMIE AECONTRT EPOCH AESTDTC AEENDTC | AESEQ AELLTCD AEPTCD"
    " AEHLTCD AEHLGTCD AEBDSYCD AESOCCD AESTDY AEENDY"
)


def test_adverse_events(sdtm, made, modules, completed):
    events = [
        ("Injection site erythema", "2022-01", "", "MILD", "RELATED"),
        ("Headache", "2022-01-09", "2022-01", "MILD", "NOT RELATED"),
        ("Headache", "2022-03-02", "", np.nan, "POSSIBLY RELATED"),
        ("Headache", "2022-03-03", "", "SEVERE", np.nan),
        ("Fatigue", np.nan, "", "MODERATE", "UNLIKELY RELATED"),
    ]
    rows = [
        {"STUDYID": "X", "USUBJID": "S1", "AESEQ": i, "AEDECOD": term, "AEBODSYS": "B", "AESTDTC": start,
         "AEENDTC": end or np.nan, "AESEV": severity, "AEREL": related}
        for i, (term, start, end, severity, related) in enumerate(events, start=1)
    ]  # fmt: skip
    sdtm["ae"] = completed("AE", rows, AE)
    adae = made(modules["adsl"], modules["adae"]).frame.sort_values("AESEQ", ignore_index=True)
    assert dates(adae["ASTDT"]) == ["2022-01-10", "2022-01-09", "2022-03-02", "2022-03-03", ""]
    assert text(adae["ASTDTF"]) == ["D", "", "", "", ""]
    assert dates(adae["AENDT"])[1] == "2022-01-31"
    # last dose 31 January: 30 days after is 2 March
    assert text(adae["TRTEMFL"]) == ["Y", "", "Y", "", "Y"]
    assert text(adae["PREFL"]) == ["", "Y", "", "", ""]
    assert text(adae["ASEV"]) == ["MILD", "MILD", "SEVERE", "SEVERE", "MODERATE"]
    assert text(adae["AREL"]) == ["RELATED", "NOT RELATED", "RELATED", "RELATED", "NOT RELATED"]
    assert text(adae["CQ01NAM"]) == ["INJECTION SITE REACTION", "", "", "", ""]
    assert text(adae["AOCCFL"]) == ["", "", "", "", "Y"]
    assert text(adae["AOCCPFL"]) == ["Y", "", "Y", "", "Y"]


def test_plan_of_the_modules_agrees_with_the_workbook(sdtm, spec):
    tabulation = load_spec(ROOT / "specs" / "sdtm.xlsx", "specs/sdtm.xlsx")
    empties = {name: frame.iloc[:0] for name, frame in sdtm.items()}
    empties |= {name.lower(): empty_frame(dataset) for name, dataset in tabulation.datasets.items()}
    empties |= {name.lower(): empty_frame(dataset) for name, dataset in spec.datasets.items()}
    names = [name.lower() for name in spec.datasets]
    mappings = [getattr(import_module(f"mappings.adam.{name}"), name) for name in names]
    lines, problems = plan(mappings, empties, spec, AnalysisFacts())
    assert "\n".join(map(str, problems.items)) == ""
    assert {line.dataset for line in lines} == set(spec.datasets)
