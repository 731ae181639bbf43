"""Lint of plans against a workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.spec.lint import lint_plans
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec

Sheets = dict[str, list[dict[str, Any]]]
ENGINE = {"VS": ["STUDYID", "DOMAIN", "VSSEQ", "VSLOBXFL", "VISITNUM", "VSSTRESC", "VSSTRESN", "VSSTRESU"]}
RAW = ["vs.SUBJID", "vs.SYSBP", "vs.VSDAT", "vs.ARM", "dm.SUBJID"]


@pytest.fixture
def spec(sdtm: Sheets, save: Callable[[Sheets], Path]) -> Spec:
    return load_spec(save(sdtm), "specs/sdtm.xlsx")


def plan(
    variable: str, origin: str, *sources: str, codelist: str = "", supplemental: bool = False
) -> PlannedVariable:
    return PlannedVariable("VS", variable, Origin(origin), sources, "", codelist, supplemental)


GOOD = [
    plan("USUBJID", "Derived", "vs.SUBJID"),
    plan("VSTESTCD", "Assigned", "vs.SYSBP"),
    plan("VSTEST", "Assigned", "VS.VSTESTCD", codelist="VSTEST"),
    plan("VSORRES", "Collected", "vs.SYSBP"),
    plan("VSORRESU", "Collected", "vs.SYSBP", codelist="VSRESU"),
    plan("VISIT", "Assigned"),
    plan("VSDTC", "Collected", "vs.VSDAT"),
    plan("VSARM", "Collected", "vs.ARM", supplemental=True),
]


def test_plans_that_agree(spec: Spec) -> None:
    assert lint_plans(spec, GOOD, engine=ENGINE, raw_columns=RAW) == []


def test_plans_that_differ(spec: Spec, snapshot: object) -> None:
    plans = [item for item in GOOD if item.variable not in ("VSTESTCD", "VSDTC", "VSORRESU", "VISIT")]
    plans += [
        plan("VSTESTC", "Assigned", "vs.SYSBPP"),
        plan("VSORRESU", "Assigned", codelist="UNIT"),
        plan("VISIT", "Assigned", "sv.VISIT", codelist="VISIT"),
        plan("VSLEG", "Collected", "vs.ARM", supplemental=True),
        PlannedVariable("VX", "VXSEQ", Origin.DERIVED, (), ""),
    ]
    told = lint_plans(spec, plans, engine=ENGINE, raw_columns=RAW)
    assert "\n".join(str(problem) for problem in told) == snapshot


def test_a_dataset_and_a_qualifier_that_nothing_makes(spec: Spec, snapshot: object) -> None:
    told = lint_plans(spec, [], engine={"SUPPVS": spec.datasets["SUPPVS"].names})
    assert "\n".join(str(problem) for problem in told) == snapshot


def test_value_level_origins_count_where_the_variable_has_none(
    sdtm: Sheets, save: Callable[[Sheets], Path]
) -> None:
    (row,) = [row for row in sdtm["Variables"] if row["Variable"] == "VSORRES"]
    row["Origin"] = None
    for number, (test, origin) in enumerate([("SYSBP", "Collected"), ("TEMP", "Assigned")]):
        sdtm["WhereClauses"].append(
            {"ID": f"WC.{test}", "Dataset": "VS", "Variable": "VSTESTCD", "Comparator": "EQ", "Value": test}
        )
        sdtm["ValueLevel"].append(
            {"Order": number, "Dataset": "VS", "Variable": "VSORRES", "Where Clause": f"WC.{test}"}
            | {"Data Type": "text", "Length": 5, "Origin": origin}
        )
    spec = load_spec(save(sdtm))
    assert spec.findings == ()
    assert lint_plans(spec, GOOD, engine=ENGINE) == []
    derived = [plan("VSORRES", "Derived") if item.variable == "VSORRES" else item for item in GOOD]
    (problem,) = lint_plans(spec, derived, engine=ENGINE)
    assert "Assigned or Collected" in problem.what
