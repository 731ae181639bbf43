"""SUPP--: qualifiers, rests of long text, and the edges that lead from them to raw lines."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.problems import Problems
from il2cdisc.sdtm.complete import complete
from il2cdisc.sdtm.complete.long_text import MOST, split_long_text
from il2cdisc.sdtm.complete.mapped import number_text
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.supplemental import supplemental
from il2cdisc.spec.models import ClauseCondition, ValueLevelSpec, WhereClause

LONG = " ".join(f"word{n}" for n in range(60))  # 410 bytes


def frames(text: str, **extra: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.DataFrame({"USUBJID": ["S"], "AETERM": [text]}).astype("str")
    return frame, pd.DataFrame(extra, index=frame.index).astype("str")


def joined(frame: pd.DataFrame, extra: pd.DataFrame, first: str, sep: str = " ") -> str:
    rests = sorted((c for c in extra.columns if re.fullmatch(first[:7] + r"\d", c)), key=lambda c: c[-1])
    head = frame[first] if first in frame else extra[first]
    return sep.join([head.iloc[0], *(extra[c].iloc[0] for c in rests)])


def test_long_text_goes_on_in_qualifiers() -> None:
    frame, extra, labels = split_long_text(*frames(LONG), {"AETERM": "Reported Term"})
    assert labels == {"AETERM1": "Reported Term", "AETERM2": "Reported Term"}
    assert frame["AETERM"].str.len().iloc[0] <= MOST
    assert joined(frame, extra, "AETERM") == LONG


def test_a_long_qualifier_goes_on_in_qualifiers() -> None:
    frame, extra, _ = split_long_text(*frames("short", AENOTE=LONG), {})
    assert list(extra.columns) == ["AENOTE", "AENOTE1", "AENOTE2"]
    assert joined(frame, extra, "AENOTE") == LONG


def test_a_qualifier_of_the_mapping_is_not_overwritten_by_a_rest() -> None:
    _, extra, _ = split_long_text(*frames(LONG, AETERM1="mine"), {})
    assert extra["AETERM1"].tolist() == ["mine"]
    assert {"AETERM2", "AETERM3"} <= set(extra.columns)


def test_a_variable_of_the_dataset_takes_the_rest() -> None:
    frame, extra, labels = split_long_text(*frames(LONG), {"AETERM1": "More", "AETERM2": "Yet more"})
    assert {"AETERM1", "AETERM2"} <= set(frame.columns)
    assert extra.empty
    assert labels == {}


WORDS = st.lists(st.text("abcàé-", min_size=1, max_size=30), min_size=1, max_size=60)


@given(WORDS)
def test_words_split_and_joined_are_the_text_again(words: list[str]) -> None:
    text = " ".join(words)
    frame, extra, _ = split_long_text(*frames(text), {})
    pieces = [frame["AETERM"].iloc[0], *(extra[c].iloc[0] for c in extra.columns)]
    assert all(0 < len(p.encode()) <= MOST for p in pieces)
    assert all(p == p.strip() for p in pieces)
    assert " ".join(pieces) == text


@given(st.text("xyà", min_size=1, max_size=700))
def test_text_without_blanks_is_cut_at_whole_characters(text: str) -> None:
    frame, extra, _ = split_long_text(*frames(text), {})
    assert joined(frame, extra, "AETERM", "") == text


def spec_of(make: Any) -> Any:
    columns = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG QEVAL"
    return make.workbook(
        make.dataset_spec("AE", "STUDYID DOMAIN USUBJID AESEQ:integer AETERM", ["USUBJID", "AETERM"]),
        make.dataset_spec("SUPPAE", columns, ["USUBJID", "IDVARVAL", "QNAM"]),
        where_clauses={
            "W": WhereClause(
                id="W", conditions=(ClauseCondition(variable="QNAM", comparator="EQ", values=("AEX",)),)
            )
        },
        value_levels=(
            ValueLevelSpec(dataset="SUPPAE", variable="QVAL", where="W", label="My label", origin="Assigned"),
        ),
    )


def test_qualifiers_become_records_with_edges_to_their_raw_lines(make: Any, problems: Problems) -> None:
    frame = make.text_frame("USUBJID AETERM", [("S", "b"), ("S", "a"), ("T", "c")])
    extra = make.text_frame("AEX", [("of b",), (None,), ("of c",)])
    item = make.mapped_dataset("AE", "ae", frame, supplemental=extra)
    made = complete({"AE": item}, spec_of(make), study_id="X", emergent_until=None, problems=problems)
    supp = made["SUPPAE"]
    shown = supp.frame[["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG"]]
    assert shown.to_numpy().tolist() == [
        ["AE", "S", "AESEQ", "2", "AEX", "My label", "of b", "Assigned"],
        ["AE", "T", "AESEQ", "1", "AEX", "My label", "of c", "Assigned"],
    ]
    assert supp.edges[["row", "source", "id"]].to_numpy().tolist() == [[0, "ae", 0], [1, "ae", 2]]
    assert not problems


def test_an_unknown_qualifier_is_told_with_its_raw_lines(
    make: Any, problems: Problems, snapshot: Any
) -> None:
    frame = make.text_frame("USUBJID AETERM", [("S", "a"), ("S", "b")])
    extra = make.text_frame("AEY", [(None,), ("odd",)])
    item = make.mapped_dataset("AE", "ae", frame, supplemental=extra, sources={"AEY": ("ae.NOTE",)})
    supplemental(item.frame, extra, "AE", spec_of(make), {}, problems, RawPlaces(item, make.line_of))
    assert "\n".join(map(str, problems.items)) == snapshot


def test_a_parent_without_sequence_is_known_by_its_visit_or_its_subject(
    make: Any, problems: Problems
) -> None:
    visits = make.text_frame("USUBJID", [("S",)]).assign(VISITNUM=8.1)
    extra = make.text_frame("SVX", [("seen",)])
    out = supplemental(visits, extra, "SV", spec_of(make), {"SVX": "Label"}, problems)
    assert out[["IDVAR", "IDVARVAL", "QLABEL"]].to_numpy().tolist() == [["VISITNUM", "8.1", "Label"]]
    subjects = make.text_frame("USUBJID", [("S",)])
    out = supplemental(subjects, extra, "DM", spec_of(make), {"SVX": "Label"}, problems)
    assert out[["IDVAR", "IDVARVAL"]].isna().all(axis=None)


def test_numbers_become_text_as_short_as_they_are_and_zeros_have_no_sign() -> None:
    texts = number_text(pd.Series([1.0, 8.1, -0.0, 0.0, float("nan"), 0.1 + 0.2]))
    assert texts.fillna("missing").to_list() == ["1", "8.1", "0", "0", "missing", "0.3"]
