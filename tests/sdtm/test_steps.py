"""Steps of complete: their order, what they make, and a new one in one file."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.base.problems import Problems
from il2cdisc.sdtm import complete as package
from il2cdisc.sdtm.complete import complete, steps
from il2cdisc.sdtm.complete.steps import Step, StudyStep, all_steps, engine_makes, makes_whole
from il2cdisc.spec.lint import lint_plans
from il2cdisc.spec.models import (
    ClauseCondition,
    DatasetSpec,
    PlannedVisit,
    Protocol,
    Spec,
    ValueLevelSpec,
    WhereClause,
)
from il2cdisc.standards import derived_from, model_variables

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"
SUPP = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG QEVAL"


def test_steps_run_after_what_they_use_and_else_by_name() -> None:
    assert [step.name for step in all_steps()] == [
        "in_ascii",
        "epoch",
        "loinc",
        "standard_results",
        "study_days",
        "treatment_emergence",
        "visit_numbers",
        "last_before_exposure",
        "test_names",
        "long_text",
        "trial_design",
        "records",
        "related_records",
        "supplemental",
    ]


def test_a_step_is_called_like_its_file() -> None:
    names = [item.name for item in pkgutil.iter_modules(package.__path__)]
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    found = {name: module.STEP.name for name, module in modules.items() if hasattr(module, "STEP")}
    assert found == {step.name: step.name for step in all_steps()}


def step(name: str, *after: str) -> Step:
    return Step(name, lambda domain, _: domain, after=after)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([step("epoch"), step("epoch")], "two steps have one name"),
        (
            [step("epoch", "visits"), step("visit")],
            "after visits, which does not exist. Did you mean visit",
        ),
        ([step("a", "b"), step("b", "a"), step("c")], "circular dependency between steps: a, b"),
    ],
)
def test_steps_that_have_no_order_are_refused(given: list[Step], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        steps._in_order(given)


@pytest.fixture
def spec(make: Any) -> Spec:
    emergent = ClauseCondition(variable="QNAM", comparator="EQ", values=("AETRTEM",))
    fixed = make.variable("LB", "LBXFN", assigned_value="export.csv")
    lb = make.dataset_spec("LB", "STUDYID DOMAIN USUBJID LBSEQ:integer LBORRES LBSTRESC VISIT VISITNUM", [])
    return make.workbook(
        make.dataset_spec(
            "AE", "STUDYID DOMAIN USUBJID AESEQ:integer AETERM AESTDTC AESTDY", [], class_="EVENTS"
        ),
        make.dataset_spec("SUPPAE", SUPP, []),
        lb.model_copy(update={"variables": (*lb.variables, fixed)}),
        make.dataset_spec("TU", "STUDYID DOMAIN USUBJID TULOC", []),
        make.dataset_spec("TV", "STUDYID DOMAIN VISITNUM VISIT", []),
        where_clauses={"W": WhereClause(id="W", conditions=(emergent,))},
        value_levels=(ValueLevelSpec(dataset="SUPPAE", variable="QVAL", where="W"),),
    )


def test_what_the_engine_makes_of_a_workbook(spec: Spec) -> None:
    assert engine_makes(spec) == {
        "AE": {"STUDYID", "DOMAIN", "AESEQ", "AESTDY"},
        "SUPPAE": {*SUPP.split(), "AETRTEM", "AESTDTOR"},
        "LB": {"STUDYID", "DOMAIN", "LBSEQ", "LBSTRESC", "VISITNUM", "LBXFN"},
        "TU": {"STUDYID", "DOMAIN"},
        "TV": {"STUDYID", "DOMAIN", "VISITNUM", "VISIT"},
    }
    assert [name for name in ("TA", "TV", "TU", "SUPPAE", "RELREC", "AE") if makes_whole(name)] == [
        "TA", "TV", "SUPPAE", "RELREC",
    ]  # fmt: skip


def test_what_is_derived_from_another_variable_is_made_by_a_step() -> None:
    made = {name for step in all_steps() for name in step.makes}
    standard = {*model_variables("Findings"), *model_variables("Events"), *model_variables("Interventions")}
    derived = {name for name in standard if derived_from(name)}
    assert derived
    assert derived <= made


def example(heading: str) -> str:
    """The block of Python under a heading of the guide for contributors."""
    section = GUIDE.read_text("utf-8").partition(f"## {heading}\n")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def new_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of steps with one file more."""
    (tmp_path / "unscheduled.py").write_text(example("A step of complete"), "utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    all_steps.cache_clear()
    yield
    all_steps.cache_clear()
    sys.modules.pop(f"{package.__name__}.unscheduled", None)
    vars(package).pop("unscheduled", None)


def vital_signs(make: Any, name: str) -> DatasetSpec:
    columns = f"STUDYID DOMAIN USUBJID {name}SEQ:integer VISIT VISITNUM:float {name}USCHFL"
    return make.dataset_spec(name, columns, ["USUBJID", "VISITNUM"])


def flags(make: Any, spec: Spec) -> tuple[dict[str, list[str]], list[str]]:
    """The flag in each dataset that has it, and what `spec check` says that nothing makes."""
    rows = make.text_frame("USUBJID VISIT", [("S1", "WEEK 1"), ("S1", "EXTRA 1.1")])
    mapped = {name: make.mapped_dataset(name, name.lower(), rows) for name in spec.datasets}
    made = complete(mapped, spec, study_id="X", emergent_until=None, problems=Problems())
    plans = [
        PlannedVariable(name, variable, Origin.COLLECTED, (), "")
        for name in spec.datasets
        for variable in ("USUBJID", "VISIT")
    ]
    told = lint_plans(spec, plans, engine=engine_makes(spec))
    columns = {name: item.frame.get(f"{name}USCHFL") for name, item in made.items()}
    found = {name: column.fillna("").tolist() for name, column in columns.items() if column is not None}
    return found, [problem.what for problem in told if problem.code == "SPC090"]


@pytest.fixture
def visits(make: Any) -> Spec:
    protocol = Protocol(visits=(PlannedVisit(visit_number=1, visit="WEEK 1"),))
    plain = make.dataset_spec("PE", "STUDYID DOMAIN USUBJID PESEQ:integer VISIT", ["USUBJID"])
    return make.workbook(vital_signs(make, "VS"), vital_signs(make, "LB"), plain, protocol=protocol)


def test_without_a_step_nothing_makes_the_variable(make: Any, visits: Spec) -> None:
    found, told = flags(make, visits)
    assert found == {"VS": ["", ""], "LB": ["", ""]}
    assert told == ["nothing makes LB LBUSCHFL", "nothing makes VS VSUSCHFL"]


@pytest.mark.usefixtures("new_step")
def test_a_step_in_one_file_makes_its_variable_wherever_the_workbook_lists_it(
    make: Any, visits: Spec
) -> None:
    found, told = flags(make, visits)
    assert found == {"VS": ["", "Y"], "LB": ["", "Y"]}
    assert told == []
    assert isinstance(all_steps()[-1], StudyStep)
