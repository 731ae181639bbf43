"""The trial's ADaM modules from the checkout, its workbook, and a small completed SDTM to run them on."""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.adam import Analysis, derive, empty_frame, finish, with_ids
from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problems
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec
from il2cdisc.study import AnalysisFacts

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # a build makes the trial's modules importable as `mappings`

COLUMNS = {
    "DM": "STUDYID USUBJID SUBJID SITEID AGEU SEX RACE ARMCD ARM ACTARMCD ACTARM ARMNRS RFICDTC RFPENDTC"
    " RFXSTDTC DTHDTC | AGE",
    "SUPPDM": "USUBJID QNAM QVAL |",
    "EX": "USUBJID VISIT EXSTDTC EXENDTC | EXSEQ",
    "DS": "USUBJID DSCAT DSSCAT DSDECOD DSSTDTC | DSSEQ",
    "SV": "USUBJID VISIT SVSTDTC | VISITNUM SVSTDY",
    "DV": "USUBJID DVDECOD DVCAT DVSCAT VISIT | DVSEQ",
    "IE": "USUBJID IETESTCD | IESEQ",
    "MH": "USUBJID MHSCAT MHTERM | MHSEQ",
    "RS": "STUDYID USUBJID RSTESTCD VISIT RSDTC | RSSEQ VISITNUM RSSTRESN",
    "CP": "STUDYID USUBJID CPTESTCD CPSPEC CPSBMRKS CPCELSTA CPSTRESC CPSTRESU VISIT CPDTC"
    " | CPSEQ VISITNUM CPSTRESN",
    "LB": "STUDYID USUBJID LBTESTCD LBSPEC LBCAT LBSTRESU LBSTRESC LBNRIND VISIT LBDTC"
    " | LBSEQ LBSTRESN LBSTNRLO LBSTNRHI LBLLOQ VISITNUM",
}
ITEMS = [*(f"HAMD2{i:02d}" for i in range(1, 16)), "HAMD216A", "HAMD217", "HAMD218A", "HAMD218B"]
ITEMS += ["HAMD219", "HAMD220", "HAMD221"]


def frame(source: str, rows: list[dict[str, object]], columns: str = "") -> pd.DataFrame:
    """A completed dataset as mappings receive it; `columns` are its text columns, behind `|` the numbers."""
    text, _, numeric = (columns or COLUMNS[source]).partition("|")
    out = pd.DataFrame(rows, columns=[*text.split(), *numeric.split()])
    out = out.astype(dict.fromkeys(text.split(), "str") | dict.fromkeys(numeric.split(), "float64"))
    return with_ids(source, out)


def rating(
    usubjid: str, visitnum: float, dtc: str, score: float, **other: float | None
) -> list[dict[str, object]]:
    """All items of one rating with the same score, but those named."""
    return [
        {
            "STUDYID": "X",
            "USUBJID": usubjid,
            "RSSEQ": visitnum * 100 + i,
            "RSTESTCD": item,
            "VISITNUM": visitnum,
            "VISIT": f"VISIT {visitnum:g}",
            "RSDTC": dtc,
            "RSSTRESN": other.get(item, score),
        }
        for i, item in enumerate(ITEMS, start=1)
    ]


@pytest.fixture(scope="session")
def spec() -> Spec:
    return load_spec(ROOT / "specs" / "adam.xlsx", "specs/adam.xlsx")


