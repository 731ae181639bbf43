"""The second trial's workbook begun anew from the standard: how many rows are left to be typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from il2cdisc.spec.load import read_spec
from il2cdisc.spec.models import Spec
from il2cdisc.spec.new.make import WorkbookPlan, new_tables
from il2cdisc.spec.new.write import book_bytes
from il2cdisc.standards.release import Terminology

WORKBOOK = Path(__file__).parent / "specs" / "sdtm.xlsx"
TEN = ("TA", "TE", "TV", "DM", "SE", "SV", "EX", "AE", "DS", "LB")
TERMS = {"FRM": ["TABLET"], "FREQ": ["QD", "BID"], "ROUTE": ["ORAL"], "SPECTYPE": ["BLOOD", "SERUM"]}
"""What is asked for on the command line: terms of large codelists."""
OF_THE_TRIAL = ("VISIT", "ETCD", "ELEMENT", "ARMCD", "ARM", "EXTRT")
"""Codelists whose terms follow from the protocol sheets or are names of treatments: always typed."""


@pytest.fixture(scope="module")
def wanted() -> Spec:
    return read_spec(WORKBOOK)[0].only(TEN)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    file = tmp_path_factory.mktemp("begun") / "sdtm.xlsx"
    _, tables = new_tables(WorkbookPlan(TEN, TERMS, permissible=True), Terminology())
    file.write_bytes(book_bytes(tables, "SDTM"))
    return read_spec(file)[0]


def rows(spec: Spec) -> dict[str, set[tuple[str, ...]]]:
    """The rows of each sheet that define the datasets, by what tells them apart."""
    variables = [variable for dataset in spec.datasets.values() for variable in dataset.variables]
    values = [row for row in spec.value_levels if row.dataset in spec.datasets]
    lists = {row.codelist for row in (*variables, *values)} & set(spec.codelists)
    clauses = {row.where for row in values}
    methods = {row.method for row in (*variables, *values)} & set(spec.methods)
    comments = {row.comment for row in (*variables, *values, *spec.datasets.values())} & set(spec.comments)
    return {
        "Datasets": {(name,) for name in spec.datasets},
        "Variables": {(variable.dataset, variable.name) for variable in variables},
        "ValueLevel": {(row.dataset, row.variable, row.where) for row in values},
        "WhereClauses": {(name,) for name in clauses},
        "Codelists": {(name, value) for name in lists for value in spec.codelists[name].values},
        "Methods": {(name,) for name in methods},
        "Comments": {(name,) for name in comments},
        "Dictionaries": {(name,) for name in spec.dictionaries},
        "Documents": {(name,) for name in spec.documents},
        "Define": {(name,) for name in spec.define},
    }


def test_fewer_than_100_rows_of_ten_datasets_are_typed(wanted: Spec, begun: Spec) -> None:
    need, have = rows(wanted), rows(begun)
    typed = {sheet: len(need[sheet] - have[sheet]) for sheet in need}
    typed["Define"] += sum(value == "TO FILL" for value in begun.define.values())
    assert sum(map(len, need.values())) > 300
    assert sum(typed.values()) < 100, typed
    of_the_trial = {row for row in need["Codelists"] - have["Codelists"] if row[0] in OF_THE_TRIAL}
    assert len(of_the_trial) > 20  # names of visits, elements, arms, treatments: nobody else knows them


def test_origins_that_the_standard_settles_are_there(wanted: Spec, begun: Spec) -> None:
    listed = [
        (variable, found)
        for name, dataset in wanted.datasets.items()
        for variable in dataset.variables
        if (found := begun.datasets[name].by_name.get(variable.name)) is not None
    ]
    settled = [(variable, found) for variable, found in listed if found.origin is not None]
    assert len(settled) > len(listed) * 0.4
    differ = [
        f"{found.dataset}.{found.name}" for variable, found in settled if found.origin != variable.origin
    ]
    assert len(differ) < len(settled) * 0.1, differ


def test_what_is_not_typed_is_as_the_trial_has_it(wanted: Spec, begun: Spec) -> None:
    for name, dataset in wanted.datasets.items():
        assert begun.datasets[name].label == dataset.label
        assert begun.datasets[name].class_ == dataset.class_
        for variable in dataset.variables:
            found = begun.datasets[name].by_name.get(variable.name)
            if found is not None:
                assert (found.label, found.type, found.role) == (variable.label, variable.type, variable.role)
