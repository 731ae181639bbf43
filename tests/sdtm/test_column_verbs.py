"""Described columns, before and after; what is told of values that can't be mapped."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.sdtm import (
    Column,
    by_field,
    carried,
    collected,
    constant,
    dataset,
    date,
    derived,
    gather,
    gathered,
    mapped,
    number,
    prepared,
    stack,
    subject,
    translated,
)
from il2cdisc.sdtm.mapping import dropped_columns, evaluate, planned
from il2cdisc.spec.models import Codelist, Spec, Term, Translation

DMY = "dd/mm/yyyy"


@pytest.fixture
def spec(make: Any) -> Spec:
    terms = tuple(Term(value=v) for v in ("MILD", "SEVERE"))
    return make.workbook(
        codelists={
            "SEV": Codelist(id="SEV", terms=terms),
            "OPEN": Codelist(id="OPEN", terms=terms, extensible=True),
        },
        translation_rows=(
            Translation(codelist="SEV", collected="lieve", term="MILD"),
            Translation(codelist="OPEN", collected="lieve", term="MILD"),
        ),
    )


@pytest.fixture
def apply(make: Any, spec: Spec, context: Any) -> Any:
    """The values of one column over the rows of a form `x`; missing is None."""

    def run(column: Column, columns: str, given: list[tuple[Any, ...]]) -> list[Any]:
        frame = make.raw_frame("x", columns, [("S1", *row) for row in given])
        made = evaluate(dataset("AE", frame, AEX=column), context(spec)).frame["AEX"]
        return [None if pd.isna(v) else v for v in made]

    return run


def told(problems: Problems) -> str:
    return "\n".join(str(p) for p in problems.items)


@pytest.mark.parametrize(
    ("column", "given", "wanted"),
    [
        (subject(), ["a", None], ["S1", "S1"]),
        (collected("x.A"), [" a ", None, "NA"], [" a ", None, "NA"]),
        (number("x.A"), ["1.5", "-2", None], [1.5, -2.0, None]),
        (mapped("x.A", codelist="SEV"), ["lieve", "SEVERE", None], ["MILD", "SEVERE", None]),
        (constant("Y"), ["a", None], ["Y", "Y"]),
        (constant(2.0), ["a"], [2.0]),
        (date("x.A", DMY), ["05/03/2022", "UNK/03/2022", "UNK/2022"], ["2022-03-05", "2022-03", "2022"]),
        (derived(lambda f: f["x.A"] + "!", sources=["x.A"], rule="louder"), ["a", None], ["a!", None]),
        (prepared("x.A", sources=["x.B"], rule="made before"), ["a", None], ["a", None]),
        (
            mapped("x.A", codelist="SEV", where=lambda f: f["x.A"] != "lieve"),
            ["lieve", "SEVERE"],
            [None, "SEVERE"],
        ),
    ],
)
def test_values(apply: Any, column: Column, given: list[Any], wanted: list[Any]) -> None:
    assert apply(column, "A", [(value,) for value in given]) == wanted


def test_a_time_joins_a_whole_date_alone(apply: Any, problems: Problems) -> None:
    given = [("05/03/2022", "08:30"), ("UNK/03/2022", "08:30"), ("05/03/2022", None)]
    assert apply(date("x.A", DMY, time="x.T"), "A T", given) == ["2022-03-05T08:30", "2022-03", "2022-03-05"]


def test_translated_falls_back_to_the_original(apply: Any) -> None:
    given = [("mal di testa", "headache"), ("tosse", None), (None, None)]
    column = translated("x.EN", original="x.IT")
    assert apply(column, "IT EN", given) == ["headache", "tosse", None]


def test_gathered_rows_know_their_field(make: Any, context: Any) -> None:
    wide = make.raw_frame("lb", "NA K", [("S1", "140", "4")])
    tests = {"lb.NA": "SODIUM", "lb.K": "K"}
    mapping = dataset("LB", gather(wide, fields=list(tests)), LBTESTCD=by_field(tests), LBORRES=gathered())
    made = evaluate(mapping, context(None)).frame
    assert made[["LBTESTCD", "LBORRES", "field"]].to_numpy().tolist() == [
        ["SODIUM", "140", "lb.NA"],
        ["K", "4", "lb.K"],
    ]
    assert {p.variable: p.sources for p in planned(mapping)} == {
        "LBTESTCD": ("lb.NA", "lb.K"),
        "LBORRES": ("lb.NA", "lb.K"),
    }


def test_what_is_told_of_bad_values(apply: Any, problems: Problems, snapshot: Any) -> None:
    apply(number("x.A"), "A", [("1",), ("n.d.",)])
    apply(mapped("x.A", codelist="SEV"), "A", [("grave",)])
    apply(mapped("x.A", codelist="OPEN"), "A", [("grave",)])
    apply(mapped("x.A", codelist="SEVV"), "A", [("grave",)])
    apply(date("x.A", DMY, time="x.T"), "A T", [("31/04/2022", None), ("UNK/04/2022", None)])
    apply(date("x.A", DMY, time="x.T"), "A T", [("30/04/2022", "25:00")])
    apply(translated("x.EN", original="x.IT"), "IT EN", [("tosse", None)])
    assert told(problems) == snapshot


@pytest.mark.parametrize(
    "column",
    [
        collected("x.B"),
        number("x.B"),
        date("x.B", DMY),
        date("x.A", DMY, time="x.B"),
        mapped("x.B", codelist="SEV"),
        mapped("x.A", codelist="SEV", where=lambda f: f["x.B"] == "1"),
        translated("x.A", original="x.B"),
        derived(lambda f: f["x.B"], sources=["x.B"], rule="as it is"),
        prepared("x.B", sources=["x.A"], rule="made before"),
        carried("x.B"),
    ],
)
def test_a_column_that_is_not_there_is_told_without_rows_too(apply: Any, column: Column) -> None:
    with pytest.raises(Stopped, match=r"AEX: the mapping names x\.B, which is not a column of its rows"):
        apply(column, "A", [])


def test_without_rows_an_unknown_codelist_is_told_and_columns_have_their_kind(
    make: Any, context: Any, spec: Spec, problems: Problems
) -> None:
    mapping = dataset(
        "AE", make.raw_frame("x", "A T", []),
        AESEV=mapped("x.A", codelist="SEVV"), AESER=mapped("x.A", codelist="SEV"),
        AESTDTC=date("x.A", DMY, time="x.T"), AEDUR=number("x.A"), AECAT=constant("Y"), AENUM=constant(1.0),
    )  # fmt: skip
    made = evaluate(mapping, context(spec)).frame
    assert [p.code for p in problems.items] == ["MAP002"]
    kinds = {name: str(kind) for name, kind in made.dtypes.items()}
    numbers = {name: kinds.pop(name) for name in ("AEDUR", "AENUM")}
    assert numbers == {"AEDUR": "float64", "AENUM": "float64"}
    assert kinds == {"@x": "Int64", **dict.fromkeys(("AESEV", "AESER", "AESTDTC", "AECAT"), "str")}


def test_a_derived_column_may_be_one_value_or_stand_on_fewer_rows(apply: Any) -> None:
    assert apply(derived(lambda f: "Y", sources=[], rule="always"), "A", [("a",), ("b",)]) == ["Y", "Y"]
    some = derived(lambda f: f["x.A"].iloc[1:], sources=["x.A"], rule="but the first")
    assert apply(some, "A", [("a",), ("b",)]) == [None, "b"]


def test_an_extensible_codelist_keeps_what_it_lacks_a_closed_one_stops(
    apply: Any, problems: Problems
) -> None:
    assert apply(mapped("x.A", codelist="OPEN"), "A", [("grave",)]) == ["grave"]
    assert not problems.stops
    apply(mapped("x.A", codelist="SEV"), "A", [("grave",)])
    assert [p.code for p in problems.stops] == ["MAP001"]


def test_a_value_is_one_problem_with_all_of_its_cells(apply: Any, problems: Problems) -> None:
    apply(number("x.A"), "A", [(text,) for text in ["bad", "1", "worse", None, *["bad"] * 250]])
    bad, worse = problems.items
    assert (bad.values, bad.count, bad.out_of) == (("bad",), 251, 253)
    assert (worse.values, worse.count) == (("worse",), 1)
    assert "'bad' is not a number" in bad.what


def test_the_text_of_a_lost_date_is_kept_as_a_qualifier(make: Any, context: Any) -> None:
    frame = make.raw_frame("x", "D NOTE", [("S1", "31/04/2022", None), ("S1", "01/04/2022", "seen")])
    mapping = dataset("AE", frame, USUBJID=subject(), AESTDTC=date("x.D", DMY))
    made = evaluate(mapping, context(None))
    assert made.frame["AESTDTC"].fillna("").tolist() == ["", "2022-04-01"]
    assert made.supplemental["AESTDTOR"].fillna("").tolist() == ["31/04/2022", ""]


def test_a_qualifier_of_the_mapping_is_kept_beside_the_text_of_a_lost_date(make: Any, context: Any) -> None:
    frame = make.raw_frame("x", "D NOTE", [("S1", "31/04/2022", None), ("S1", "31/04/2022", "as told")])
    mapping = dataset("AE", frame, AESTDTC=date("x.D", DMY), supplemental={"AESTDTOR": collected("x.NOTE")})
    extra = evaluate(mapping, context(None)).supplemental
    assert extra["AESTDTOR"].tolist() == ["31/04/2022", "as told"]


def test_a_number_among_the_qualifiers_becomes_text(make: Any, context: Any) -> None:
    frame = make.raw_frame("x", "N", [("S1", "8"), ("S1", "8.10"), ("S1", None)])
    made = evaluate(dataset("AE", frame, supplemental={"AEN": number("x.N")}), context(None))
    assert made.supplemental["AEN"].fillna("").tolist() == ["8", "8.1", ""]


def test_a_mapped_dataset_is_carried_on(make: Any, context: Any) -> None:
    ec = make.text_frame("USUBJID ECDOSE", [("S1", "1")]).assign(**{"@ex": pd.Series([4], dtype="Int64")})
    made = evaluate(dataset("EX", ec, EXDOSE=carried("ECDOSE")), context(None))
    assert made.frame[["EXDOSE", "@ex"]].to_numpy().tolist() == [["1", 4]]


def test_parts_of_one_dataset_are_stacked(make: Any, context: Any) -> None:
    one = make.raw_frame("ic", "D", [("S1", "01/02/2022")])
    two = make.raw_frame("ds", "D R", [("S1", "03/02/2022", "lost")])
    mapping = stack(
        dataset("DS", one, USUBJID=subject(), DSSTDTC=date("ic.D", DMY), dropped={"ic.X": "not needed"}),
        dataset("DS", two, USUBJID=subject(), DSSTDTC=date("ds.D", DMY), DSTERM=collected("ds.R")),
    )
    made = evaluate(mapping, context(None)).frame
    assert made["DSSTDTC"].tolist() == ["2022-02-01", "2022-02-03"]
    assert made["DSTERM"].fillna("").tolist() == ["", "lost"]
    assert made["@ds"].tolist() == [pd.NA, 0]
    assert {p.variable: p.sources for p in planned(mapping)}["DSSTDTC"] == ("ic.D", "ds.D")
    assert [(d.column, d.reason, d.dataset) for d in dropped_columns(mapping)] == [
        ("ic.X", "not needed", "DS")
    ]


def test_the_plan_is_known_without_data(make: Any) -> None:
    frame = make.raw_frame("ae", "TERM SEV", [])
    mapping = dataset(
        "AE", frame, AETERM=collected("ae.TERM"), AESEV=mapped("ae.SEV", codelist="SEV"),
        supplemental={"AEX": constant("1", origin=Origin.ASSIGNED)},
    )  # fmt: skip
    assert [
        (p.variable, p.origin.value, p.sources, p.codelist, p.supplemental) for p in planned(mapping)
    ] == [
        ("AETERM", "Collected", ("ae.TERM",), "", False),
        ("AESEV", "Collected", ("ae.SEV",), "SEV", False),
        ("AEX", "Assigned", (), "", True),
    ]


def test_a_column_that_the_rows_lack_is_told(make: Any, context: Any, snapshot: Any) -> None:
    frame = make.raw_frame("ae", "TERM", [("S1", "rash")])
    with pytest.raises(Stopped) as stopped:
        evaluate(dataset("AE", frame, AETERM=collected("ae.TERMM")), context(None))
    assert str(stopped.value) == snapshot
