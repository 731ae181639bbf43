"""Branches by codes: what is in each, what is in none, and what is reported of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Stopped
from il2cdisc.base.rowids import numbered
from il2cdisc.sdtm import decoded, gather, part
from il2cdisc.sdtm.ledger import row_ledger
from il2cdisc.sdtm.modules import in_order, load_functions, run_mappings

YES_NO = {"S": "Yes", "N": "No"}
LINES = [
    ("S1", "S", "pain"),
    ("S1", "N", None),
    ("S2", "N", "rash"),
    ("S2", "s", "fever"),
    ("S2", "s", None),
    ("S3", None, "cough"),
    ("S3", None, None),
    ("S4", "S", None),
]


@pytest.fixture
def events(make: Any) -> pd.DataFrame:
    return make.raw_frame("ae", "AEYN AETERM", LINES)


def ids(frame: pd.DataFrame) -> list[int]:
    return frame["@ae"].tolist()


def test_each_branch_has_its_codes_and_no_other(events: pd.DataFrame) -> None:
    yes, no = part(events, "ae.AEYN", yes="S", no="N")
    assert (ids(yes), ids(no)) == ([0, 7], [1, 2])
    no, other = part(events, "ae.AEYN", no=["N", None], other=["S", "s"])
    assert (ids(no), ids(other)) == ([1, 2, 5, 6], [0, 3, 4, 7])


def test_a_filled_line_is_in_the_branch_of_filled_lines_whatever_its_code(events: pd.DataFrame) -> None:
    yes, no = part(events, "ae.AEYN", yes="S", no="N", filled="yes")
    assert (ids(yes), ids(no)) == ([0, 2, 3, 5, 7], [1])
    yes, no = part(events, "ae.AEYN", yes="S", no="N", filled="yes", always=["ae.AETERM"])
    assert (ids(yes), ids(no)) == ([0, 7], [1, 2]), "what every line fills is no content"


def test_columns_of_other_forms_are_no_content(events: pd.DataFrame) -> None:
    joined = events.assign(**{"dm.SEX": "F"})
    _, no = part(joined, "ae.AEYN", yes="S", no="N", filled="yes")
    assert ids(no) == [1]


def test_branches_that_cannot_be_meant(events: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="two branches take 'S'"):
        part(events, "ae.AEYN", yes="S", no=["N", "S"])
    with pytest.raises(KeyError, match="AETREM"):
        part(events, "ae.AEYN", yes="S", no="N", filled="yes", always=["ae.AETREM"])


CODES = st.sampled_from(["S", "N", "s", "S ", "", "SI"])
TEXTS = st.one_of(st.none(), CODES)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=12))
def test_no_row_is_in_two_branches_and_no_filled_line_in_none(rows: list[tuple[Any, Any]]) -> None:
    frame = pd.DataFrame(rows, columns=["ae.AEYN", "ae.AETERM"], dtype="str")
    frame = numbered(frame, "ae")
    yes, no = part(frame, "ae.AEYN", yes="S", no="N", filled="yes")
    assert not set(ids(yes)) & set(ids(no))
    filled = set(frame.loc[frame["ae.AETERM"].notna(), "@ae"])
    assert filled <= set(ids(yes))
    assert set(no["ae.AEYN"]) <= {"N"}


def test_what_a_table_says_of_codes(events: pd.DataFrame) -> None:
    text = decoded(events, "ae.AEYN", {"S": "Y", "N": None})
    assert text.fillna("-").tolist() == ["Y", "-", "-", "-", "-", "-", "-", "Y"]
    kept = decoded(events, "ae.AEYN", {"S": "Y", "N": None}, keep=True)
    assert kept.fillna("-").tolist() == ["Y", "-", "-", "s", "s", "-", "-", "Y"]
    flags = decoded(events, "ae.AEYN", {"S": True, "N": False})
    assert flags.astype("object").where(flags.notna(), None).tolist() == [
        True, False, False, None, None, None, None, True,
    ]  # fmt: skip
    numbers = decoded(events, "ae.AEYN", {"S": 2.0, "N": 0.0})
    assert numbers.fillna(-1.0).tolist() == [2, 0, 0, -1, -1, -1, -1, 2], "an unknown code is not zero"


def test_what_a_table_says_of_no_rows(events: pd.DataFrame) -> None:
    none = events.iloc[:0]
    assert str(decoded(none, "ae.AEYN", {"S": "Y", "N": None}).dtype) == "str"
    assert str(decoded(none, "ae.AEYN", {"S": True, "N": False}).dtype) == "boolean"
    assert str(decoded(none, "ae.AEYN", {"S": 1.0, "N": None}).dtype) == "float64"


HEAD = "from il2cdisc.sdtm import collected, dataset, decoded, derived, gather, part, stack, subject\n\n\n"
TABLE = "USUBJID=subject(), AETERM=collected('ae.AETERM')"


@pytest.fixture
def run(tmp_path: Path, context: Any) -> Callable[..., Any]:
    """Run modules of a trial over raw frames; gives mappings, datasets and the context."""

    def call(codes: dict[str, dict[str, str]], inputs: dict[str, pd.DataFrame], **modules: str) -> Any:
        folder = tmp_path / "mappings"
        (folder / "sdtm").mkdir(parents=True, exist_ok=True)
        for name, body in modules.items():
            (folder / "sdtm" / f"{name}.py").write_text(f"{HEAD}def {name}({', '.join(inputs)}):\n{body}")
        functions = load_functions(folder, "sdtm")
        given = context(None, codes=codes)
        found = run_mappings(functions, in_order(functions, inputs), inputs, given, folder=folder)
        return *found, given

    return call


def ae(rows: str, more: str = "") -> str:
    return f"    {rows}\n    return dataset('AE', yes, {TABLE}{more})\n"


GATE = ae(
    "yes, no = part(raw_ae, 'ae.AEYN', yes='S', no='N', filled='yes')",
    ", left_out={'no adverse event': no}",
)


def test_what_no_code_decides_is_reported_and_the_ledger_tells_why(
    run: Any, events: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    mappings, made, given = run({"ae.AEYN": YES_NO}, {"raw_ae": events}, ae=GATE)
    assert made["AE"].frame["@ae"].tolist() == [0, 2, 3, 5, 7]
    frames = {name: item.frame for name, item in made.items()}
    ledger = row_ledger({"ae": len(events)}, frames, mappings, {}, given.address, given.problems)
    assert ledger[["state", "rows", "reason"]].to_dict("records") == snapshot(name="ledger")
    assert "\n".join(map(str, given.problems.items)) == snapshot(name="problems")
    assert {str(place): text for place, text in given.became.items()} == snapshot(name="unknown codes")


def test_a_row_that_another_dataset_has_is_not_left_out(run: Any, events: pd.DataFrame) -> None:
    every = f"    return dataset('FA', raw_ae, {TABLE})\n"
    mappings, _, given = run({"ae.AEYN": YES_NO}, {"raw_ae": events}, ae=GATE, fa=every)
    assert [reason for mapping in mappings for reason, _ in mapping.left_out] == ["no adverse event"]
    assert {problem.what.partition("; ")[2] for problem in given.problems.items} == {
        "the line is mapped as filled",
        "records that depend on it are not made",
    }


def stopped(call: Callable[[], object]) -> str:
    with pytest.raises(Stopped) as found:
        call()
    return str(found.value)


def test_a_code_without_a_branch_stops_before_any_data(
    run: Any, events: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    body = ae("yes, no = part(raw_ae, 'ae.AEYN', yes='Y', no='N')")
    codes = {"ae.AEYN": {**YES_NO, "ND": "Not done"}, "ae.AETERM": {}}
    text = "    flag = decoded(raw_ae, 'ae.AETERM', {'pain': True})\n    yes = raw_ae\n" + ae("pass").replace(
        "'AE'", "'FA'"
    )
    none = {"raw_ae": events.iloc[:0]}
    assert stopped(lambda: run(codes, none, ae=body, fa=text)) == snapshot


def test_codes_of_gathered_rows_are_those_of_their_fields(run: Any, make: Any) -> None:
    forms = make.raw_frame("ie", "IN1 EX1", [("S1", "S", "N"), ("S1", "no", None)])
    body = (
        "    yes, no = part(gather(raw_ie, fields=['ie.IN1', 'ie.EX1']), 'value', yes='S', no='N')\n"
        "    return dataset('IE', stack(yes, no), USUBJID=subject(), IEORRES=collected('value'))\n"
    )
    codes = {"ie.IN1": YES_NO, "ie.EX1": YES_NO}
    mappings, made, given = run(codes, {"raw_ie": forms}, ie=body)
    assert made["IE"].frame["IEORRES"].tolist() == ["S", "N"]
    assert [str(place) for place in given.became] == ["raw/ie.csv:3 IN1"]
    (problem,) = given.problems.items
    assert (str(problem.where), problem.what) == (
        "raw/ie.csv:3 EX1",
        "EX1 is empty; the record is in no dataset",
    )
    assert [reason for reason, _ in mappings[0].left_out] == ["code of ie.IN1 not known", "ie.EX1 is empty"]
    codes["ie.EX1"] = {**YES_NO, "NA": "Not applicable"}
    assert "has the code 'NA'" in stopped(lambda: run(codes, {"raw_ie": forms}, ie=body))


def test_a_row_of_nobody_stops_at_its_line(
    run: Any, events: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    part_of_none = "yes = raw_ae[raw_ae['ae.AEYN'] == 'nothing'].assign(flag=raw_ae['ae.AEYN'])"
    assert stopped(lambda: run({}, {"raw_ae": events}, ae=ae(part_of_none))) == snapshot(name="no subject")
    without_ids = "yes = raw_ae.assign(**{'@ae': None})"
    assert stopped(lambda: run({}, {"raw_ae": events}, ae=ae(without_ids))) == snapshot(name="no raw record")


def test_a_column_of_more_rows_is_refused(
    run: Any, events: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    more = ", AESEV=derived(lambda f: raw_ae['ae.AEYN'], sources=['ae.AEYN'], rule='all')"
    body = ae("yes = raw_ae[raw_ae['ae.AETERM'].notna()]", more)
    assert stopped(lambda: run({}, {"raw_ae": events}, ae=body)) == snapshot


def test_outside_of_a_build_nothing_is_noted(events: pd.DataFrame) -> None:
    long = gather(events, fields=["ae.AEYN"])
    (yes,) = part(long, "value", yes="S")
    assert ids(yes) == [0, 7]
