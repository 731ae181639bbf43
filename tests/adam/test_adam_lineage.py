"""Records that lost the way back to their source on their way through a mapping."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.adam import analysis_dataset, derive, derive_summary_records, derive_vars_merged, finish
from il2cdisc.adam.lineage import lost_sources, note_lineage
from il2cdisc.base.problems import Problems
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec
from il2cdisc.trace.coverage import source_coverage

NAMES = {"USUBJID": "text", "ASEQ": "integer", "PARAMCD": "text", "AVAL": "float"}
WANTED = DatasetSpec(
    name="ADVS",
    keys=("USUBJID", "PARAMCD", "AVAL"),
    variables=tuple(VariableSpec(dataset="ADVS", name=n, data_type=kind) for n, kind in NAMES.items()),
)
SPEC = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={"ADVS": WANTED})
FRAMES = {
    "vs": pd.DataFrame(
        {"@VS": [0, 1, 2], "USUBJID": ["S1", "S1", "S2"], "PARAMCD": "SYSBP", "AVAL": [118.0, 122.0, 121.0]}
    ),
    "adsl": pd.DataFrame({"@ADSL": [0, 1], "USUBJID": ["S1", "S2"], "TRTP": ["A", "B"]}),
}
ASKED = {"advs": ["vs", "adsl"]}


def kept(vs, adsl):
    """A mean per subject, by a verb of the package."""
    return derive_summary_records(vs, by=["USUBJID"], values={"AVAL": "mean"}, set_values={"PARAMCD": "MEAN"})


def half_lost(vs, adsl):
    """The same rows, those of the mean by pandas alone."""
    mean = vs.groupby("USUBJID", as_index=False)["AVAL"].mean().assign(PARAMCD="MEAN")
    return pd.concat([vs, mean], ignore_index=True)


def hidden(vs, adsl):
    """The ids of ADSL come with the merge, and those of VS are lost."""
    mean = vs.groupby("USUBJID", as_index=False)["AVAL"].mean().assign(PARAMCD="MEAN")
    return derive_vars_merged(mean, adsl, by=["USUBJID"], new_vars=["TRTP"], ids=True)


def run(rows):
    def advs(vs, adsl):
        return analysis_dataset("ADVS", rows(vs, adsl))

    problems = Problems()
    made = derive(advs, FRAMES, SPEC)
    dataset = finish(made, SPEC, problems)
    note_lineage(dataset, made, "advs", problems)
    found = [*problems.items, *lost_sources(problems.looked_at, ASKED)]
    return dataset, [problem for problem in found if problem.code == "ADM054"]


def test_rows_of_pandas_alone_are_reported_with_dataset_mapping_and_records(snapshot):
    assert [str(problem) for problem in run(half_lost)[1]] == snapshot
    assert [str(place) for place in run(half_lost)[1][0].records] == [
        "ADVS USUBJID=S1 ASEQ=1",
        "ADVS USUBJID=S2 ASEQ=1",
    ]


def test_ids_of_adsl_do_not_hide_that_those_of_the_records_are_lost(snapshot):
    assert [str(problem) for problem in run(hidden)[1]] == snapshot


def test_verbs_of_the_package_keep_the_way_back():
    assert run(kept)[1] == []


@pytest.mark.parametrize(
    ("rows", "linked"),
    [(kept, {"(any)": 5, "VS": 5}), (half_lost, {"(any)": 3, "VS": 3}), (hidden, {"(any)": 2, "ADSL": 2})],
)
def test_coverage_counts_records_by_source(rows, linked):
    table = source_coverage([run(rows)[0]], [])
    assert dict(zip(table["source"], table["linked"], strict=True)) == linked


def test_what_one_block_of_subjects_lacks_another_may_have():
    """Of two blocks one has records of subjects alone: all records together lead to VS."""
    assert list(lost_sources({"edges from ADVS to ADSL": 9, "edges from ADVS to VS": 1}, ASKED)) == []
