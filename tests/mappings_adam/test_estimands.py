"""Intercurrent events, and the records that each estimand is estimated from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset
from mappings.adam.adbmhd import adbmhd
from mappings.adam.adcp import adcp
from mappings.adam.adhamd import adhamd
from mappings.adam.adice import adice
from mappings.adam.adsl import adsl

Frames = dict[str, pd.DataFrame]
CM = "STUDYID USUBJID CMCAT CMDECOD CMSTDTC CMENDTC | CMSEQ"
EC = "STUDYID USUBJID ECOCCUR ECREASOC | ECSEQ VISITNUM"
DV = "STUDYID USUBJID DVDECOD DVCAT DVSCAT DVTERM VISIT DVSTDTC | DVSEQ"
DS = "STUDYID USUBJID DSCAT DSSCAT DSDECOD DSSTDTC | DSSEQ"
S1 = {"STUDYID": "X", "USUBJID": "S1"}


@pytest.fixture
def study(sdtm: Frames, completed: Callable[..., pd.DataFrame]) -> Frames:
    """The small study of one treated subject (10 to 31 January 2022, last contact 15 March)."""
    sdtm["ds"] = completed("DS", sdtm["ds"].assign(STUDYID="X").to_dict("records"), DS)
    sdtm["dv"] = completed("DV", sdtm["dv"].assign(STUDYID="X").to_dict("records"), DV)
    sdtm["cm"], sdtm["ec"] = completed("CM", [], CM), completed("EC", [], EC)
    return sdtm


def events(frame: pd.DataFrame) -> list[tuple[str, str, float, str]]:
    columns = zip(frame["ICETERM"], frame["SRCDOM"], frame["SRCSEQ"], frame["ASTDY"], strict=True)
    return [(term, domain, number, f"{day:g}") for term, domain, number, day in columns]


def drug(
    number: int, start: str, end: str | None, name: str, category: str = "ANTIDEPRESSANT"
) -> dict[str, Any]:
    return S1 | {"CMSEQ": number, "CMCAT": category, "CMDECOD": name, "CMSTDTC": start, "CMENDTC": end}


def test_events_of_every_kind(study: Frames, made: Callable[..., Dataset], completed: Any) -> None:
    study["cm"] = completed("CM", [drug(1, "2022-02-01", None, "Electroconvulsive therapy", "OTHER")], CM)
    study["ec"] = completed(
        "EC", [S1 | {"ECSEQ": 8, "VISITNUM": 22.0, "ECOCCUR": "N", "ECREASOC": "ILL"}], EC
    )
    visit = {"USUBJID": "S1", "VISITNUM": 22.0, "SVSTDTC": "2022-01-31", "SVSTDY": 22}
    study["sv"] = completed("SV", [visit])
    taken = {
        "DVSEQ": 2,
        "DVDECOD": "USE OF PROHIBITED MEDICATION",
        "DVSTDTC": "2022-01-12",
        "DVTERM": "steroid",
    }
    study["dv"] = completed("DV", [*study["dv"].drop(columns="@DV").to_dict("records"), S1 | taken], DV)
    ended = (study["ds"]["DSSCAT"] == "STUDY TREATMENT").fillna(False)
    study["ds"] = study["ds"].assign(DSDECOD=study["ds"]["DSDECOD"].mask(ended, "ADVERSE EVENT"))
    frame = made(adsl, adice).frame
    assert events(frame) == [
        ("PROHIBITED IMMUNE MEDICATION", "DV", 2, "3"),
        ("DOSE MISSED", "EC", 8, "22"),
        ("ELECTROCONVULSIVE THERAPY", "CM", 1, "23"),
        ("STUDY DRUG DISCONTINUED", "DS", 2, "29"),
    ]
    strategies = frame.set_index("ICETERM")[["E1STRAT", "E2STRAT", "E3STRAT", "E4STRAT"]].fillna("")
    assert strategies.loc["STUDY DRUG DISCONTINUED"].tolist() == [
        "TREATMENT POLICY", "TREATMENT POLICY", "HYPOTHETICAL", "COMPOSITE VARIABLE",
    ]  # fmt: skip
    assert strategies.loc["DOSE MISSED"].tolist() == ["TREATMENT POLICY", "", "", ""]


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [
        # before: one drug throughout; after: no event
        ([drug(1, "2021-12-01", None, "Sertraline")], []),
        ([drug(1, "2021-12-01", "2022-01-20", "Sertraline")], [("CM", 1, "11")]),
        # a switch is one event, whose day is that of the new drug
        (
            [drug(1, "2021-12-01", "2022-01-20", "Sertraline"), drug(2, "2022-01-21", None, "Bupropion")],
            [("CM", 2, "12")],
        ),
        # eight days without a drug: two events
        (
            [drug(1, "2021-12-01", "2022-01-20", "Sertraline"), drug(2, "2022-01-28", None, "Bupropion")],
            [("CM", 1, "11"), ("CM", 2, "19")],
        ),
        # on or before the first dose, after the end of participation, of another class: none
        ([drug(1, "2022-01-10", None, "Bupropion")], []),
        ([drug(1, "2021-12-01", "2022-03-15", "Sertraline")], []),
        ([drug(1, "2022-01-20", None, "Lithium", "MOOD STABILIZER")], []),
    ],
)
def test_a_changed_antidepressant(
    study: Frames,
    made: Callable[..., Dataset],
    completed: Any,
    drugs: list[dict[str, Any]],
    expected: list[Any],
) -> None:
    study["cm"] = completed("CM", drugs, CM)
    assert [found[1:] for found in events(made(adsl, adice).frame)] == expected


def test_what_follows_the_event_is_left_out_of_the_hypothetical_estimand(
    study: Frames, made: Callable[..., Dataset], completed: Any
) -> None:
    def flagged() -> list[tuple[str, str, str, str]]:
        frame = made(adsl, adice, adhamd).frame
        total = frame[(frame["PARAMCD"] == "HAMD2TS") & frame["ANL01FL"].notna()].fillna({"ANL04RS": ""})
        columns = ("AVISIT", "ANL03FL", "ANL04FL", "ANL04RS")
        return list(total[[*columns]].fillna("").itertuples(index=False, name=None))

    before = flagged()
    assert before == [("Baseline", "", "", ""), ("Day 5", "Y", "Y", ""), ("Day 29", "Y", "Y", "")]
    for name in ("adsl", "adice", "adhamd"):
        del study[name]
    study["cm"] = completed("CM", [drug(1, "2022-01-20", None, "Bupropion")], CM)
    assert flagged() == [*before[:2], ("Day 29", "Y", "", "ANTIDEPRESSANT CHANGED")]


def test_early_and_later_change_stand_in_one_row(study: Frames, made: Callable[..., Dataset]) -> None:
    frame = made(adsl, adice, adcp, adhamd, adbmhd).frame
    log = study["adcp"][study["adcp"]["PARAMCD"] == "TLHRTLHL"].set_index("AVISIT")
    total = study["adhamd"][study["adhamd"]["PARAMCD"] == "HAMD2TS"].set_index("AVISIT")
    assert frame["AVISIT"].tolist() == ["Day 29"]
    row = frame.iloc[0]
    assert (row["AVAL"], row["CPASEQ"]) == (log.loc["Day 5", "CHG"], log.loc["Day 5", "ASEQ"])
    assert (row["HDCHG"], row["HDASEQ"]) == (total.loc["Day 29", "CHG"], total.loc["Day 29", "ASEQ"])
    assert log.loc["Day 5", "ANL02FL"] == "Y"
