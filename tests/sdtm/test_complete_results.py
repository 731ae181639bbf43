"""Standard results, ranges and test names, from the sheets of the workbook."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.problems import Problems
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.standard_results import with_standard_results
from il2cdisc.sdtm.complete.test_names import with_test_names
from il2cdisc.spec.models import (
    ClauseCondition,
    Codelist,
    Conversion,
    RangeSpec,
    Spec,
    Term,
    ValueLevelSpec,
    WhereClause,
)

SUBJECTS = pd.DataFrame({"USUBJID": ["F30", "M70"], "SEX": ["F", "M"], "AGE": [30.0, 70.0]})


def values(column: pd.Series) -> list[Any]:
    return [None if pd.isna(v) else v for v in column]


@pytest.fixture
def spec(make: Any) -> Spec:
    def to_g(unit: str, factor: float, digits: int | None = None) -> Conversion:
        return Conversion(
            dataset="LB", testcd="HGB", from_unit=unit, to_unit="g/L", factor=factor, digits=digits
        )

    return make.workbook(
        make.dataset_spec("LB", "USUBJID LBTESTCD LBTEST LBORRES", ["USUBJID"]),
        conversions=(
            to_g("g/L", 1.0),
            to_g("g/dL", 10.0, 1),
            Conversion(dataset="LB", testcd="PH"),
            Conversion(
                dataset="LB",
                testcd="TEMP",
                from_unit="F",
                to_unit="C",
                factor=5 / 9,
                offset=-160 / 9,
                digits=1,
            ),
        ),
        ranges=(
            RangeSpec(dataset="LB", testcd="HGB", unit="g/L", sex="F", low=120, high=160),
            RangeSpec(dataset="LB", testcd="HGB", unit="g/L", sex="M", age_to=65, low=140, high=180),
            RangeSpec(dataset="LB", testcd="HGB", unit="g/L", sex="M", age_from=65, low=130, high=180),
        ),
    )


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (("F30", "HGB", "131", "g/L"), ("131", 131.0, "g/L", 120.0, 160.0, "NORMAL")),
        (("F30", "HGB", "11.95", "g/dL"), ("119.5", 119.5, "g/L", 120.0, 160.0, "LOW")),
        (("M70", "HGB", "13.1", "g/dL"), ("131.0", 131.0, "g/L", 130.0, 180.0, "NORMAL")),
        (("M70", "HGB", "200", "g/L"), ("200", 200.0, "g/L", 130.0, 180.0, "HIGH")),
        (
            ("F30", "HGB", "< 2.0", "g/dL"),
            ("<20.0", None, "g/L", 120.0, 160.0, "LOW"),
        ),  # judged by limits, which stay beside it
        (("F30", "PH", "7.0", None), ("7.0", 7.0, None, None, None, None)),
        (("F30", "PH", "TRACE", None), ("TRACE", None, None, None, None, None)),
        (("F30", "TEMP", "98.6", "F"), ("37.0", 37.0, "C", None, None, None)),
        (("F30", "HGB", None, None), (None, None, None, None, None, None)),
    ],
)
def test_standard_results(make: Any, spec: Spec, problems: Problems, row: Any, wanted: Any) -> None:
    frame = make.text_frame("USUBJID LBTESTCD LBORRES LBORRESU", [row])
    out = with_standard_results(frame, "LB", spec, SUBJECTS, problems)
    names = ["LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBNRIND"]
    assert tuple(values(out.iloc[0][names])) == wanted
    assert not problems


def test_a_range_of_the_laboratory_goes_before_the_workbook_s(
    make: Any, spec: Spec, problems: Problems
) -> None:
    row = ("F30", "HGB", "13", "g/dL", "14", "15")
    frame = make.text_frame("USUBJID LBTESTCD LBORRES LBORRESU LBORNRLO LBORNRHI", [row])
    out = with_standard_results(frame, "LB", spec, SUBJECTS, problems).iloc[0]
    assert (out["LBSTNRLO"], out["LBSTNRHI"], out["LBNRIND"]) == (140.0, 150.0, "LOW")


def test_a_unit_that_can_t_be_converted_is_told_at_its_line(
    make: Any, spec: Spec, problems: Problems, snapshot: Any
) -> None:
    rows = [("F30", "HGB", "8", "mmol/L"), ("F30", "HGB", "8", None), ("F30", "HGB", "131", "g/L")]
    item = make.mapped_dataset(
        "LB", "lb", make.text_frame("USUBJID LBTESTCD LBORRES LBORRESU", rows),
        sources={"LBORRESU": ("lb.UNIT",)},
    )  # fmt: skip
    out = with_standard_results(item.frame, "LB", spec, SUBJECTS, problems, RawPlaces(item, make.line_of))
    assert values(out["LBSTRESC"]) == [None, None, "131"]
    assert "\n".join(map(str, problems.items)) == snapshot


def test_what_the_mapping_made_is_kept(make: Any, spec: Spec, problems: Problems) -> None:
    frame = make.text_frame(
        "USUBJID LBTESTCD LBORRES LBORRESU LBNRIND", [("F30", "HGB", "131", "g/L", "HIGH")]
    )
    assert with_standard_results(frame, "LB", spec, SUBJECTS, problems)["LBNRIND"].tolist() == ["HIGH"]
    made = frame.assign(LBSTRESC="own")
    assert with_standard_results(made, "LB", spec, SUBJECTS, problems) is made


@given(
    value=st.decimals(min_value=0, max_value=10_000, places=2).map(str),
    factor=st.sampled_from([0.1, 10.0, 1000.0, 88.42]),
)
def test_a_conversion_is_a_product_to_its_digits(value: str, factor: float) -> None:
    rule = Conversion(dataset="LB", testcd="X", from_unit="a", to_unit="b", factor=factor, digits=3)
    spec = Spec(shown="", standard="SDTM", define={}, datasets={}, conversions=(rule,))
    frame = pd.DataFrame({"USUBJID": ["S"], "LBTESTCD": ["X"], "LBORRES": [value], "LBORRESU": ["a"]})
    out = with_standard_results(frame.astype("str"), "LB", spec, SUBJECTS, Problems()).iloc[0]
    assert out["LBSTRESN"] == float(out["LBSTRESC"])
    assert len(out["LBSTRESC"].partition(".")[2]) == 3
    assert abs(out["LBSTRESN"] - float(value) * factor) <= 0.0005 + 1e-9 * float(value) * factor


def codelist(name: str, **terms: str) -> Codelist:
    return Codelist(id=name, terms=tuple(Term(value=v, decode=d) for v, d in terms.items()))


def test_two_categories_may_use_one_code_for_two_tests(make: Any, problems: Problems, snapshot: Any) -> None:
    """The value level that selects a record says which codelist decodes it; else that of the variable."""
    spec = make.workbook(
        make.dataset_spec("QS", "USUBJID QSCAT QSTESTCD QSTEST", ["USUBJID"], QSTESTCD="ANY"),
        codelists={
            "A": codelist("A", T1="Sleep"), "B": codelist("B", T1="Mood"), "ANY": codelist("ANY", T9="Any")
        },
        where_clauses={
            x: WhereClause(
                id=x, conditions=(ClauseCondition(variable="QSCAT", comparator="EQ", values=(x,)),)
            )
            for x in ("CAT A", "CAT B")
        },
        value_levels=tuple(
            ValueLevelSpec(dataset="QS", variable="QSTESTCD", where=w, codelist=c)
            for w, c in (("CAT A", "A"), ("CAT B", "B"))
        ),
    )  # fmt: skip
    rows = [("S", "CAT A", "T1"), ("S", "CAT B", "T1"), ("S", "CAT C", "T9"), ("S", "CAT A", "T9")]
    item = make.mapped_dataset(
        "QS", "qs", make.text_frame("USUBJID QSCAT QSTESTCD", rows), sources={"QSTESTCD": ("qs.ITEM",)}
    )
    out = with_test_names(item.frame, "QS", spec, problems, RawPlaces(item, make.line_of))
    assert values(out["QSTEST"]) == ["Sleep", "Mood", "Any", None]
    assert "\n".join(map(str, problems.items)) == snapshot
    named = item.frame.assign(QSTEST="own")
    assert with_test_names(named, "QS", spec, problems) is named
