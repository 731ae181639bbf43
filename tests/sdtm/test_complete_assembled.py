"""Datasets of SDTM in their final shape, trial design, and the complete step as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from il2cdisc.base.problems import Problems
from il2cdisc.sdtm.complete import complete
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.records import as_dataset, check_variables
from il2cdisc.sdtm.complete.trial_design import trial_design
from il2cdisc.spec.models import (
    ArmElement,
    ClauseCondition,
    PlannedVisit,
    Protocol,
    ProtocolElement,
    ValueLevelSpec,
    WhereClause,
)


@pytest.fixture
def vs(make: Any) -> Any:
    columns = "STUDYID DOMAIN USUBJID VSSEQ:integer VSTESTCD VISITNUM:float VSSTRESN:float"
    return make.dataset_spec("VS", columns, ["STUDYID", "USUBJID", "VSTESTCD", "VISITNUM"])


def test_a_dataset_has_exactly_the_variables_of_the_workbook(make: Any, vs: Any, problems: Problems) -> None:
    frame = make.text_frame("USUBJID VSTESTCD VSSTRESN", [("S1", "A", "1.5"), ("S1", "", None)])
    made = as_dataset(frame, vs, "STUDY", problems).dataset
    assert made.names == ("STUDYID", "DOMAIN", "USUBJID", "VSSEQ", "VSTESTCD", "VISITNUM", "VSSTRESN")
    assert made.frame["STUDYID"].tolist() == ["STUDY", "STUDY"]
    assert made.frame["VSTESTCD"].isna().tolist() == [True, False]  # blank is missing, and first
    assert made.frame["VSSTRESN"].tolist()[1] == 1.5
    assert [v.length for v in made.variables] == [5, 2, 2, 8, 1, 8, 8]
    assert not problems


def test_what_is_too_much_missing_or_no_number_is_told(make: Any, problems: Problems, snapshot: Any) -> None:
    columns = "STUDYID DOMAIN USUBJID VSTESTCD VSSTRESN:float"
    wanted = make.dataset_spec("VS", columns, ["USUBJID"])
    must = [v.model_copy(update={"mandatory": v.name == "VSTESTCD"}) for v in wanted.variables]
    wanted = wanted.model_copy(update={"variables": tuple(must)})
    frame = make.text_frame("USUBJID VSSTRESN VSXX", [("S1", "high", "x"), ("S1", "2", "y")])
    item = make.mapped_dataset("VS", "vs", frame, sources={"VSSTRESN": ("vs.RESULT",)})
    check_variables(item.frame.columns, wanted, problems)
    made = as_dataset(item.frame, wanted, "STUDY", problems, RawPlaces(item, make.line_of)).dataset
    assert made.frame["VSSTRESN"].isna().tolist() == [True, False]
    assert sorted(map(str, problems.items)) == snapshot


def test_trial_design_comes_from_the_protocol_sheets(make: Any) -> None:
    protocol = Protocol(
        arms=(ArmElement(arm_code="A", arm="Arm A", order=1, element_code="SCR", epoch="SCREENING"),),
        elements=(
            ProtocolElement(element_code="SCR", element="Screen", start_rule="Consent", duration="P7D"),
        ),
        visits=(PlannedVisit(visit_number=1, visit="FIRST", planned_day=1, arm_code="A"),),
    )
    spec = make.workbook(
        make.dataset_spec("TA", "ARMCD ARM TAETORD:integer ETCD ELEMENT EPOCH", ["ARMCD"]),
        make.dataset_spec("TE", "ETCD ELEMENT TESTRL TEDUR", ["ETCD"]),
        make.dataset_spec("TV", "VISITNUM:float VISIT VISITDY:integer ARMCD ARM", ["VISITNUM"]),
        protocol=protocol,
    )
    made = trial_design(spec)
    assert {name: frame.to_numpy().tolist() for name, frame in made.items()} == {
        "TA": [["A", "Arm A", 1.0, "SCR", "Screen", "SCREENING"]],
        "TE": [["SCR", "Screen", "Consent", "P7D"]],
        "TV": [[1.0, "FIRST", 1.0, "A", "Arm A"]],
    }
    assert trial_design(make.workbook(protocol=protocol)) == {}


@pytest.fixture
def events(make: Any) -> dict[str, Any]:
    """A workbook of DM, SE and AE with SUPPAE, and mapped records of them."""
    emergent = ClauseCondition(variable="QNAM", comparator="EQ", values=("AETRTEM",))
    supp = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG QEVAL"
    spec = make.workbook(
        make.dataset_spec("DM", "STUDYID DOMAIN USUBJID RFSTDTC RFXSTDTC RFXENDTC", ["USUBJID"]),
        make.dataset_spec("SE", "STUDYID DOMAIN USUBJID EPOCH SESTDTC", ["USUBJID", "SESTDTC"]),
        make.dataset_spec(
            "AE", "STUDYID DOMAIN USUBJID AESEQ:integer AETERM EPOCH AESTDTC AESTDY:integer",
            ["USUBJID", "AESTDTC"], class_="EVENTS",
        ),
        make.dataset_spec("SUPPAE", supp, ["USUBJID", "IDVARVAL", "QNAM"]),
        where_clauses={"W": WhereClause(id="W", conditions=(emergent,))},
        value_levels=(ValueLevelSpec(dataset="SUPPAE", variable="QVAL", where="W", label="Emergent"),),
    )  # fmt: skip
    dm = make.text_frame("USUBJID RFSTDTC RFXSTDTC RFXENDTC", [("S", *["2022-03-05"] * 3)])
    se = make.text_frame(
        "USUBJID EPOCH SESTDTC", [("S", "SCREENING", "2022-03-01"), ("S", "TREATMENT", "2022-03-05")]
    )
    ae = make.text_frame(
        "USUBJID AETERM AESTDTC", [("S", "late", "2022-03-06"), ("S", "early", "2022-03-02")]
    )
    return {"spec": spec, "DM": dm, "SE": se, "AE": ae}


def run(make: Any, given: dict[str, Any], problems: Problems, **of_ae: Any) -> dict[str, Any]:
    mapped = {name: make.mapped_dataset(name, name.lower(), given[name]) for name in ("DM", "SE")}
    mapped["AE"] = make.mapped_dataset("AE", "ae", given["AE"], **of_ae)
    return complete(
        mapped, given["spec"], study_id="X", emergent_until=30, problems=problems, address=make.line_of
    )


def test_the_whole_step(make: Any, events: dict[str, Any], problems: Problems) -> None:
    made = run(make, events, problems)
    assert list(made) == ["DM", "SE", "AE", "SUPPAE"]
    assert made["AE"].frame.to_numpy().tolist() == [
        ["X", "AE", "S", 1.0, "early", "SCREENING", "2022-03-02", -3.0],
        ["X", "AE", "S", 2.0, "late", "TREATMENT", "2022-03-06", 2.0],
    ]
    assert made["AE"].edges[["row", "id"]].to_numpy().tolist() == [[0, 1], [1, 0]]
    supp = made["SUPPAE"].frame
    assert supp[["IDVARVAL", "QNAM", "QVAL"]].to_numpy().tolist() == [
        ["1", "AETRTEM", "N"],
        ["2", "AETRTEM", "Y"],
    ]
    assert not problems


def test_a_flag_of_the_mapping_is_kept(make: Any, events: dict[str, Any], problems: Problems) -> None:
    own = make.text_frame("AETRTEM", [("N",), ("N",)])
    made = run(make, events, problems, supplemental=own)
    assert made["SUPPAE"].frame["QVAL"].tolist() == ["N", "N"]


def test_a_dataset_that_the_workbook_lacks_stops(
    make: Any, events: dict[str, Any], problems: Problems, snapshot: Any
) -> None:
    extra = make.mapped_dataset("ZZ", "zz", make.text_frame("USUBJID", [("S",)]))
    complete({"ZZ": extra}, events["spec"], study_id="X", emergent_until=None, problems=problems)
    assert problems.stops
    assert "\n".join(map(str, problems.items)) == snapshot
