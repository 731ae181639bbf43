"""Predecessors of the workbook: before and after."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.adam import derive_vars_predecessor, empty_frame, with_ids
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Stopped
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec
from il2cdisc.spec.workbook import Place

ROOT = Path(__file__).parents[2]
AE = pd.DataFrame(
    {
        "@AE": pd.array([0, 1], dtype="Int64"),
        "USUBJID": ["S1", "S2"],
        "AETERM": ["itch", "rash"],
        "AESEV": ["MILD", "SEVERE"],
        "AGE": [99.0, 99.0],
    }
)
ADSL = with_ids("adsl", pd.DataFrame({"USUBJID": ["S2", "S1"], "AGE": [40.0, 50.0], "TRT01P": ["A", "B"]}))


def workbook(*rows: tuple[str, str]) -> Spec:
    """ADAE with a variable per row, at rows 2, 3 ... of the sheet; a blank predecessor is a derived one."""
    variables = tuple(
        VariableSpec(
            dataset="ADAE",
            name=name,
            origin=Origin.PREDECESSOR if old else Origin.DERIVED,
            predecessor=old,
            place=Place("adam.xlsx", "Variables", number, {"Predecessor": 17}),
        )
        for number, (name, old) in enumerate(rows, start=2)
    )
    wanted = {"ADAE": DatasetSpec(name="ADAE", variables=variables)}
    return Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets=wanted)


def test_predecessors_are_merged_or_taken_from_the_record_itself():
    spec = workbook(("ASEV", "AE.AESEV"), ("TRTP", "ADSL.TRT01P"), ("AGE", "ADSL.AGE"), ("ASTDT", ""))
    out = derive_vars_predecessor(AE, spec=spec, name="ADAE", sources={"ADSL": ADSL})
    assert list(out.columns) == [*AE.columns, "@ADSL", "ASEV", "TRTP"]
    assert out["ASEV"].tolist() == ["MILD", "SEVERE"]
    assert out["TRTP"].tolist() == ["B", "A"]
    assert out["@ADSL"].tolist() == [1, 0]
    assert out["AGE"].tolist() == [99, 99]  # what is there stays


def test_what_cannot_be_resolved_is_reported_at_its_cell_all_at_once():
    spec = workbook(
        ("TRTP", "ADSL.TRT1P"), ("AVAL", "LB.LBSTRESN"), ("ASEV", "AE.AESEVV"), ("SEX", "ADSLL.SEX")
    )
    with pytest.raises(Stopped) as stopped:
        derive_vars_predecessor(AE, spec=spec, name="ADAE", sources={"ADSL": ADSL})
    problems = stopped.value.problems
    assert [(str(p.where), p.code, p.hint) for p in problems] == [
        ("adam.xlsx!Variables!Q2", "ADM049", "TRT01P"),
        ("adam.xlsx!Variables!Q3", "ADM049", ""),
        ("adam.xlsx!Variables!Q4", "ADM049", "AESEV"),
        ("adam.xlsx!Variables!Q5", "ADM049", "ADSL"),
    ]
    assert problems[1].what == (
        "ADAE.AVAL has the predecessor LB.LBSTRESN; LB is neither a source nor the dataset of the records"
    )


def test_a_source_may_have_another_key_and_has_one_row_of_it():
    spec = workbook(("TRTP", "ADSL.TRT01P"))
    twice = pd.concat([ADSL, ADSL])
    with pytest.raises(Stopped, match="ADM002"):
        derive_vars_predecessor(AE, spec=spec, name="ADAE", sources={"ADSL": twice})
    keyed = ADSL.assign(AETERM=["rash", "x"])
    out = derive_vars_predecessor(
        AE, spec=spec, name="ADAE", sources={"ADSL": keyed}, by={"ADSL": ["USUBJID", "AETERM"]}
    )
    assert out["TRTP"].fillna("").tolist() == ["", "A"]
    with pytest.raises(Stopped, match=r"ADM012(?s:.*)did you mean: ADAE"):
        derive_vars_predecessor(AE, spec=spec, name="ADAEE", sources={})


def test_every_predecessor_of_the_shipped_workbook_is_found():
    adam, sdtm = (load_spec(ROOT / "specs" / f"{name}.xlsx") for name in ("adam", "sdtm"))
    adsl = empty_frame(adam.datasets["ADSL"])
    checked = 0
    for name, dataset in adam.datasets.items():
        old = [v.predecessor.partition(".")[0] for v in dataset.variables if v.predecessor]
        known = {**sdtm.datasets, **adam.datasets}
        records = [empty_frame(known[source]) for source in dict.fromkeys(old) if source != "ADSL"]
        start = pd.concat([*records, adsl[["USUBJID"]]], axis=1)
        start = start.loc[:, ~start.columns.duplicated()]
        out = derive_vars_predecessor(start, spec=adam, name=name, sources={"ADSL": adsl})
        wanted = [v.name for v in dataset.variables if v.origin is Origin.PREDECESSOR]
        assert set(wanted) <= set(out.columns)
        checked += len(wanted)
    assert checked > 50
