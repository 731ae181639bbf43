"""Where-clauses: the vectorised evaluator against a slow one, and the words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.problems import Address, Stopped
from il2cdisc.spec.models import COMPARATORS, ClauseCondition, WhereClause
from il2cdisc.spec.selection import Selection
from il2cdisc.spec.where import columns, describe, parse, select, text_of, unknown_columns

FRAME = pd.DataFrame(
    {
        "SEX": pd.Series(["F", "M", None, ""], dtype="str"),
        "AGE": [30.0, 64.5, np.nan, 18.0],
        "DTC": pd.Series(["2022-03", "2022-03-05", None, "2023"], dtype="str"),
    }
).set_index(pd.Index([10, 11, 12, 13]))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        #                                  SEX  F      M      -      ""     AGE 30, 64.5, -, 18
        ("", [True, True, True, True]),
        ("SEX EQ F", [True, False, False, False]),
        ('SEX EQ ""', [False, False, True, True]),
        ("SEX NE F", [False, True, True, True]),
        ('SEX NE ""', [True, True, False, False]),
        ("SEX IN (F, M)", [True, True, False, False]),
        ('SEX NOTIN (F, "")', [False, True, False, False]),
        ("AGE EQ 30", [True, False, False, False]),
        ("AGE EQ 30.0", [True, False, False, False]),
        ("AGE NE 30", [False, True, True, True]),
        ('AGE EQ ""', [False, False, True, False]),
        ("AGE NE .", [True, True, False, True]),
        ("AGE LT 30", [False, False, False, True]),
        ("AGE LE 30", [True, False, False, True]),
        ("AGE GT 18", [True, True, False, False]),
        ("AGE GE 18 and SEX NE M", [True, False, False, True]),
        ('DTC LT "2022-03-05"', [True, False, False, False]),
        ("DTC GE 2022-03-05 AND DTC LT 2023", [False, True, False, False]),
    ],
)
def test_what_is_selected(text: str, kept: list[bool]) -> None:
    found = select(FRAME, parse(text))
    assert found.tolist() == kept
    assert found.dtype == bool
    assert found.index.equals(FRAME.index)


def slow(row: dict[str, object], conditions: list[ClauseCondition]) -> bool:
    """One row, one condition at a time, in plain Python."""
    for condition in conditions:
        value = row[condition.variable]
        missing = value is None or value == "" or (isinstance(value, float) and math.isnan(value))
        wanted: list[object] = list(condition.values)
        if condition.variable == "N":
            wanted = ["" if text in ("", ".") else float(text) for text in condition.values]
        own = "" if missing else value
        holds = {
            "EQ": lambda: own in wanted,  # noqa: B023 - called at once
            "IN": lambda: own in wanted,  # noqa: B023
            "NE": lambda: own not in wanted,  # noqa: B023
            "NOTIN": lambda: own not in wanted,  # noqa: B023
            "LT": lambda: own != "" and own < wanted[0],  # noqa: B023
            "LE": lambda: own != "" and own <= wanted[0],  # noqa: B023
            "GT": lambda: own != "" and own > wanted[0],  # noqa: B023
            "GE": lambda: own != "" and own >= wanted[0],  # noqa: B023
        }[condition.comparator]()
        if not holds:
            return False
    return True


TEXTS = st.sampled_from(["", "A", "B", "AB", "a", "é", "AND", "x y", 'q"q', "(", "1", "10", "2022-03"])
NUMBERS = st.sampled_from(["1", "1.0", "-2", "0.1", "10"])


@st.composite
def conditions(draw: st.DrawFn) -> ClauseCondition:
    variable = draw(st.sampled_from(["T", "N"]))
    comparator = draw(st.sampled_from(COMPARATORS))
    ordered = comparator in ("LT", "LE", "GT", "GE")
    values = NUMBERS if variable == "N" else TEXTS
    if variable == "N" and not ordered:
        values = NUMBERS | st.sampled_from(["", "."])
    many = comparator in ("IN", "NOTIN")
    chosen = draw(st.lists(values, min_size=1, max_size=4 if many else 1))
    return ClauseCondition(variable=variable, comparator=comparator, values=tuple(chosen))


ROWS = st.lists(
    st.tuples(st.none() | TEXTS, st.sampled_from([math.nan, 1.0, -2.0, 0.1, 10.0, 5.0])),
    max_size=8,
)


@given(ROWS, st.lists(conditions(), max_size=3), st.sampled_from(["str", "object", "category"]))
@settings(max_examples=150, deadline=None)
def test_the_same_as_row_by_row(
    rows: list[tuple[str | None, float]], clause: list[ClauseCondition], dtype: str
) -> None:
    frame = pd.DataFrame(
        {
            "T": pd.Series([text for text, _ in rows], dtype=dtype),
            "N": pd.Series([number for _, number in rows], dtype="float64"),
        }
    )
    expected = [slow({"T": text, "N": number}, clause) for text, number in rows]
    assert select(frame, WhereClause(conditions=tuple(clause))).tolist() == expected
    nullable = frame.assign(N=frame["N"].astype("Float64"))
    assert select(nullable, clause).tolist() == expected


@given(st.lists(conditions(), max_size=3))
@settings(max_examples=150, deadline=None)
def test_the_text_reads_back(clause: list[ClauseCondition]) -> None:
    assert list(parse(text_of(clause)).conditions) == clause


def test_columns_and_words() -> None:
    clause = parse('SEX IN (F, M) and AGE GE 18 and SEX NE "" and DTC EQ ""')
    assert columns(clause) == ("SEX", "AGE", "DTC")
    assert (
        describe(clause)
        == 'SEX is one of "F", "M" and AGE is at least 18 and SEX is not missing and DTC is missing'
    )
    assert describe(parse("")) == "every record"


def test_what_is_told(snapshot: object) -> None:
    at = Address(file="specs/tlf.xlsx", sheet="Analyses", cell="E4")
    said = [str(problem) for problem in unknown_columns(parse("SAXE EQ F"), FRAME.columns, at)]
    for clause in ("SEXX EQ F and AGEE LT 3 and AGE GT 3", "AGE IN (30, old)", 'AGE LT ""'):
        with pytest.raises(Stopped) as stopped:
            select(FRAME, parse(clause))
        said.append(str(stopped.value))
    for text in (
        "SEX IS F",
        "SEX EQ",
        "SEX EQ 'F'",
        "SEX IN F",
        "SEX EQ F or AGE EQ 3",
        'SEX EQ "F',
        "SEX IN (F",
    ):
        with pytest.raises(Stopped) as stopped:
            parse(text, at)
        said.append(str(stopped.value))
    assert "\n".join(said) == snapshot


@pytest.mark.parametrize(
    "text", ["", "SEX EQ F", 'SEX NE ""', "AGE GE 30", "SEX IN (F, M) and AGE LT 60", 'AGE EQ ""']
)
@pytest.mark.parametrize("table", [FRAME, CodedTable.of(FRAME)], ids=["frame", "codes"])
def test_many_clauses_over_one_table(text: str, table: pd.DataFrame | CodedTable) -> None:
    selection = Selection(table)
    for _ in range(2):  # the second time its distinct values are known
        assert selection.rows(parse(text)).tolist() == np.flatnonzero(select(FRAME, parse(text))).tolist()


@pytest.mark.parametrize("table", [FRAME, CodedTable.of(FRAME)], ids=["frame", "codes"])
def test_a_column_that_is_not_there_is_told_by_a_selection_too(table: pd.DataFrame | CodedTable) -> None:
    with pytest.raises(Stopped, match="SPC081"):
        Selection(table).rows(parse("SEXX EQ F"))


def test_texts_of_other_types_are_compared_as_text() -> None:
    frame = pd.DataFrame(
        {
            "CAT": pd.Categorical(["F", None, "M"]),
            "OBJ": pd.Series(["F", None, "M"], dtype="object"),
            "FLAG": pd.Series([True, False, None], dtype="object"),
        }
    )
    assert select(frame, parse("CAT EQ F")).tolist() == [True, False, False]
    assert select(frame, parse('CAT IN (F, "")')).tolist() == [True, True, False]
    assert select(frame, parse("OBJ NE F")).tolist() == [False, True, True]
    assert select(frame, parse("FLAG EQ True")).tolist() == [True, False, False]
