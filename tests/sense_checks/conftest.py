"""A small study without a contradiction, as frames of SDTM: thirteen subjects, five visits, three doses.

No check of the data's sense finds anything in it; a test changes it in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.rules import Rule
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.models import PlannedVisit, Protocol, Spec

TREATED = [f"S{number:02d}" for number in range(1, 13)]
FAILED = "S13"
CONSENT, LAST_DAY = "2022-03-01T09:00", "2022-03-29"
VISITS = {0.0: "2022-03-01", 1.0: "2022-03-08", 2.0: "2022-03-15", 3.0: "2022-03-22", 4.0: LAST_DAY}
DOSED = {number: f"{VISITS[number]}T10:00" for number in (1.0, 2.0, 3.0)}
FIRST, LAST = DOSED[1.0], DOSED[3.0]
Frames = dict[str, pd.DataFrame]
Row = dict[str, Any]
PLAN = tuple(
    PlannedVisit(visit=f"VISIT {number:.0f}", visit_number=number, planned_day=int(7 * number) - 6 or -7)
    for number in VISITS
)
SPEC = Spec(shown="specs/sdtm.xlsx", standard="SDTM", define={}, datasets={}, protocol=Protocol(visits=PLAN))
RESULTS = {  # test → result, unit, limits
    "ALT": (20.0, "U/L", 5.0, 40.0),
    "AST": (25.0, "U/L", 5.0, 40.0),
    "BILI": (10.0, "umol/L", 3.0, 20.0),
    "BILDIR": (3.0, "umol/L", 0.0, 5.0),
    "WBC": (6.0, "10^9/L", 4.0, 10.0),
    "NEUT": (3.6, "10^9/L", 2.0, 7.0),
    "LYM": (1.8, "10^9/L", 1.0, 4.0),
    "MONO": (0.4, "10^9/L", 0.2, 1.0),
    "EOS": (0.1, "10^9/L", 0.0, 0.5),
    "BASO": (0.1, "10^9/L", 0.0, 0.2),
    "NEUTLE": (60.0, "%", 40.0, 75.0),
    "LYMLE": (30.0, "%", 20.0, 45.0),
    "MONOLE": (6.0, "%", 2.0, 10.0),
    "EOSLE": (2.0, "%", 0.0, 6.0),
    "BASOLE": (2.0, "%", 0.0, 3.0),
    "HCT": (42.0, "%", 36.0, 50.0),
    "RBC": (4.7, "10^12/L", 4.0, 5.5),
    "MCV": (89.0, "fL", 80.0, 98.0),
}
CELLS = {  # test → result, unit
    "LYM": (1500.0, "10^6/L"),
    "TLYCE": (1000.0, "10^6/L"),
    "TLYH": (600.0, "10^6/L"),
    "TLYHTLY": (60.0, "%"),
    "TLYHR": (48.0, "10^6/L"),
    "TLHRTLH": (8.0, "%"),
    "TLHNTH": (40.0, "%"),
    "TLHCMTH": (30.0, "%"),
    "TLHEMTH": (20.0, "%"),
    "TLHTMTH": (10.0, "%"),
}


def frames() -> Frames:
    """The datasets, with sequence numbers, study days and epochs."""
    made = {
        "DM": _subjects(), "DS": _dispositions(), "SV": _visits(), "SE": _elements(), "EC": _doses("EC"),
        "EX": _doses("EX"), "DA": _kits(), "AE": _events(), "CM": _medications(), "MH": _history(),
        "IE": _criteria(),
        "RP": _childbearing(), "LB": _laboratory(), "VS": _vital_signs(), "EG": _recordings(), "CP": _cells(),
        "FA": _sites(), "TS": _summary(),
    }  # fmt: skip
    out = {name: with_types(rows) for name, rows in made.items()}
    for name, frame in out.items():
        if "USUBJID" in frame and name not in ("DM", "SV", "TS"):
            frame[f"{name}SEQ"] = (frame.groupby("USUBJID").cumcount() + 1).astype("float64")
    out["RELREC"] = with_types(_relations())
    out["SUPPAE"] = with_types(_qualifiers())
    derive_days(out, out["DM"])
    return out


def with_types(rows: list[Row]) -> pd.DataFrame:
    """Numbers as float, texts as text; a column of nothing is text."""
    frame = pd.DataFrame(rows)
    for name in frame:
        number = pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().any()
        frame[name] = frame[name].astype("float64" if number else "str")
    return frame


def derive_days(made: Frames, subjects: pd.DataFrame) -> None:
    """--DY, --STDY and --ENDY of datasets, from their dates and RFSTDTC."""
    reference = subjects.set_index("USUBJID")["RFSTDTC"].to_dict()
    for name, frame in made.items():
        for stem in ("", "ST", "EN"):
            date_ = f"{name}{stem}DTC"
            if date_ in frame and name != "SE":
                pairs = zip(frame[date_].tolist(), frame["USUBJID"].tolist(), strict=True)
                days = [_day(at, reference.get(who)) for at, who in pairs]
                frame[f"{name}{stem}DY"] = pd.Series(days, dtype="float64")


def _day(at: object, reference: object) -> float:
    if not isinstance(at, str) or not isinstance(reference, str) or len(at) < len("2022-03-05"):
        return np.nan
    away = (date.fromisoformat(at[:10]) - date.fromisoformat(reference[:10])).days
    return float(away + (away >= 0))


@dataclass
class SmallStudy:
    """The study of a test: `clean` is shared and never changed, `own` are the datasets that it changes."""

    clean: Frames
    tables: dict[str, CheckedTable]
    own: Frames = field(default_factory=dict)

    def frame(self, name: str) -> pd.DataFrame:
        """A dataset of the test's own."""
        if name not in self.own:
            self.own[name] = self.clean[name].copy()
        return self.own[name]

    def put(self, name: str, row: int, **cells: Any) -> None:
        """Change cells of a record; a new variable is added."""
        frame = self.frame(name)
        for column, value in cells.items():
            if column not in frame:
                empty: Any = np.nan if isinstance(value, float) else None
                kind = "float64" if isinstance(value, float) else "str"
                frame[column] = pd.Series([empty] * len(frame), dtype=kind)
            frame.loc[row, column] = value

    def add(self, name: str, row: int, **cells: Any) -> None:
        """Append a copy of a record, with other cells."""
        frame = self.frame(name)
        self.own[name] = pd.concat([frame, frame.iloc[[row]]], ignore_index=True)
        self.put(name, len(frame), **cells)

    def drop(self, name: str, **cells: Any) -> None:
        """Leave out the records with some cells."""
        self.own[name] = self.frame(name)[~self._held(name, cells)].reset_index(drop=True)

    def find(self, name: str, **cells: Any) -> int:
        """The first record with some cells."""
        return int(np.flatnonzero(self._held(name, cells))[0])

    def change(self, name: str, where: dict[str, Any], **cells: Any) -> None:
        """Change cells of the first record with some cells."""
        self.put(name, self.find(name, **where), **cells)

    def new(self, name: str, *rows: Row) -> None:
        """A further dataset."""
        self.own[name] = with_types(list(rows))

    def _held(self, name: str, cells: dict[str, Any]) -> Any:
        frame = self.frame(name)
        held = [(frame[column] == value).to_numpy() for column, value in cells.items()]
        return np.logical_and.reduce(held)

    def context(self, *, days: bool = True) -> CheckContext:
        """What the checks see: all datasets, changed ones with new study days, and five planned visits."""
        if days:
            derive_days(self.own, self.own.get("DM", self.clean["DM"]))
        changed = {name: table(name, frame) for name, frame in self.own.items()}
        return CheckContext(SPEC, dict(sorted({**self.tables, **changed}.items())))

    def told(self, rule: Rule, *, days: bool = True) -> list[str]:
        """What a check says, a line a record: dataset, subject, variable, value and sentence."""
        context, out = self.context(days=days), []
        for hit in rule.check(context):
            if isinstance(hit, RuleHit):
                found = context.tables[hit.dataset]
                values = (
                    found.values(hit.variable, hit.rows)
                    if hit.variable in found.by_name
                    else [""] * len(hit.rows)
                )
                subjects = (
                    found.values("USUBJID", hit.rows) if "USUBJID" in found.by_name else [""] * len(hit.rows)
                )
                out += [
                    f"{hit.dataset} {who} {hit.variable}={value}: {what}"
                    for who, value, what in zip(subjects, values, hit.details, strict=True)
                ]
        return out


