"""Any frame to a finished dataset, in the same way for SDTM and ADaM: before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.adam import Analysis, finish
from il2cdisc.base.problems import Address, Problems
from il2cdisc.finish import Finished, edges_of, finished
from il2cdisc.sdtm.complete.records import as_dataset
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec


def dataset_spec(name: str, columns: str, keys: str) -> DatasetSpec:
    """`VSSEQ:integer` is a number, `VSPOS=SITTING` has an assigned value."""
    variables: list[VariableSpec] = []
    for item in columns.split():
        text, _, value = item.partition("=")
        own, _, kind = text.partition(":")
        variables.append(VariableSpec(dataset=name, name=own, data_type=kind or "text", assigned_value=value))
    return DatasetSpec(name=name, label="Vital Signs", keys=tuple(keys.split()), variables=tuple(variables))


@pytest.fixture
def wanted() -> DatasetSpec:
    columns = "STUDYID USUBJID VSSEQ:integer VSTESTCD VISITNUM:float VSSTRESN:float VSPOS=SITTING"
    return dataset_spec("VS", columns, "STUDYID USUBJID VSTESTCD VISITNUM")


def rows(**columns: list[Any]) -> pd.DataFrame:
    """Two subjects, out of order, with row ids."""
    given: dict[str, Any] = {
        "@vs": pd.array([0, 1, 2, 3], dtype="Int64"),
        "USUBJID": ["S2", "S1", "S1", "S1"],
        "VSTESTCD": ["PULSE", "SYSBP", "PULSE", None],
        "VISITNUM": [1.0, 10.0, 2.0, 1.0],
        "VSSTRESN": [70.0, 120.0, 80.0, None],
    }
    return pd.DataFrame(given | columns).astype({"USUBJID": "str", "VSTESTCD": "str"})


def made_of(frame: pd.DataFrame, wanted: DatasetSpec, problems: Problems, **more: Any) -> Finished:
    constants = {"STUDYID": "STUDY"}
    return finished(frame, wanted, problems, sequence="VSSEQ", constants=constants, **more)


def test_records_are_in_key_order_and_numbered_within_subjects(wanted: DatasetSpec) -> None:
    made = made_of(rows(), wanted, Problems())
    assert made.order.tolist() == [3, 2, 1, 0]  # missing first
    assert made.dataset.frame["VSSEQ"].tolist() == [1.0, 2.0, 3.0, 1.0]
    again = made_of(rows(VSTESTCD=["SYSBP"] * 4, VISITNUM=[1.0, 10.0, 9.0, None]), wanted, Problems())
    assert again.order.tolist() == [3, 2, 1, 0]  # numbers as numbers
    tie = made_of(rows(VSTESTCD=["SYSBP"] * 4, VISITNUM=[1.0] * 4), wanted, Problems())
    assert tie.order.tolist() == [1, 2, 3, 0]  # ties in the order of the frame


def test_a_dataset_has_the_variables_of_the_workbook_and_no_others(wanted: DatasetSpec) -> None:
    made = made_of(rows(VSTESTCD=["", "SYSBP", "PULSE", None], EXTRA=list("abcd")), wanted, Problems())
    assert made.dataset.names == wanted.names
    assert made.dataset.frame.index.equals(pd.RangeIndex(4))
    assert made.dataset.frame["VSTESTCD"].isna().tolist() == [True, False, False, True]  # blank is missing
    assert made.dataset.frame["STUDYID"].unique().tolist() == ["STUDY"]
    assert made.dataset.frame["VSPOS"].unique().tolist() == ["SITTING"]
    assert [v.length for v in made.dataset.variables] == [5, 2, 8, 5, 8, 8, 7]
    assert made.unmade == ()


def test_what_nothing_makes_is_missing_and_named(wanted: DatasetSpec) -> None:
    made = made_of(rows().drop(columns=["VSSTRESN"]), wanted, Problems())
    assert [variable.name for variable in made.unmade] == ["VSSTRESN"]
    assert made.dataset.frame["VSSTRESN"].isna().all()


def test_text_in_a_numeric_variable_is_missing_and_reported(wanted: DatasetSpec) -> None:
    frame, problems = rows(VSSTRESN=["high", "120", "n.d.", None]), Problems()
    made = made_of(frame, wanted, problems)
    assert made.dataset.frame["VSSTRESN"].tolist() == pytest.approx(
        [np.nan, np.nan, 120, np.nan], nan_ok=True
    )
    (found,) = problems.items
    assert (found.code, found.values, found.out_of) == ("MAP124", ("n.d.", "high"), 4)
    assert list(map(str, found.records)) == [
        "VS USUBJID=S1 VSSEQ=2 VSSTRESN",
        "VS USUBJID=S2 VSSEQ=1 VSSTRESN",
    ]
    problems = Problems()
    made_of(frame, wanted, problems, cells=lambda where, name: [Address(file=str(list(where[where].index)))])
    assert str(problems.items[0].records[0]) == "[2, 0]"


def test_sdtm_and_adam_are_finished_in_the_same_way(wanted: DatasetSpec) -> None:
    frame = rows(VSSTRESN=["high", "120", "", None]).assign(STUDYID="STUDY", VSSEQ=0.0, ASEQ=0.0)
    sdtm = as_dataset(frame.drop(columns=["VSSEQ", "ASEQ"]), wanted, "STUDY", one := Problems()).dataset
    spec = Spec(shown="specs/adam.xlsx", standard="ADaM", define={}, datasets={"VS": wanted})
    own = frozenset({"ASEQ"})
    adam = finish(
        Analysis("VS", frame.drop(columns=["VSSEQ"]).assign(VSSEQ=[1, 3, 2, 1]), own),
        spec,
        other := Problems(),
    )
    pd.testing.assert_frame_equal(sdtm.frame, adam.frame)
    pd.testing.assert_frame_equal(sdtm.edges, adam.edges)
    assert (sdtm.variables, sdtm.keys) == (adam.variables, adam.keys)
    assert [p.values for p in one.items] == [p.values for p in other.items] == [("high",)]


def test_edges_have_the_field_of_the_form_it_is_of() -> None:
    frame = pd.DataFrame(
        {
            "@lb": pd.Series([0, 0], dtype="Int64"),
            "@tube": pd.Series([4, pd.NA], dtype="Int64"),
            "field": pd.Series(["lb.NA", "lb.K"], dtype="str"),
        }
    )
    edges = edges_of(frame, np.arange(2))
    assert edges.astype("object").where(edges.notna(), None).to_numpy().tolist() == [
        [0, "lb", 0, "lb.NA"],
        [0, "tube", 4, None],
        [1, "lb", 0, "lb.K"],
    ]