@pytest.fixture
def sdtm(spec: Spec) -> dict[str, pd.DataFrame]:
    """S1 treated from 10 to 31 January 2022, S2 a screen failure; no event that an estimand speaks of."""
    person = {"STUDYID": "X", "SITEID": "01", "AGEU": "YEARS", "RACE": "WHITE", "RFICDTC": "2022-01-01"}
    arm = {"ARMCD": "IL2", "ARM": "Low-dose IL-2", "ACTARMCD": "IL2", "ACTARM": "Low-dose IL-2"}
    s1 = person | arm | {"USUBJID": "S1", "SUBJID": "1", "AGE": 39, "SEX": "F", "RFPENDTC": "2022-03-15"}
    s1["RFXSTDTC"] = "2022-01-10T09:00"
    s2 = person | {"USUBJID": "S2", "SUBJID": "2", "AGE": 65, "SEX": "M", "ARMNRS": "SCREEN FAILURE"}
    days = [f"2022-01-{day}T09:00" for day in (10, 11, 12, 13, 14, 17, 24, 31)]
    end = {"DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY PARTICIPATION"}
    ends = [
        {"USUBJID": "S1", "DSSEQ": 1, "DSCAT": "PROTOCOL MILESTONE"}
        | {"DSDECOD": "RANDOMIZED", "DSSTDTC": "2022-01-10"},
        {"USUBJID": "S1", "DSSEQ": 2, "DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY TREATMENT"}
        | {"DSDECOD": "COMPLETED", "DSSTDTC": "2022-02-07"},
        end | {"USUBJID": "S1", "DSSEQ": 3, "DSDECOD": "LOST TO FOLLOW-UP", "DSSTDTC": "2022-03-15"},
        end | {"USUBJID": "S2", "DSSEQ": 1, "DSDECOD": "SCREEN FAILURE", "DSSTDTC": "2022-01-02"},
    ]
    share = {"STUDYID": "X", "USUBJID": "S1", "CPTESTCD": "TLHRTLH", "CPSPEC": "BLOOD", "CPSTRESU": "%"}
    return {
        "adice": empty_frame(spec.datasets["ADICE"]),
        "dm": frame("DM", [s1, s2]),
        "suppdm": frame("SUPPDM", [{"USUBJID": "S1", "QNAM": "STRATUM", "QVAL": "MDD"}]),
        "ex": frame(
            "EX",
            [{"USUBJID": "S1", "EXSEQ": i, "EXSTDTC": d, "EXENDTC": d} for i, d in enumerate(days, start=1)],
        ),
        "ds": frame("DS", ends),
        "sv": frame("SV", []),
        "ie": frame("IE", [{"USUBJID": "S2", "IESEQ": 1, "IETESTCD": "IN05"}]),
        "mh": frame(
            "MH",
            [
                {"USUBJID": "S1", "MHSEQ": 1, "MHSCAT": "PRIMARY DIAGNOSIS", "MHTERM": "BIPOLAR II DISORDER"},
                {"USUBJID": "S1", "MHSEQ": 2, "MHTERM": "ASTHMA"},
                {"USUBJID": "S2", "MHSEQ": 1, "MHSCAT": "PRIMARY DIAGNOSIS"}
                | {"MHTERM": "MAJOR DEPRESSIVE DISORDER"},
            ],
        ),
        "dv": frame(
            "DV", [{"USUBJID": "S1", "DVSEQ": 1, "DVDECOD": "ASSESSMENT NOT PERFORMED", "VISIT": "DAY 60"}]
        ),
        "rs": frame(
            "RS",
            [
                *rating("S1", 0, "2022-01-03", 2),
                *rating("S1", 1, "2022-01-10T08:00", 2),
                *rating("S1", 5, "2022-01-14", 1, HAMD201=None),
                *rating("S1", 29, "2022-02-07", 0),
                *rating("S2", 0, "2022-01-02", 1),
            ],
        ),
        "cp": frame(
            "CP",
            [
                share | {"CPSEQ": 1, "CPDTC": "2022-01-10T08:00", "CPSTRESN": 5.0, "VISITNUM": 1.0},
                share | {"CPSEQ": 2, "CPDTC": "2022-01-14T08:00", "CPSTRESN": 6.0, "VISITNUM": 5.0},
            ],
        ),
    }


MADE: dict[tuple[Callable[..., Analysis], bytes], Dataset] = {}
"""What a mapping made of the same records before: most tests need the same ADSL."""


@pytest.fixture
def made(sdtm: dict[str, pd.DataFrame], spec: Spec) -> Callable[..., Dataset]:
    """Run mappings one after the other on `sdtm`; gives the last one's finished dataset."""

    def run(*functions: Callable[..., Analysis]) -> Dataset:
        for function in functions:
            asked = {name: sdtm.get(name) for name in inspect.signature(function).parameters}
            known = (function, pickle.dumps(asked))
            if known not in MADE:
                problems = Problems()
                MADE[known] = finish(derive(function, sdtm, spec, AnalysisFacts()), spec, problems)
                assert not problems, problems.items
            dataset = replace(MADE[known], frame=MADE[known].frame.copy())
            sdtm[function.__name__] = with_ids(dataset.name, dataset.frame)
        return dataset

    return run


@pytest.fixture
def completed() -> Callable[..., pd.DataFrame]:
    return frame


@pytest.fixture
def rated() -> Callable[..., list[dict[str, object]]]:
    return rating
