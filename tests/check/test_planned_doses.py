"""Protocol Doses against small frames: doses, kits, the order of procedures, minutes after the dose."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.check.context import CheckContext
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import run_rules
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.models import PlannedVisit, Protocol, Spec
from il2cdisc.spec.trial_models import DoseRow

NUMBERS = ("VISITNUM", "EXDOSE")
DM = {"USUBJID": ["1", "2"], "ARMCD": ["A", "B"]}
EX = {
    "USUBJID": ["1", "1", "2", "2"],
    "VISITNUM": [1, 2, 1, 1],
    "EXTRT": ["X", "X", "Y", "Y"],
    "EXDOSE": [0.5, 5, 1, 1],
    "EXDOSU": ["mL"] * 4,
    "EXREFID": ["K1", "K2", "K1", "K3"],
    "EXSTDTC": ["2024-01-05T10:00", "2024-01-06T10:00", "2024-02-05T10:00", "2024-02-05T10:00"],
}
VS = {
    "USUBJID": ["1", "1", "1", "2", "2"],
    "VISITNUM": [1, 1, 2, 1, 1],
    "VSTPT": ["PRE", "POST", "PRE", "PRE", "POST"],
    "VSDTC": ["2024-01-05T09:00", "2024-01-05T11:30", "2024-01-06T10:20", "2024-02-05", "2024-02-05T11:00"],
}


def table(name: str, columns: dict[str, list[object]]) -> CheckedTable:
    frame = pd.DataFrame(
        {
            key: pd.Series(values, dtype="float64" if key in NUMBERS else "str")
            for key, values in columns.items()
        }
    )
    variables = tuple(Variable(key, key, "Num" if key in NUMBERS else "Char", 8) for key in frame)
    return CheckedTable(name, name, f"{name.lower()}.xpt", variables, CodedTable.of(frame))


def told(code: str, *doses: DoseRow, ex: dict[str, list[object]] = EX) -> list[tuple[str, list[int]]]:
    """What a rule says, and the records (from 1) that it says it of."""
    visits = tuple(PlannedVisit(visit_number=n, visit=f"DAY {n}") for n in (1, 2))
    spec = Spec(
        shown="s", standard="SDTM", define={}, datasets={}, doses=doses, protocol=Protocol(visits=visits)
    )
    tables = {name: table(name, columns) for name, columns in (("DM", DM), ("EX", ex), ("VS", VS))}
    rules = [rule for rule in all_rules() if rule.kind.code == code]
    return [(f.what, [r.row for r in f.records]) for f in run_rules(CheckContext(spec, tables), rules=rules)]


def dose(**more: object) -> DoseRow:
    return DoseRow.model_validate({"item": "Dose", "dataset": "EX", "dose": 0.5, "unit": "mL", **more})


def test_a_dose_differs_from_the_plan_of_its_arm() -> None:
    plan = dose(arm_code="A"), dose(arm_code="B", dose=1)
    assert told("CHK326", *plan) == [("the dose is 5 mL, planned are 0.5 mL", [2])]
    right = {**EX, "EXDOSE": [0.5, 0.5, 1, 1]}
    assert told("CHK326", *plan, ex=right) == []
    assert told("CHK326", dose(arm_code="A", unit="mg")) != []


def test_doses_that_are_not_planned_and_too_many_of_them() -> None:
    plan = dose(visit="DAY 1", count=1, arm_code="B", dose=1)
    assert told("CHK326", plan) == [
        ("a dose was given for which none is planned", [1, 2]),
        ("dose number 2 at one visit, planned are 1", [4]),
    ]
    missed = {**EX, "EXOCCUR": ["N", "N", "Y", "N"]}
    assert told("CHK326", plan, ex=missed) == []


def test_a_kit_is_used_twice_by_two_subjects() -> None:
    kit = DoseRow(item="Kit", dataset="EX", count=1)
    assert told("CHK327", kit) == [("use number 2 of kit K1, planned are 1", [3])]
    assert told("CHK327", kit.model_copy(update={"count": 2})) == []


PRE = DoseRow(item="Procedure", dataset="VS", order=1, latest=0, records=parse("VSTPT EQ PRE"))
GIVEN = DoseRow(item="Procedure", dataset="EX", order=2)
POST = DoseRow(
    item="Procedure", dataset="VS", order=3, earliest=50, latest=70, records=parse("VSTPT EQ POST")
)


def test_the_order_of_procedures_by_known_times_alone() -> None:
    what = "VS at 2024-01-06T10:20 is planned before EX of the same visit, at 2024-01-06T10:00"
    assert told("CHK328", dose(), PRE, GIVEN, POST) == [(what, [3])]
    assert told("CHK328", dose(), GIVEN, POST) == []


def test_minutes_after_the_dose() -> None:
    assert sorted(told("CHK329", dose(), PRE, GIVEN, POST)) == [
        ("20 minutes after the dose, planned are at most 0", [3]),
        ("90 minutes after the dose, planned are at least 50 and at most 70", [2]),
    ]


@pytest.mark.parametrize("code", ["CHK326", "CHK327", "CHK328", "CHK329"])
def test_without_rows_nothing_is_said(code: str) -> None:
    assert told(code) == []
