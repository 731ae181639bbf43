"""define.xml of analysis data: origins, value level by parameter, codelists in common, what lint finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem
from il2cdisc.define import (
    Define,
    DefineFacts,
    check_define,
    check_overlap,
    compare_define,
    compare_predecessors,
    define_bytes,
    lint_define,
    make_define,
    model,
    read_define,
)
from il2cdisc.define.measure import Shape, shape_of_computed
from il2cdisc.package import STYLESHEET
from il2cdisc.spec.models import (
    ClauseCondition,
    Codelist,
    DatasetSpec,
    MethodSpec,
    Parameter,
    Spec,
    Term,
    ValueLevelSpec,
    VariableSpec,
    WhereClause,
)
from il2cdisc.spec.shared import with_shared_codelists
from il2cdisc.spec.workbook import Place

FACTS = DefineFacts(datetime.fromisoformat("2020-01-02T03:04:05"), "2026-03-27", "A sponsor")
CT = "SDTM CT 2026-03-27"


def copied(dataset: str, name: str, source: str, **more: Any) -> VariableSpec:
    return VariableSpec(
        place=Place("adam.xlsx", "Variables", 2, {"Predecessor": 17, "Format": 8, "Codelist": 11}),
        dataset=dataset,
        name=name,
        label=f"Label of {name}",
        origin=Origin.PREDECESSOR,
        predecessor=source,
        **more,
    )


def derived(dataset: str, name: str, method: str = "MT.ANY", **more: Any) -> VariableSpec:
    fields: dict[str, Any] = {"origin": Origin.DERIVED, "source": "Sponsor", "method": method}
    return VariableSpec(dataset=dataset, name=name, label=f"Label of {name}", **{**fields, **more})


def value(variable: str, where: str, **more: Any) -> ValueLevelSpec:
    return ValueLevelSpec(dataset="ADLB", variable=variable, where=where, **more)


def equal(variable: str, found: str) -> ClauseCondition:
    return ClauseCondition(variable=variable, comparator="EQ", values=(found,), dataset="ADLB")


def adam() -> Spec:
    adsl = [
        copied("ADSL", "USUBJID", "DM.USUBJID", common=True),
        copied("ADSL", "SEX", "DM.SEX", common=True, codelist="SEX"),
        derived("ADSL", "TRTSDT", data_type="integer", format="DATE9."),
        derived("ADSL", "SAFFL", codelist="NY"),
    ]
    adlb = [
        copied("ADLB", "USUBJID", "ADSL.USUBJID"),
        copied("ADLB", "SEX", "ADSL.SEX", codelist="SEX"),
        copied("ADLB", "TRTSDT", "ADSL.TRTSDT", data_type="integer", format="DATE9."),
        derived("ADLB", "PARAMCD", "", codelist="PARAMCD", origin=Origin.ASSIGNED),
        derived("ADLB", "AVAL", "MT.ANY", data_type="float"),
        derived("ADLB", "AVALC", "MT.ANY"),
        derived("ADLB", "BASE", "MT.BASE", data_type="float"),
        derived("ADLB", "CHG", "MT.BASE", data_type="float"),
        derived("ADLB", "DTYPE", codelist="DTYPE"),
    ]
    sourced = {"origin": Origin.DERIVED, "source": "Sponsor", "method": "MT.LOG"}
    return Spec(
        shown="adam.xlsx",
        standard="ADaM",
        define={"StudyName": "T1", "StudyDescription": "SYNTHETIC DATA", "StandardVersion": "1.3"},
        datasets={
            "ADLB": DatasetSpec(
                name="ADLB",
                label="Laboratory",
                class_="BASIC DATA STRUCTURE",
                structure="One record per subject per parameter",
                keys=("USUBJID", "PARAMCD", "DTYPE"),
                variables=tuple(adlb),
            ),
            "ADSL": DatasetSpec(
                name="ADSL",
                label="Subject-Level Analysis Dataset",
                class_="SUBJECT LEVEL ANALYSIS DATASET",
                structure="One record per subject",
                keys=("USUBJID",),
                variables=tuple(adsl),
                repeating=False,
            ),
        },
        value_levels=(
            value("AVAL", "WC.ADLB.AVAL.ALT", data_type="integer", **sourced),
            value("AVAL", "WC.ADLB.AVAL.LALT", data_type="float", **sourced),
            value("AVAL", "WC.ADLB.AVAL.ALT.MEAN", data_type="float", **sourced),
        ),
        where_clauses={
            "WC.ADLB.AVAL.ALT": WhereClause(
                id="WC.ADLB.AVAL.ALT",
                conditions=(
                    equal("PARAMCD", "ALT"),
                    ClauseCondition(variable="DTYPE", comparator="NE", values=("AVERAGE",), dataset="ADLB"),
                ),
            ),
            "WC.ADLB.AVAL.LALT": WhereClause(id="WC.ADLB.AVAL.LALT", conditions=(equal("PARAMCD", "LALT"),)),
            "WC.ADLB.AVAL.ALT.MEAN": WhereClause(
                id="WC.ADLB.AVAL.ALT.MEAN", conditions=(equal("PARAMCD", "ALT"), equal("DTYPE", "AVERAGE"))
            ),
        },
        codelists={
            "PARAMCD": Codelist(
                id="PARAMCD",
                terms=(
                    Term(value="LALT", decode="Log of ALT"),
                    Term(value="ALT", decode="ALT (U/L)"),
                ),
            ),
            "DTYPE": Codelist(
                id="DTYPE",
                nci_code="C81224",
                terminology="ADaM CT 2026-03-27",
                extensible=True,
                terms=(Term(value="AVERAGE", decode="Average", nci_code="C81209"),),
            ),
        },
        methods={
            name: MethodSpec(id=name, name=name, type="Computation", description="As planned.")
            for name in ("MT.ANY", "MT.BASE", "MT.LOG")
        },
        parameters=tuple(
            Parameter(
                place=Place("adam.xlsx", "Parameters", row, {"Parameter Code": 2}),
                dataset="ADLB",
                code=code,
                label=code,
            )
            for row, code in ((2, "LALT"), (3, "ALT"))
        ),
    )


def sdtm() -> Spec:
    dm = [
        VariableSpec(dataset="DM", name="USUBJID", origin=Origin.ASSIGNED, source="Sponsor"),
        VariableSpec(
            dataset="DM", name="SEX", origin=Origin.COLLECTED, source="Investigator", codelist="SEX"
        ),
    ]
    return Spec(
        shown="sdtm.xlsx",
        standard="SDTM",
        define={"StudyName": "T1", "StandardVersion": "3.4"},
        datasets={
            "DM": DatasetSpec(
                name="DM",
                label="Demographics",
                class_="SPECIAL PURPOSE",
                structure="One record per subject",
                keys=("USUBJID",),
                variables=tuple(dm),
            )
        },
        codelists={
            "SEX": Codelist(
                id="SEX",
                name="Sex",
                nci_code="C66731",
                terminology=CT,
                terms=(
                    Term(value="F", decode="Female", nci_code="C16576"),
                    Term(value="M", decode="Male", nci_code="C20197"),
                ),
            ),
            "NY": Codelist(
                id="NY",
                name="No Yes Response",
                nci_code="C66742",
                terminology=CT,
                terms=(Term(value="Y", decode="Yes", nci_code="C49488"),),
            ),
        },
    )


def both() -> Spec:
    """The workbook of ADaM with the codelists SEX and NY, which only that of SDTM holds."""
    return with_shared_codelists(adam(), sdtm())


def dataset(spec: Spec, name: str, columns: dict[str, list[Any]]) -> Dataset:
    described = spec.datasets[name].by_name
    frame = pd.DataFrame(
        {
            key: pd.Series(values, dtype="float64" if described[key].type == "Num" else "str")
            for key, values in columns.items()
        }
    )
    variables = tuple(
        Variable(key, f"Label of {key}", described[key].type, 8, described[key].format) for key in columns
    )
    return Dataset(name, spec.datasets[name].label, variables, (), frame, no_edges())


def data() -> list[Dataset]:
    subjects = {"USUBJID": ["1", "2"], "SEX": ["F", "M"], "TRTSDT": [22000, 22001], "SAFFL": ["Y", None]}
    results = {
        "USUBJID": ["1", "1", "1", "2"],
        "SEX": ["F", "F", "F", "M"],
        "TRTSDT": [22000, 22000, 22000, 22001],
        "PARAMCD": ["ALT", "ALT", "LALT", "ALT"],
        "AVAL": [20, 20.5, float(np.log(20)), 31],
        "AVALC": ["20", None, None, "31"],
        "BASE": [20, None, float(np.log(20)), 31],
        "CHG": [7.3 - 6.9, None, None, 0],
        "DTYPE": [None, "AVERAGE", None, None],
    }
    return [dataset(both(), "ADSL", subjects), dataset(both(), "ADLB", results)]


@pytest.fixture
def define() -> Define:
    return make_define(both(), data(), FACTS)


def origins(define: Define, oid: str) -> list[tuple[str, str, str]]:
    return [(o.type, o.source, o.description) for o in define.by_oid()[oid].origins]


def test_a_made_define_of_analysis_data_has_nothing_against_it(define: Define) -> None:
    assert check_define(define) == []
    assert compare_define(define, data(), beside=["adsl.xpt", "adlb.xpt", STYLESHEET]) == []
    assert lint_define(both(), sdtm()) == []
    assert read_define(define_bytes(define)) == define


def test_datasets_are_of_analysis_and_subjects_come_first(define: Define) -> None:
    assert [(g.name, g.purpose, g.class_, g.domain, g.standard) for g in define.groups] == [
        ("ADSL", "Analysis", "SUBJECT LEVEL ANALYSIS DATASET", "", "STD.ADaMIG"),
        ("ADLB", "Analysis", "BASIC DATA STRUCTURE", "", "STD.ADaMIG"),
    ]
    assert not any(ref.role or ref.non_standard for group in define.groups for ref in group.items)
    assert [(s.name, s.publishing_set, s.version) for s in define.standards] == [
        ("ADaMIG", "", "1.3"),
        ("CDISC/NCI", "ADaM", "2026-03-27"),
        ("CDISC/NCI", "DEFINE-XML", "2026-03-27"),
        ("CDISC/NCI", "SDTM", "2026-03-27"),
    ]


def test_origins_methods_and_formats(define: Define) -> None:
    assert origins(define, "IT.ADSL.SEX") == [("Predecessor", "", "DM.SEX")]
    assert origins(define, "IT.ADSL.SAFFL") == [("Derived", "Sponsor", "")]
    assert origins(define, "IT.ADLB.PARAMCD") == [("Assigned", "Sponsor", "")]
    started = define.by_oid()["IT.ADSL.TRTSDT"]
    assert (started.data_type, started.length, started.format) == ("integer", 5, "DATE9.")
    group = define.group("ADLB")
    assert group is not None
    assert {ref.item.rpartition(".")[2]: ref.key for ref in group.items if ref.key} == {
        "USUBJID": 1,
        "PARAMCD": 2,
        "DTYPE": 3,
    }
    assert {ref.item: ref.method for ref in group.items}["IT.ADLB.BASE"] == "MT.BASE"


def test_a_codelist_that_only_sdtm_holds_is_written_with_its_codes(define: Define) -> None:
    lists = {item.oid: item for item in define.codelists}
    assert [(t.value, t.decode, t.code) for t in lists["CL.SEX"].items] == [
        ("F", "Female", "C16576"),
        ("M", "Male", "C20197"),
    ]
    assert lists["CL.SEX"].standard == "STD.CT.SDTM.2026-03-27"
    assert lists["CL.PARAMCD"].non_standard
    assert "SEX" not in adam().codelists


def test_value_level_by_parameter_of_the_workbook_and_of_the_data(define: Define) -> None:
    """The workbook describes AVAL; AVALC, BASE and CHG follow from the data, in the order of the parameters.

    The 20 of ALT is an integer; that BASE of ALT is a float follows from AVAL, which is one where DTYPE is
    AVERAGE. What 7.3 - 6.9 leaves beyond its digits does not count.
    """
    items = define.by_oid()
    found = {
        value_list.oid: [
            (items[ref.item].oid.split(".", 3)[3], items[ref.item].data_type) for ref in value_list.items
        ]
        for value_list in define.value_lists
    }
    assert found == {
        "VL.ADLB.AVAL": [("ALT", "integer"), ("LALT", "float"), ("ALT.MEAN", "float")],
        "VL.ADLB.AVALC": [("ALT", "text")],
        "VL.ADLB.BASE": [("LALT", "float"), ("ALT", "float")],
        "VL.ADLB.CHG": [("ALT", "float")],
    }
    digits = {oid: items[oid].significant_digits for oid in ("IT.ADLB.AVAL.ALT.MEAN", "IT.ADLB.CHG.ALT")}
    assert digits == {"IT.ADLB.AVAL.ALT.MEAN": 1, "IT.ADLB.CHG.ALT": 1}
    # the origin is at the values of AVAL, and at the variable of BASE
    assert origins(define, "IT.ADLB.AVAL") == []
    assert origins(define, "IT.ADLB.AVAL.LALT") == [("Derived", "Sponsor", "")]
    assert origins(define, "IT.ADLB.BASE") == [("Derived", "Sponsor", "")]
    assert origins(define, "IT.ADLB.BASE.ALT") == []


def test_a_where_clause_reaches_another_variable_of_the_dataset(define: Define) -> None:
    clause = next(where for where in define.where_clauses if where.oid == "WC.ADLB.AVAL.ALT.MEAN")
    assert [(check.item, check.comparator, check.values) for check in clause.checks] == [
        ("IT.ADLB.PARAMCD", "EQ", ("ALT",)),
        ("IT.ADLB.DTYPE", "EQ", ("AVERAGE",)),
    ]


def test_a_clause_made_from_the_data_never_takes_the_name_of_another() -> None:
    spec = both()
    clauses = spec.where_clauses | {
        "WC.ADLB.ALT": WhereClause(id="WC.ADLB.ALT", conditions=(equal("PARAMCD", "LALT"),))
    }
    made = make_define(spec.model_copy(update={"where_clauses": clauses}), data(), FACTS)
    checks = {where.oid: where.checks[0].values for where in made.where_clauses}
    assert checks["WC.ADLB.ALT.DATA"] == ("ALT",)
    assert check_define(made) == []


def test_a_parameter_without_a_row_has_the_origin_and_method_of_its_variable() -> None:
    spec = both()
    kept = tuple(row for row in spec.value_levels if not row.where.endswith("LALT"))
    made = make_define(spec.model_copy(update={"value_levels": kept}), data(), FACTS)
    assert origins(made, "IT.ADLB.AVAL.LALT") == [("Derived", "Sponsor", "")]
    refs = {ref.item: ref.method for found in made.value_lists for ref in found.items}
    assert refs["IT.ADLB.AVAL.LALT"] == "MT.ANY"
    assert check_define(made) == []


def changed(spec: Spec, name: str, variable: str, **fields: Any) -> Spec:
    """The workbook with other cells in a row of Variables."""
    dataset = spec.datasets[name]
    rows = tuple(row.model_copy(update=fields) if row.name == variable else row for row in dataset.variables)
    other = DatasetSpec(**{**_fields(dataset), "variables": rows})
    return spec.model_copy(update={"datasets": {**spec.datasets, name: other}})


def of_dataset(spec: Spec, name: str, **fields: Any) -> Spec:
    other = DatasetSpec(**{**_fields(spec.datasets[name]), **fields})
    return spec.model_copy(update={"datasets": {**spec.datasets, name: other}})


def with_codelist(spec: Spec, codelist: str, **fields: Any) -> Spec:
    item = spec.codelists[codelist]
    other = Codelist(**{**{field: getattr(item, field) for field in Codelist.model_fields}, **fields})
    return spec.model_copy(update={"codelists": {**spec.codelists, codelist: other}})


def _fields(dataset: DatasetSpec) -> dict[str, Any]:
    return {field: getattr(dataset, field) for field in DatasetSpec.model_fields}


def without_values(spec: Spec) -> Spec:
    kept = {name: getattr(spec, name) for name in Spec.model_fields if name != "value_levels"}
    return Spec(
        **kept, value_levels=tuple(row for row in spec.value_levels if not row.where.endswith("LALT"))
    )


OWN = Codelist(id="STRATUM", name="Stratum", terms=(Term(value="A"), Term(value="B")))


def two_strata(spec: Spec) -> Spec:
    return spec.model_copy(update={"codelists": {**spec.codelists, "STRATUM": OWN}})


MUTATIONS: dict[str, tuple[Callable[[Spec], Spec], Callable[[Spec], Spec], str, str]] = {
    "predecessor of SDTM that is not there": (
        lambda a: changed(a, "ADSL", "SEX", predecessor="DM.SEXX"),
        lambda s: s,
        "DEF030",
        "sdtm.xlsx has no variable DM.SEXX",
    ),
    "dataset of a predecessor that is not there": (
        lambda a: changed(a, "ADSL", "SEX", predecessor="DMM.SEX"),
        lambda s: s,
        "DEF030",
        "neither adam.xlsx nor sdtm.xlsx has a dataset DMM",
    ),
    "predecessors in a circle": (
        lambda a: changed(a, "ADSL", "SEX", predecessor="ADLB.SEX"),
        lambda s: s,
        "DEF031",
        "ADSL.SEX is copied from itself",
    ),
    "parameter without a value level": (without_values, lambda s: s, "DEF032", "these parameters"),
    "subclass of another class": (
        lambda a: of_dataset(a, "ADLB", subclass="ADVERSE EVENT"),
        lambda s: s,
        "DEF033",
        "ADVERSE EVENT is not a subclass of BASIC DATA STRUCTURE",
    ),
    "no structure": (lambda a: of_dataset(a, "ADLB", structure=""), lambda s: s, "DEF034", "ADLB does not"),
    "collected": (
        lambda a: changed(a, "ADSL", "SAFFL", origin=Origin.COLLECTED),
        lambda s: s,
        "DEF035",
        "ADSL SAFFL is Collected",
    ),
    "no source": (lambda a: changed(a, "ADSL", "SAFFL", source=""), lambda s: s, "DEF036", "ADSL SAFFL is"),
    "copy with fewer terms": (
        lambda a: with_codelist(a, "SEX", terms=(Term(value="F", decode="Female", nci_code="C16576"),)),
        lambda s: s,
        "DEF037",
        "codelist SEX of ADSL SEX does not have all terms of DM.SEX",
    ),
    "copy without a codelist": (
        lambda a: changed(a, "ADSL", "SEX", codelist=""),
        lambda s: s,
        "DEF037",
        "ADSL SEX has no codelist, DM.SEX has SEX",
    ),
    "copy with another format": (
        lambda a: changed(a, "ADLB", "TRTSDT", format="E8601DA."),
        lambda s: s,
        "DEF038",
        "ADLB TRTSDT has the format 'E8601DA.', ADSL.TRTSDT has 'DATE9.'",
    ),
    "another decode": (
        lambda a: with_codelist(a, "NY", terms=(Term(value="Y", decode="Yes!", nci_code="C49488"),)),
        lambda s: s,
        "DEF039",
        "Decoded Value of term 'Y' of codelist NY differs",
    ),
    "another code": (
        lambda a: with_codelist(a, "NY", nci_code="C66731"),
        lambda s: s,
        "DEF039",
        "NCI Codelist Code of codelist NY differs",
    ),
    "another name": (
        lambda a: with_codelist(a, "NY", name="Yes or No"),
        lambda s: s,
        "DEF039",
        "Name of codelist NY differs",
    ),
    "sponsor codelists of other terms": (
        two_strata,
        lambda s: with_codelist(two_strata(s), "STRATUM", terms=(Term(value="A"),)),
        "DEF039",
        "sponsor codelist STRATUM has other terms",
    ),
    "common variable that is derived again": (
        lambda a: changed(a, "ADLB", "SEX", origin=Origin.DERIVED, source="Sponsor", predecessor=""),
        lambda s: s,
        "DEF040",
        "ADLB SEX is common, and is Derived",
    ),
    "flag without a codelist": (
        lambda a: changed(a, "ADSL", "SAFFL", codelist=""),
        lambda s: s,
        "DEF041",
        "ADSL SAFFL has no codelist",
    ),
    "date with a format of datetimes": (
        lambda a: changed(a, "ADSL", "TRTSDT", format="DATETIME20."),
        lambda s: s,
        "DEF042",
        "ADSL TRTSDT is shown by DATETIME20.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_lint_finds_each_mistake_of_a_workbook(name: str) -> None:
    of_adam, of_sdtm, code, words = MUTATIONS[name]
    found = lint_define(of_adam(both()), of_sdtm(sdtm()))
    told = [problem for problem in found if problem.kind.code == code]
    assert told, [str(problem) for problem in found]
    assert any(words in problem.what for problem in told), [problem.what for problem in told]
    assert not [problem for problem in found if problem.stops]


def test_subsets_of_a_published_codelist_agree() -> None:
    """Each define.xml lists the terms that its data use: fewer in one of the two is no contradiction."""
    more = (Term(value="Y", decode="Yes", nci_code="C49488"), Term(value="N", decode="No", nci_code="C49487"))
    assert lint_define(with_codelist(both(), "NY", terms=more), sdtm()) == []


def test_places_are_cells_and_names_are_suggested() -> None:
    found = lint_define(changed(both(), "ADSL", "SEX", predecessor="DM.SEXX"), sdtm())
    assert [(str(problem.where), problem.hint) for problem in found] == [("adam.xlsx!Variables!Q2", "DM.SEX")]
    found = lint_define(without_values(both()), sdtm())
    assert [(str(problem.where), problem.values) for problem in found] == [
        ("adam.xlsx!Parameters!B2", ("LALT",))
    ]


def test_without_a_workbook_of_sdtm_its_variables_are_not_looked_up() -> None:
    none = Spec(shown="", standard="SDTM", define={}, datasets={})
    assert lint_define(both(), none) == []
    found = lint_define(changed(both(), "ADLB", "SEX", predecessor="ADSL.USUBJID"), none)
    assert [problem.kind.code for problem in found] == ["DEF040"]


def test_a_predecessor_that_was_not_made_is_found_in_the_files(define: Define) -> None:
    tabulation = make_define(sdtm(), [dataset(sdtm(), "DM", {"USUBJID": ["1"], "SEX": ["F"]})], FACTS)
    assert compare_predecessors(define, tabulation) == []
    less = make_define(sdtm(), [dataset(sdtm(), "DM", {"USUBJID": ["1"]})], FACTS)
    found: list[Problem] = compare_predecessors(define, less, "adam/define.xml")
    assert [(p.kind.code, p.where.column, p.values) for p in found] == [
        ("DEF044", "IT.ADSL.SEX", ("DM.SEX",))
    ]


def test_a_format_that_the_file_does_not_have_is_found(define: Define) -> None:
    subjects, results = data()
    plain = tuple(
        replace(variable, format="" if variable.name == "TRTSDT" else variable.format)
        for variable in subjects.variables
    )
    found = compare_define(define, [replace(subjects, variables=plain), results])
    assert [(p.where.column, p.what, p.values) for p in found] == [
        ("ADSL.TRTSDT", "the format differs (define.xml, file)", ("DATE9.", ""))
    ]


def test_records_that_two_value_levels_describe() -> None:
    rows = [value("AVAL", "WC.A"), value("AVAL", "WC.B"), value("BASE", "WC.A"), value("AVAL", "WC.C")]
    chosen = [[0, 1], [2], [0, 1], [1, 2, 3]]
    levels = [(row, np.array(own, dtype="int64"), 4) for row, own in zip(rows, chosen, strict=True)]
    assert [problem.what for problem in check_overlap(levels)] == [
        "WC.C selects 1 record of ADLB AVAL that WC.A selects",
        "WC.C selects 1 record of ADLB AVAL that WC.B selects",
    ]
    assert list(check_overlap(levels[:3])) == []


def test_a_dataset_of_analysis_without_records_has_no_file() -> None:
    made = make_define(both(), data()[:1], FACTS)
    group = made.group("ADLB")
    assert isinstance(group, model.ItemGroup)
    assert (group.has_no_data, group.leaf, group.comment) == (True, None, "COM.NODATA")
    assert check_define(made) == []


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 2))
def test_a_difference_has_no_more_decimals_than_its_parts(first: int, second: int, decimals: int) -> None:
    scale = 10**decimals
    found = shape_of_computed(np.array([first / scale - second / scale]))
    exact = Decimal(first - second).scaleb(-decimals)
    shown = format(exact.normalize(), "f") if exact else "0"
    assert found == Shape(len(shown), len(shown.partition(".")[2]))


def test_numbers_that_are_all_tiny_keep_their_digits() -> None:
    assert shape_of_computed(np.array([2.5e-9, 0.0])) == Shape(12, 10)
    assert shape_of_computed(np.array([])) == Shape(1, 0)