@pytest.fixture(scope="session")
def clean() -> tuple[Frames, dict[str, CheckedTable]]:
    """The datasets without a contradiction, made once."""
    made = frames()
    return made, {name: table(name, frame) for name, frame in made.items()}


@pytest.fixture
def study(clean: tuple[Frames, dict[str, CheckedTable]]) -> SmallStudy:
    """A study for a test to change."""
    return SmallStudy(*clean)


def table(name: str, frame: pd.DataFrame) -> CheckedTable:
    """A frame as a dataset that was read again."""
    variables = tuple(
        Variable(column, column, "Num" if pd.api.types.is_numeric_dtype(frame[column]) else "Char", 8)
        for column in frame
    )
    return CheckedTable(name, name, f"sdtm/{name.lower()}.xpt", variables, CodedTable.of(frame))


def _subjects() -> list[Row]:
    rows: list[Row] = [
        {
            "USUBJID": who, "RFSTDTC": FIRST, "RFENDTC": LAST, "RFXSTDTC": FIRST, "RFXENDTC": LAST,
            "RFICDTC": CONSENT, "RFPENDTC": LAST_DAY, "DTHDTC": None, "DTHFL": None, "BRTHDTC": "1980-05",
            "AGE": 41.0, "AGEU": "YEARS", "SEX": "F", "ARMCD": "A", "ACTARMCD": "A", "ARMNRS": None,
            "ACTARMUD": None,
        }
        for who in TREATED
    ]  # fmt: skip
    no_dose = dict.fromkeys(("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "ARMCD", "ACTARMCD"))
    failed = {"USUBJID": FAILED, "RFPENDTC": "2022-03-01", "ARMNRS": "SCREEN FAILURE", "SEX": "M"}
    return [*rows, {**rows[0], **no_dose, **failed}]


def _dispositions() -> list[Row]:
    mile, end = "PROTOCOL MILESTONE", "DISPOSITION EVENT"
    events = [
        ("INFORMED CONSENT OBTAINED", mile, None, "SCREENING", CONSENT),
        ("RANDOMIZED", mile, None, "SCREENING", "2022-03-08"),
        ("COMPLETED", end, "STUDY TREATMENT", "TREATMENT", "2022-03-22"),
        ("COMPLETED", end, "STUDY PARTICIPATION", "FOLLOW-UP", LAST_DAY),
    ]
    names = ("DSDECOD", "DSCAT", "DSSCAT", "EPOCH", "DSSTDTC")
    rows = [
        {"USUBJID": who, **dict(zip(names, event, strict=True)), "DSTERM": event[0], "DSREFID": None}
        for who in TREATED
        for event in events
    ]
    for number, row in enumerate(rows):
        row["DSREFID"] = f"R{number}" if row["DSDECOD"] == "RANDOMIZED" else None
    failed = {
        "USUBJID": FAILED,
        "DSDECOD": "SCREEN FAILURE",
        "DSSCAT": "STUDY PARTICIPATION",
        "EPOCH": "SCREENING",
    }
    why = {"DSTERM": "no consent to the sampling", "DSSTDTC": "2022-03-01"}
    return [*rows, {**rows[0], "USUBJID": FAILED}, {**rows[3], **failed, **why}]


def _visits() -> list[Row]:
    pairs = [(who, number) for who in TREATED for number in VISITS] + [(FAILED, 0.0)]
    return [
        {
            "USUBJID": who, "VISITNUM": number, "VISIT": f"VISIT {number:.0f}", "SVOCCUR": "Y",
            "SVSTDTC": VISITS[number], "SVENDTC": VISITS[number],
        }
        for who, number in pairs
    ]  # fmt: skip


def _elements() -> list[Row]:
    spans = [
        ("SCRN", "SCREENING", CONSENT, FIRST),
        ("TRT", "TREATMENT", FIRST, "2022-03-23"),
        ("FUP", "FOLLOW-UP", "2022-03-23", LAST_DAY),
    ]
    names = ("ETCD", "EPOCH", "SESTDTC", "SEENDTC")
    rows = [{"USUBJID": who, **dict(zip(names, span, strict=True))} for who in TREATED for span in spans]
    return [*rows, {**rows[0], "USUBJID": FAILED, "SEENDTC": "2022-03-01"}]


def _doses(name: str) -> list[Row]:
    dose = {"DOSE": 5.0, "DOSU": "mg", "OCCUR": "Y", "REASOC": None, "DOSFRM": "TABLET", "TRT": "DRUG A"}
    if name == "EX":
        dose = {key: value for key, value in dose.items() if key not in ("OCCUR", "REASOC")}
    return [
        {
            "USUBJID": who, **{f"{name}{key}": value for key, value in dose.items()},
            f"{name}REFID": f"{who}-{number:.0f}", "VISITNUM": number, "EPOCH": "TREATMENT",
            f"{name}STDTC": at, f"{name}ENDTC": at,
        }
        for who in TREATED
        for number, at in DOSED.items()
    ]  # fmt: skip


def _kits() -> list[Row]:
    return [
        {
            "USUBJID": who, "DATESTCD": test, "DAREFID": f"{who}-{number:.0f}", "DASTRESN": amount,
            "DASTRESC": f"{amount:.0f}", "DASTRESU": "KIT", "DAORRES": f"{amount:.0f}",
            "DADTC": VISITS[number],
            "VISITNUM": number,
        }
        for who in TREATED
        for number in DOSED
        for test, amount in (("DISPAMT", 1.0), ("RETAMT", 0.0))
    ]  # fmt: skip


def _events() -> list[Row]:
    plain = {
        "AESER": "N", "AESDTH": "N", "AESHOSP": "N", "AESLIFE": "N", "AEACN": "DOSE NOT CHANGED",
        "AEREL": "RELATED", "AEOUT": "RECOVERED/RESOLVED", "AESEV": "MILD", "AETOXGR": "1", "AECONTRT": "N",
        "AEENRTPT": None, "AEENTPT": None, "AEDUR": None, "AELOC": None, "EPOCH": "TREATMENT",
    }  # fmt: skip
    events = [
        ("S01", "headache", "Headache", "Nervous system", "2022-03-09", "2022-03-12"),
        ("S02", "nausea", "Nausea", "Digestive tract", "2022-03-10", "2022-03"),
        ("S03", "Headache", "Headache", "Nervous system", "2022-03-16", "2022-03-17"),
        ("S04", "fall", "Fall", "Injuries", "2022-03-17", "2022-03-20"),
    ]
    names = ("USUBJID", "AETERM", "AEDECOD", "AEBODSYS", "AESTDTC", "AEENDTC")
    rows: list[Row] = [{**dict(zip(names, event, strict=True)), **plain} for event in events]
    rows[3] |= {"AESER": "Y", "AESHOSP": "Y", "AEREL": "NOT RELATED"}
    rows[0] |= {"AECONTRT": "Y"}
    return rows


def _medications() -> list[Row]:
    plain = {
        "CMDOSE": 500.0, "CMDOSU": "mg", "CMDOSFRQ": "PRN", "CMINDC": "ADVERSE EVENT", "EPOCH": "TREATMENT",
        "CMENRTPT": None, "CMENTPT": None, "CMSTRTPT": None, "CMSTTPT": None, "CMSTRF": None,
    }  # fmt: skip
    first = {"USUBJID": "S01", "CMTRT": "paracetamol", "CMDECOD": "Paracetamol", **plain}
    return [
        {**first, "CMSTDTC": "2022-03-09", "CMENDTC": "2022-03-10"},
        {**first, "USUBJID": "S02", "CMSTDTC": "2021", "CMENDTC": None, "CMENRTPT": "ONGOING", "EPOCH": None},
    ]


def _history() -> list[Row]:
    rows = [("S01", "asthma", "2010", "P12Y"), ("S02", "migraine", "2015-06", "P7Y")]
    names = ("USUBJID", "MHTERM", "MHSTDTC", "MHDUR")
    return [{**dict(zip(names, row, strict=True)), "MHDTC": "2022-03-01", "MHENDTC": None} for row in rows]


def _criteria() -> list[Row]:
    answer = {"IETESTCD": "INCL01", "IECAT": "INCLUSION", "IEORRES": "N", "IESTRESC": "N"}
    return [{"USUBJID": FAILED, **answer}]


def _childbearing() -> list[Row]:
    answer = {"RPTESTCD": "CHILDPOT", "RPTEST": "Childbearing Potential", "RPORRES": "Y", "RPSTRESC": "Y"}
    return [{"USUBJID": who, **answer, "VISITNUM": 0.0, "RPDTC": "2022-03-01"} for who in TREATED[:2]]


def _laboratory() -> list[Row]:
    rows: list[Row] = []
    for who in TREATED:
        for number, at in ((0.0, "2022-03-01T09:30"), (1.0, "2022-03-08T09:00"), (4.0, f"{LAST_DAY}T09:00")):
            epoch = "FOLLOW-UP" if number > 3 else "SCREENING"
            place = {
                "USUBJID": who,
                "VISITNUM": number,
                "LBDTC": at,
                "EPOCH": epoch,
                "LBCAT": "SAFETY",
                "LBSPEC": "BLOOD",
                "LBSTAT": None,
            }
            for test, (value, unit, low, high) in RESULTS.items():
                text = f"{value:g}"
                rows.append(
                    {
                        **place, "LBTESTCD": test, "LBORRES": text, "LBORRESU": unit, "LBSTRESC": text,
                        "LBSTRESN": value, "LBSTRESU": unit, "LBSTNRLO": low, "LBSTNRHI": high,
                        "LBNRIND": "NORMAL", "LBLOBXFL": "Y" if number == 1 else None,
                    }
                )  # fmt: skip
            if number == 0:
                test_ = {"LBTESTCD": "HCG", "LBORRES": "NEGATIVE", "LBSTRESC": "NEGATIVE", "LBLOBXFL": "Y"}
                rows.append({**place, **test_})
    return rows


def _vital_signs() -> list[Row]:
    rows: list[Row] = []
    for who in TREATED:
        at_first = [("HEIGHT", 170.0, "cm"), ("WEIGHT", 70.0, "kg"), ("BMI", 24.2, "kg/m2")]
        place = {
            "USUBJID": who,
            "VISITNUM": 0.0,
            "VSDTC": "2022-03-01T09:30",
            "VSTPTREF": None,
            "VSRFTDTC": None,
        }
        rows += [{**place, **_sign(*sign), "VSLOBXFL": "Y"} for sign in at_first]
        standing = [("AFTER 1 MIN", 1.0, "09:31"), ("AFTER 3 MIN", 2.0, "09:33")]
        rows += [
            {
                **place,
                **_sign("PULSE", 70.0, "beats/min"),
                "VSTPT": name,
                "VSTPTNUM": point,
                "VSDTC": f"2022-03-01T{at}",
                "VSTPTREF": "STANDING",
            }
            for name, point, at in standing
        ]
        for number, dose in DOSED.items():
            for name, point, at, elapsed in (
                ("PRE-DOSE", 1.0, "09:40", None),
                ("60 MIN POST-DOSE", 2.0, "11:05", "PT1H"),
            ):
                near = {
                    "USUBJID": who, "VISITNUM": number, "VSDTC": f"{VISITS[number]}T{at}", "VSTPT": name,
                    "VSTPTNUM": point, "VSELTM": elapsed, "VSTPTREF": "DOSE", "VSRFTDTC": dose,
                    "VSLOBXFL": "Y" if (number, point) == (1.0, 1.0) else None,
                }  # fmt: skip
                rows += [{**near, **_sign("SYSBP", 120.0, "mmHg")}, {**near, **_sign("DIABP", 78.0, "mmHg")}]
    return rows


def _sign(test: str, value: float, unit: str) -> Row:
    text = f"{value:g}"
    return {
        "VSTESTCD": test,
        "VSORRES": text,
        "VSORRESU": unit,
        "VSSTRESC": text,
        "VSSTRESN": value,
        "VSSTRESU": unit,
        "VSSTAT": None,
    }


def _recordings() -> list[Row]:
    found = (("QTAG", 400.0, "ms"), ("EGHRMN", 60.0, "beats/min"), ("QTCFAG", 400.0, "ms"))
    return [
        {
            "USUBJID": who, "VISITNUM": 1.0, "EGDTC": "2022-03-08T09:20", "EGTESTCD": test,
            "EGORRES": f"{value:g}",
            "EGSTRESC": f"{value:g}", "EGSTRESN": value, "EGSTRESU": unit, "EGSTAT": None, "EGLOBXFL": "Y",
        }
        for who in TREATED
        for test, value, unit in found
    ]  # fmt: skip


def _cells() -> list[Row]:
    return [
        {
            "USUBJID": who, "VISITNUM": 1.0, "CPDTC": "2022-03-08T09:10", "CPREFID": f"F{who}",
            "CPTESTCD": test,
            "CPORRES": f"{value:g}", "CPSTRESC": f"{value:g}", "CPSTRESN": value, "CPSTRESU": unit,
            "CPRESTYP": "NUMBER FRACTION" if unit == "%" else "NUMBER CONCENTRATION",
        }
        for who in TREATED
        for test, (value, unit) in CELLS.items()
    ]  # fmt: skip


def _sites() -> list[Row]:
    found = {"FATESTCD": "DIAMETER", "FAOBJ": "Headache", "FAORRES": "2", "FASTRESC": "2", "FASTRESN": 2.0}
    return [{"USUBJID": "S03", **found, "VISITNUM": 2.0, "FADTC": "2022-03-16"}]


def _summary() -> list[Row]:
    given = {"SEXPOP": "BOTH", "AGEMIN": "P18Y", "AGEMAX": "P65Y", "INTMODEL": "PARALLEL", "ONGOSIND": "N"}
    return [{"TSSEQ": 1.0, "TSPARMCD": name, "TSVAL": value} for name, value in given.items()]


def _relations() -> list[Row]:
    pairs = [("S01", "AE", "CM", "AE-CM-1"), ("S03", "AE", "FA", "AE-FA-1")]
    return [
        {"USUBJID": who, "RDOMAIN": name, "IDVAR": f"{name}SEQ", "IDVARVAL": "1", "RELID": relation}
        for who, one, other, relation in pairs
        for name in (one, other)
    ]


def _qualifiers() -> list[Row]:
    return [
        {"USUBJID": who, "RDOMAIN": "AE", "IDVAR": "AESEQ", "IDVARVAL": "1", "QNAM": "AETRTEM", "QVAL": "Y"}
        for who in TREATED[:4]
    ]
