"""Everything that a version 5 file can't hold: each refusal's text, with the records concerned."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Kind, Problem, Stopped
from il2cdisc.transport import problems
from il2cdisc.transport.translit import transliterate
from il2cdisc.transport.xpt import write_xpt, xpt_bytes

CREATED = datetime(2023, 5, 2, 9, 0)  # noqa: DTZ001 - as a header holds it
SUBJECTS = ["S-001", "S-001", "S-002"]


def refused(dataset: Any, **more: Any) -> list[Problem]:
    """Problems of writing a dataset, findings too; a refused one leaves no byte."""
    stream = io.BytesIO()
    try:
        return write_xpt(dataset, stream, created=CREATED, **more)
    except Stopped as stopped:
        assert stream.getvalue() == b""
        return list(stopped.problems)


def told(dataset: Any, **more: Any) -> str:
    return "\n".join(str(problem) for problem in refused(dataset, **more))


@pytest.fixture
def ae(make: Any) -> Any:
    """Three adverse events; further columns by keyword."""

    def dataset(**columns: Any) -> Any:
        return make("AE", USUBJID=SUBJECTS, AESEQ=[1.0, 2.0, 1.0], **columns)

    return dataset


def test_nothing_to_refuse(ae: Any) -> None:
    assert refused(ae(AETERM=["RASH", None, " ~!"], X=[0.0, -5.4e-78, 7e75])) == []


def test_a_dataset_without_rows_is_fine(make: Any, created: datetime) -> None:
    assert len(xpt_bytes(make(A=[], B=pd.Series([], dtype="float64")), created=created)) % 80 == 0


@pytest.mark.parametrize("name", ["", "ae", "1AE", "ADVERSEEV", "AE_1", "È"])
def test_dataset_names(name: str, ae: Any, snapshot: Any) -> None:
    assert told(replace(ae(), name=name)) == snapshot


@pytest.mark.parametrize("label", ["", "  ", "x" * 41, "Età", "Tab\tbed", "Blank behind "])
def test_labels(label: str, ae: Any, snapshot: Any) -> None:
    assert told(replace(ae(X=([1.0] * 3, {"label": label})), label=label)) == snapshot


def test_labels_of_40_are_fine(ae: Any) -> None:
    assert refused(replace(ae(X=([1.0] * 3, {"label": "y" * 40})), label="x" * 40)) == []


def test_variable_names(make: Any, snapshot: Any) -> None:
    assert (
        told(make(**{"aeterm": ["x"], "1A": [1.0], "LONGNAME9": [1.0], "ETÀ": ["x"], "A-B": ["x"]}))
        == snapshot
    )


def test_variable_named_twice(ae: Any, snapshot: Any) -> None:
    dataset = ae(X=[1.0] * 3)
    assert told(replace(dataset, variables=(*dataset.variables, dataset.variables[-1]))) == snapshot


def test_no_variables(make: Any, snapshot: Any) -> None:
    assert told(make()) == snapshot


def test_lengths(ae: Any, snapshot: Any) -> None:
    columns = {"A": (["a"] * 3, {"length": 0}), "B": (["b"] * 3, {"length": 201})}
    assert told(ae(**columns, X=([1.0] * 3, {"length": 4}))) == snapshot


def test_formats(ae: Any, snapshot: Any) -> None:
    columns = {
        "A": ([1.0] * 3, {"format": "DATE9"}),
        "B": ([1.0] * 3, {"format": "$20."}),
        "C": (["x"] * 3, {"format": "DATE9."}),
        "D": ([1.0] * 3, {"format": "MUCHTOOLONG9."}),
        "E": ([1.0] * 3, {"format": "9X?"}),
    }
    assert told(ae(**columns)) == snapshot


def test_columns_that_are_no_variables(ae: Any, snapshot: Any) -> None:
    dataset = ae(AETERM=["x"] * 3)
    frame = dataset.frame.rename(columns={"AETERM": "AETREM"})
    assert told(replace(dataset, frame=frame)) == snapshot


def test_columns_in_another_order(ae: Any, snapshot: Any) -> None:
    dataset = ae()
    assert told(replace(dataset, frame=dataset.frame[["AESEQ", "USUBJID"]])) == snapshot


def test_columns_of_the_same_name(ae: Any, snapshot: Any) -> None:
    dataset = ae()
    frame = dataset.frame[["USUBJID", "AESEQ", "AESEQ"]]
    assert told(replace(dataset, frame=frame)) == snapshot


def test_content_of_another_type(ae: Any, snapshot: Any) -> None:
    dataset = ae(A=["x"] * 3, B=["x"] * 3, X=[1.0] * 3, Y=[1.0] * 3)
    frame = dataset.frame.assign(
        A=[1.0, 2.0, 3.0],
        B=pd.Series(["x", 5, None], dtype=object),
        X=pd.Series(["1", "2", "3"], dtype="str"),
        Y=pd.to_datetime(["2022-01-01"] * 3),
    )
    assert told(replace(dataset, frame=frame)) == snapshot


def test_content_of_an_empty_column(make: Any, snapshot: Any) -> None:
    dataset = make("AE", A=pd.Series([], dtype="str"))
    assert told(replace(dataset, frame=pd.DataFrame({"A": pd.Series([], dtype="float64")}))) == snapshot


def test_codes_are_given_once() -> None:
    kinds = [kind for kind in vars(problems).values() if isinstance(kind, Kind)]
    assert len({kind.code for kind in kinds}) == len(kinds) > 20
    assert all(kind.code.startswith("XPT") for kind in kinds)


def test_long_values(ae: Any, snapshot: Any) -> None:
    dataset = ae(
        AETERM=(["x" * 201, "ok", "y" * 230], {"length": 200}),
        AEACN=(["short", "longer than it says", "z" * 300], {"length": 5}),
    )
    assert told(dataset) == snapshot


def test_text_that_is_not_ascii(ae: Any, snapshot: Any) -> None:
    terms = ["Età ≥ 18 µg", "“febbre”\u00a0alta – 38°C", "plain"]
    assert told(ae(AETERM=(terms, {"length": 60}))) == snapshot


def test_control_characters(ae: Any, snapshot: Any) -> None:
    assert told(ae(AETERM=["two\nlines", "del\x7f", "fine"])) == snapshot


def test_trailing_blanks_are_a_finding(ae: Any, created: datetime, snapshot: Any) -> None:
    dataset = ae(AETERM=["rash  ", "fine", " "])
    assert told(dataset) == snapshot
    findings = write_xpt(dataset, io.BytesIO(), created=created)
    assert [(problem.code, problem.stops) for problem in findings] == [("XPT019", False)]


def test_numbers(ae: Any, snapshot: Any) -> None:
    assert told(ae(A=[np.inf, -np.inf, 1.0], B=[1e76, 1.0, 5e-80], C=[1.0, 5e-324, np.nan])) == snapshot


def test_integers_that_would_be_rounded(ae: Any, snapshot: Any) -> None:
    dataset = ae(X=[1.0] * 3)
    frame = dataset.frame.assign(X=pd.array([2**53 + 1, None, 2**60], dtype="Int64"))
    assert told(replace(dataset, frame=frame)) == snapshot


def test_a_blank_last_record(make: Any, snapshot: Any) -> None:
    dataset = make("TA", ARMCD=["A", None], ETCD=["B", "  "])
    assert told(dataset) == snapshot
    assert refused(make("TA", ARMCD=[None, "A"], ETCD=[None, None])) == []
    assert refused(make("TA", ARMCD=["A", None], TAETORD=[1.0, np.nan])) == []  # missing is no blank


def test_where_records_are_named(make: Any, snapshot: Any) -> None:
    """USUBJID and --SEQ, else ASEQ, else the row."""
    adam = make("ADAE", USUBJID=["S-001"], ASEQ=[7.0], X=[np.inf])
    design = make("TV", VISITNUM=[1.0, np.inf])
    subjects = make("DM", USUBJID=["S-001"], AGE=[np.inf])
    assert "\n".join(told(dataset) for dataset in (adam, design, subjects)) == snapshot


def test_many_records_are_counted(make: Any, snapshot: Any) -> None:
    terms = [f"è {row}" for row in range(40)]
    subjects = [f"S-{row:03d}" for row in range(40)]
    dataset = make("AE", USUBJID=subjects, AESEQ=[1.0] * 40, AETERM=terms)
    assert told(dataset) == snapshot
    assert len(refused(dataset)[0].values) == 40


def test_special_missing_values(ae: Any, snapshot: Any) -> None:
    dataset = ae(X=[1.0, np.nan, np.nan], Y=[np.nan] * 3)
    specials = {
        "X": pd.Series(["A", "a", None], dtype="str"),
        "Y": pd.Series(["A"], dtype="str"),
        "AESEX": pd.Series([None] * 3, dtype="str"),
    }
    assert told(dataset, specials=specials) == snapshot


def test_all_is_told_at_once_and_nothing_is_written(ae: Any, snapshot: Any) -> None:
    dataset = replace(ae(AETERM=["è", "\x01", "x" * 300], X=[np.inf, 1.0, 1e-90]), label="")
    stream = io.BytesIO()
    with pytest.raises(Stopped) as stopped:
        write_xpt(dataset, stream, created=datetime(1959, 1, 1))  # noqa: DTZ001
    assert str(stopped.value) == snapshot
    assert stream.getvalue() == b""


def test_too_many_variables(make: Any, snapshot: Any) -> None:
    dataset = make(A=["x"])
    names = [f"V{number}" for number in range(10_000)]
    variables = tuple(Variable(name, "x", "Char", 1) for name in names)
    frame = pd.DataFrame(np.full((1, 10_000), "x"), columns=pd.Index(names)).astype("str")
    assert told(replace(dataset, variables=variables, frame=frame)) == snapshot


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("perché è così", "perche e cosi"),
        ("µg μg", "ug ug"),
        ("≥ 5 ≤ ± ×", ">= 5 <= +/- x"),
        ("“a” ‘b’ «c»", '"a" \'b\' "c"'),
        ("a\u00a0b\u2009c", "a b c"),
        ("IFN-α TNF–β", "IFN-alpha TNF-beta"),
        ("½ m² H₂O", "1/2 m2 H2O"),
        ("e\u0301", "e"),
        ("Straße Ærø Łódź", "Strasse AEro Lodz"),
        ("38 °C", "38 degC"),
        ("日", "?"),
        ("plain\n", "plain\n"),
    ],
)
def test_transliteration(text: str, ascii_text: str) -> None:
    assert transliterate(text) == ascii_text
