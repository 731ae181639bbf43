"""Medication, history, exposure, vital signs, electrocardiogram and cytokines: before and after."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.base.dates import from_sas_day
from mappings.adam.adcm import adcm
from mappings.adam.adcyt import adcyt
from mappings.adam.adeg import adeg
from mappings.adam.adex import adex
from mappings.adam.admh import admh
from mappings.adam.adsl import adsl
from mappings.adam.advs import advs

S1 = {"STUDYID": "X", "USUBJID": "S1"}
CM = (
    "STUDYID USUBJID CMSPID CMTRT CMDECOD CMCAT CMINDC CMCLAS CMCLASCD CMDOSU CMDOSFRQ CMROUTE EPOCH CMSTDTC"
    " CMENDTC CMSTRTPT CMSTTPT CMENRTPT CMENTPT | CMSEQ CMDOSE CMSTDY CMENDY"
)
MH = (
    "STUDYID USUBJID MHSPID MHTERM MHDECOD MHEVDTYP MHCAT MHSCAT MHPRESP MHOCCUR MHBODSYS MHSOC MHDTC MHSTDTC"
    " MHENDTC MHDUR MHSTRTPT MHSTTPT MHENRTPT MHENTPT | MHSEQ MHDY MHSTDY MHENDY"
)
EX = "STUDYID USUBJID VISIT EXSTDTC EXENDTC | EXSEQ EXDOSE VISITNUM"
EC = "STUDYID USUBJID VISIT ECOCCUR ECSTDTC ECENDTC | ECSEQ ECDOSE VISITNUM"
VS = "STUDYID USUBJID VSTESTCD VSSTRESC VSSTRESU VISIT VSDTC VSTPT | VSSEQ VSSTRESN VISITNUM VSTPTNUM"
EG = "STUDYID USUBJID EGTESTCD EGSTRESC EGSTRESU VISIT EGDTC | EGSEQ EGSTRESN VISITNUM"
LB = (
    "STUDYID USUBJID LBTESTCD LBSPEC LBSTRESU LBSTRESC LBNRIND VISIT LBDTC"
    " | LBSEQ LBSTRESN LBSTNRLO LBSTNRHI LBLLOQ VISITNUM"
)


def text(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def dates(column: pd.Series) -> list[str]:
    return ["" if np.isnan(value) else from_sas_day(value).isoformat() for value in column]


def numbered(rows: list[dict[str, object]], sequence: str) -> list[dict[str, object]]:
    return [S1 | {sequence: number} | row for number, row in enumerate(rows, start=1)]


# first dose 10 January 2022, last dose 31 January, last contact 15 March
MEDICATION = [
    # start, end, imputed start and end, flags of the two, prior, concomitant, on treatment
    ("2021-05-02", "2022-01-09", "2021-05-02", "2022-01-09", "", "", "Y", "", ""),
    ("2021-05-02", "2022-01-10", "2021-05-02", "2022-01-10", "", "", "", "Y", "Y"),
    ("2021", "2022-01", "2021-01-01", "2022-01-31", "M", "D", "", "Y", "Y"),
    ("2020-03", "2021", "2020-03-01", "2021-12-31", "D", "M", "Y", "", ""),
    ("2022-02-01", "2022", "2022-02-01", "2022-03-15", "", "M", "", "Y", ""),
    ("", "", "", "", "", "", "", "Y", "Y"),
]


def test_prior_and_concomitant_medication(sdtm, made, completed):
    rows = [
        {"CMDECOD": "Paracetamol", "CMSTDTC": start or None, "CMENDTC": end or None}
        for start, end, *_ in MEDICATION
    ]
    rows = [*numbered(rows, "CMSEQ"), {"STUDYID": "X", "USUBJID": "S2", "CMSEQ": 1, "CMENDTC": "2021-12-31"}]
    sdtm["cm"] = completed("CM", rows, CM)
    out = made(adsl, adcm).frame.sort_values(["USUBJID", "CMSEQ"], ignore_index=True)
    columns = {
        "start": dates(out["ASTDT"]),
        "end": dates(out["AENDT"]),
        **{name: text(out[name]) for name in ("ASTDTF", "AENDTF", "PREFL", "CONCOMFL", "ONTRTFL")},
    }
    found = list(zip(*columns.values(), strict=True))
    assert found[:-1] == [expected[2:] for expected in MEDICATION]
    assert found[-1] == ("", "2021-12-31", "", "", "", "", "")  # never dosed: neither prior nor concomitant
    # the first concomitant record: that with the unknown start
    assert text(out["AOCCPFL"]) == ["", "", "", "", "", "Y", ""]


CUT = st.sampled_from([4, 7, 10])  # year; year and month; day
PERIOD = st.tuples(st.integers(-1500, 60), st.integers(0, 900), CUT, CUT)


@given(st.lists(PERIOD, min_size=1, max_size=30))
@settings(max_examples=15, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_medication_that_was_taken_on_treatment_is_prior(sdtm, made, completed, periods):
    first, contact = date(2022, 1, 10), date(2022, 3, 15)
    starts = [first + timedelta(days=start) for start, *_ in periods]
    ends = [
        min(day + timedelta(days=period[1]), contact) for day, period in zip(starts, periods, strict=True)
    ]
    rows = [
        {"CMSTDTC": start.isoformat()[:cut], "CMENDTC": end.isoformat()[:other]}
        for start, end, (_, _, cut, other) in zip(starts, ends, periods, strict=True)
    ]
    if "adsl" not in sdtm:
        made(adsl)
    cm = completed("CM", numbered(rows, "CMSEQ"), CM)
    out = adcm(cm, sdtm["adsl"]).frame
    assert (out["PREFL"].eq("Y") ^ out["CONCOMFL"].eq("Y")).all()
    taken = np.array([end >= first for end in ends])
    known = np.array([other == 10 for *_, other in periods])
    assert out.loc[taken, "CONCOMFL"].eq("Y").all()
    assert out.loc[~taken & known, "PREFL"].eq("Y").all()
    assert out["ASTDT"].le([as_sas_day(start) for start in starts]).all()
    assert out["AENDT"].ge([as_sas_day(end) for end in ends]).all()


def as_sas_day(day: date) -> float:
    return float((day - date(1960, 1, 1)).days)


def test_history(sdtm, made, completed):
    rows = [
        {"MHTERM": "ASTHMA", "MHDECOD": "Asthma", "MHBODSYS": "Airways", "MHSTDTC": "1999"},
        {"MHTERM": "FRACTURE", "MHDECOD": "Fracture", "MHBODSYS": "Bones", "MHENDTC": "2022-01-09"},
        {"MHTERM": "ULCER", "MHDECOD": "Ulcer", "MHENRTPT": "BEFORE"},
        {"MHTERM": "PSYCHOTIC FEATURES", "MHPRESP": "Y", "MHOCCUR": "N"},
        {"MHTERM": "HAY FEVER", "MHDECOD": "Hay fever", "MHBODSYS": "Airways", "MHSTDTC": "2001-04"},
    ]  # fmt: skip
    diagnosis = {"MHTERM": "BIPOLAR II DISORDER", "MHSCAT": "PRIMARY DIAGNOSIS", "MHENRTPT": "ONGOING"}
    sdtm["mh"] = completed("MH", numbered([*rows, diagnosis], "MHSEQ"), MH)
    out = made(adsl, admh).frame.sort_values("MHSEQ", ignore_index=True)
    assert text(out["PREFL"]) == ["", "Y", "Y", "", "", ""]
    assert text(out["CONCOMFL"]) == ["Y", "", "", "", "Y", "Y"]
    assert text(out["AOCCSFL"]) == ["Y", "Y", "", "", "", ""]
    assert text(out["AOCCPFL"]) == ["Y", "Y", "Y", "", "Y", ""]
    assert dates(out["ASTDT"])[::4] == ["1999-01-01", "2001-04-01"]


def missed_doses(sdtm, completed) -> pd.DataFrame:
    """DV with a record of injections that were not given: ADSL asks for one."""
    rows = sdtm["dv"].drop(columns="@DV").to_dict("records")
    missed = {"USUBJID": "S1", "DVSEQ": 2, "DVDECOD": "NON-COMPLIANCE WITH STUDY INTERVENTION"}
    return completed("DV", [*rows, missed])


def injected(visits: dict[float, str], dose: float = 1.0) -> tuple[list[dict[str, object]], ...]:
    given = [
        {"VISITNUM": visit, "EXSTDTC": dtc, "EXENDTC": dtc, "EXDOSE": dose} for visit, dtc in visits.items()
    ]
    collected = [
        {"VISITNUM": visit, "ECSTDTC": dtc, "ECENDTC": dtc, "ECDOSE": 0.5, "ECOCCUR": "Y"}
        for visit, dtc in visits.items()
    ]
    missed = {"VISITNUM": 29.0, "ECOCCUR": "N"}
    return numbered(given, "EXSEQ"), numbered([*collected, missed], "ECSEQ")


INDUCTION = {float(day): f"2022-01-{9 + day}T09:00" for day in range(1, 6)}
MAINTENANCE = {8.0: "2022-01-17T09:00", 15.0: "2022-01-24T09:00", 22.0: "2022-01-31T09:00"}


@pytest.mark.parametrize(
    ("visits", "dose", "expected"),
    [
        (
            INDUCTION | MAINTENANCE,
            1.0,
            {"NDOSE": 8, "NDOSEIND": 5, "NDOSEMNT": 3, "NMISS": 1, "NMISSIND": 0, "NMISSMNT": 1}
            | {"COMPL": 800 / 9, "COMPLIND": 100, "COMPLMNT": 75, "TDOSE": 8, "TDOSEMNT": 3, "TVOL": 4}
            | {"TDURD": 22, "AVDOSE": 1, "DOSINT": 8 / (22 / 7), "RDOSINT": 100 * 4 / 4.5},
        ),
        (
            INDUCTION,
            0.0,
            {"NDOSE": 5, "NDOSEMNT": 0, "NMISSMNT": 4, "COMPLMNT": 0, "TDOSE": 0, "TDOSEMNT": 0}
            | {"TVOL": 2.5, "TVOLMNT": 0, "TDURD": 5, "AVDOSE": 0, "DOSINT": 0, "RDOSINT": 100 * 2.5 / 4.5},
        ),
    ],
    ids=["one missed, active", "stopped after induction, placebo"],
)
def test_exposure(sdtm, made, completed, visits, dose, expected):
    sdtm["dv"] = missed_doses(sdtm, completed)
    ex, ec = injected(visits, dose)
    sdtm |= {"ex": completed("EX", ex, EX), "ec": completed("EC", ec, EC)}
    dataset = made(adsl, adex)
    out = dataset.frame
    assert set(out["USUBJID"]) == {"S1"}  # only subjects with a dose
    assert out.loc[out["PARAMCD"] == "DOSE", "AVAL"].tolist() == [dose] * len(visits)
    assert out.loc[out["PARAMCD"] == "VOLUME", "SRCSEQ"].tolist() == [*range(1, len(visits) + 1)]
    totals = out[out["SRCSEQ"].isna()].set_index("PARAMCD")
    assert totals.index.is_unique
    assert totals.loc[list(expected), "AVAL"].tolist() == pytest.approx([*expected.values()])
    assert totals.loc["NDOSE", "AVAL"] == sdtm["adsl"].loc[0, "NDOSES"]
    assert totals.loc["TDURD", "AVAL"] == sdtm["adsl"].loc[0, "TRTDURD"]
    row = out.index[out["PARAMCD"] == "TVOL"][0]
    behind = dataset.edges[dataset.edges["row"] == row]
    assert behind[behind["source"] == "EC"]["id"].nunique() == len(visits)


def test_a_sum_of_an_unknown_volume_is_unknown(sdtm, made, completed):
    sdtm["dv"] = missed_doses(sdtm, completed)
    ex, ec = injected(INDUCTION)
    ec[2]["ECDOSE"] = None
    sdtm |= {"ex": completed("EX", ex, EX), "ec": completed("EC", ec, EC)}
    out = made(adsl, adex).frame.set_index("PARAMCD")["AVAL"]
    assert np.isnan(out[["TVOL", "TVOLIND", "RDOSINT"]]).all()
    assert out[["TDOSE", "TVOLMNT", "NDOSE"]].tolist() == [5, 0, 5]


def vital(day: str, visit: float, value: float, point: str = "", test: str = "SYSBP", unit: str = "mmHg"):
    number = {"PRE-DOSE": 1, "60 MIN POST-DOSE": 2}.get(point)
    return {"VSTESTCD": test, "VSSTRESN": value, "VSSTRESC": f"{value:g}", "VSSTRESU": unit, "VSDTC": day} | {
        "VISITNUM": visit, "VSTPT": point or None, "VSTPTNUM": number}  # fmt: skip


def test_vital_signs_by_planned_visit_and_time_point(sdtm, made, completed):
    after, before = "60 MIN POST-DOSE", "PRE-DOSE"
    rows = [
        vital("2022-01-03T10:00", 0, 118),
        vital("2022-01-10T08:30", 1, 120, before),
        vital("2022-01-10T10:00", 1, 126, after),
        vital("2022-01-14T08:30", 5, 122, before),
        vital("2022-01-14T10:00", 5, 128, after),
        vital("2022-01-14T12:00", 5.1, 130),  # unscheduled, after the injection of its day
        vital("2022-01-18T09:00", 8.1, 124),  # unscheduled, one day from the target
        vital("2022-01-20T09:00", 8.2, 125),  # farther from it
        vital("2022-01-24T08:30", 15, 127, before),
        vital("2022-01-24T08:30", 15, 127, before),  # entered twice
    ]
    sdtm["vs"] = completed("VS", numbered(rows, "VSSEQ"), VS)
    out = made(adsl, advs).frame.sort_values("VSSEQ", ignore_index=True)
    assert (
        text(out["AVISIT"]) == ["Baseline"] * 2 + ["Day 1"] + ["Day 5"] * 3 + ["Day 8"] * 2 + ["Day 15"] * 2
    )
    assert text(out["ANL01FL"]) == ["", "Y", "Y", "Y", "Y", "", "Y", "", "", "Y"]
    assert text(out["ABLFL"]) == ["", "Y"] + [""] * 8
    assert set(out["BASE"]) == {120}
    assert np.array_equal(out["CHG"], [np.nan, np.nan, 6, 2, 8, 10, 4, 5, 7, 7], equal_nan=True)
    chosen = out[out["ANL01FL"] == "Y"]
    assert not chosen.duplicated(["PARAMCD", "AVISIT", "ATPT"]).any()


def test_arterial_pressure_and_mass_index(sdtm, made, completed):
    day = "2022-01-14T08:30"
    rows = [
        vital("2022-01-03T10:00", 0, 180, test="HEIGHT", unit="cm"),
        vital("2022-01-03T10:00", 0, 81, test="WEIGHT", unit="kg"),
        vital(day, 5, 64.8, test="WEIGHT", unit="kg"),
        vital(day, 5, 120, "PRE-DOSE"),
        vital(day, 5, 90, "PRE-DOSE", test="DIABP"),
        vital("2022-01-14T10:00", 5, 150, "60 MIN POST-DOSE"),
        vital("2022-01-17", 8, 75, test="DIABP"),
    ]
    sdtm["vs"] = completed("VS", numbered(rows, "VSSEQ"), VS)
    dataset = made(adsl, advs)
    out = dataset.frame
    pressure = out[out["PARAMCD"] == "MAP"]
    assert pressure["AVAL"].tolist() == [100]  # neither of one pressure alone
    assert pressure["VSSEQ"].isna().all()
    assert text(pressure["ATPT"]) == ["PRE-DOSE"]
    behind = dataset.edges[dataset.edges["row"] == pressure.index[0]]
    assert sorted(behind.loc[behind["source"] == "VS", "id"].unique()) == [3, 4]
    assert out.loc[out["PARAMCD"] == "BMI", "AVAL"].tolist() == pytest.approx([25, 20])
    assert out.loc[out["PARAMCD"] == "BMI", "CHG"].tolist()[1] == pytest.approx(-5)


def test_electrocardiogram(sdtm, made, completed):
    values = {"2022-01-03": 440, "2022-01-14": 450, "2022-02-07": 505}
    interval = {"EGTESTCD": "QTCFAG", "EGSTRESU": "ms"}
    rows = [
        interval | {"EGDTC": day, "EGSTRESN": value, "EGSTRESC": str(value)} for day, value in values.items()
    ]
    rows += [{"EGTESTCD": "INTP", "EGDTC": "2022-01-03", "EGSTRESC": "NORMAL"}]
    rows += [{"EGTESTCD": "INTP", "EGDTC": "2022-02-07", "EGSTRESC": "ABNORMAL"}]
    sdtm["eg"] = completed("EG", numbered(rows, "EGSEQ"), EG)
    out = made(adsl, adeg).frame.sort_values("EGSEQ", ignore_index=True)
    flags = [text(out[f"CRIT{number}FL"]) for number in range(1, 6)]
    assert ["".join(flag) for flag in zip(*flags, strict=True)] == ["NNN", "NNNNN", "YYYYY", "", ""]
    assert text(out["CRIT4"])[:2] == ["", "QTcF increase from baseline above 30 ms"]
    assert text(out["SHIFT1"]) == ["", "", "", "", "NORMAL to ABNORMAL"]
    assert out["AVAL"].tolist()[3:] == [0, 1]
    assert out["CHG"].isna().tolist() == [True, False, False, True, True]


def test_cytokines(sdtm, made, completed):
    row = {"LBTESTCD": "INTLK4", "LBSPEC": "PLASMA", "LBSTRESU": "ng/L", "LBSTNRHI": 3.0, "LBLLOQ": 0.5}
    days = ["2022-01-10T08:00", "2022-01-12T08:00", "2022-01-14T08:00", "2022-01-14T10:00", "2022-02-11"]
    rows = [
        row | {"LBDTC": day, "LBSTRESC": str(value), "LBSTRESN": float(value)}
        for day, value in zip(days, [1, 2, 4, 8, 2], strict=True)
    ]
    rows[0] |= {"LBSTRESC": "<0.5", "LBSTRESN": None, "LBNRIND": "NORMAL"}
    sdtm["dv"] = missed_doses(sdtm, completed)
    sdtm["ex"] = completed(
        "EX", numbered([{"EXSTDTC": f"2022-01-{d}T09:00"} for d in (10, 14, 31)], "EXSEQ"), EX
    )
    sdtm["lb"] = completed("LB", numbered(rows, "LBSEQ"), LB)
    out = made(adsl, adcyt).frame
    measured, log = out[out["PARAMCD"] == "INTLK4"], out[out["PARAMCD"] == "INTLK4L"]
    # day 3 is in no window, a sample after the dose of day 5 in none either; day 33 is too late for Day 29
    visits = dict(zip(measured["LBSEQ"], text(measured["AVISIT"]), strict=True))
    assert visits == {1: "Baseline", 2: "", 3: "Day 5", 4: "", 5: ""}
    assert dict(zip(measured["LBSEQ"], measured["AVAL"], strict=True)) == {1: 0.25, 2: 2, 3: 4, 4: 8, 5: 2}
    assert text(measured.loc[measured["LBSEQ"] == 1, "DTYPE"]) == ["HALFLLOQ"]
    day_5 = measured[measured["AVISIT"] == "Day 5"]
    assert day_5[["R2BASE", "PCHG"]].to_numpy().tolist() == [[16, 1500]]
    assert text(day_5["SHIFT1"]) == ["NORMAL to HIGH"]
    assert log.loc[log["AVISIT"] == "Day 5", "CHG"].tolist() == pytest.approx([np.log(16)])
    assert log[["R2BASE", "PCHG", "ANRHI"]].isna().all(axis=None)
    assert log["SHIFT1"].isna().all()
