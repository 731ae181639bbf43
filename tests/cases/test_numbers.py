"""One grammar of a number: results, limits and settings, through a build of the second trial and alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from il2cdisc.adam import derive_var_anrind, derive_vars_below_lloq
from il2cdisc.base.numbers import number_text, read_number
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import numbered
from il2cdisc.cli import app
from il2cdisc.sdtm import collected, dataset, limit_below, number, subject
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.standard_results import with_standard_results
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import evaluate
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.models import Conversion, DatasetSpec, RangeSpec, Spec, VariableSpec
from il2cdisc.spec.where import parse, select
from il2cdisc.transport.number_formats import shown_number
from il2cdisc.transport.xpt import read_xpt
from tests.conftest import without_displays

SECOND = Path(__file__).parents[1] / "second_trial"
RESULTS = "raw/lab/results.txt"
NOBODY = pd.DataFrame({"USUBJID": pd.Series([], dtype="str"), "SEX": [], "AGE": []})

# line of the laboratory's file → value, unit, lower and upper limit (None: as it is)
CREATININE = {
    169: (".9", "mg/dL", None, None),
    174: ("1e0", "mg/dL", None, None),
    179: ("5.", "mg/dL", None, None),
    184: ("0.9 ", "mg/dL", None, None),
}
LIMITS = {
    3: ("9.9", "mmol/L", "3.9", "5,6"),
    8: ("9.9", "mmol/L", "3.9", "<5.6"),
    13: ("2.0", "mmol/L", ">3.9", "5.6"),
    18: ("5.0", "mmol/L", "9.9", "5.6"),
}
TEXTS = (
    "5,6",
    "1.234,5",
    "5.6 H",
    "5.6*",
    "3,58%",
    "TRUE",
    "2003-03-02",
    "N.D.",
    "12O",
    ">100",
    "1_3_4",
    "abc",
    "Inf",
)
HAEMOGLOBIN = (2, 7, 12, 17, 22, 27, 32, 37, 42, 47, 52, 57, 62)
BAD_TEXTS = dict(zip(HAEMOGLOBIN, TEXTS, strict=True))


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the second trial, built from a damaged file of the laboratory."""
    trial = tmp_path_factory.mktemp("numbers") / "trial"
    shutil.copytree(
        SECOND, trial, ignore=shutil.ignore_patterns("__pycache__", "__snapshots__", "test_*", "conftest.py")
    )
    without_displays(trial)
    file = trial / RESULTS
    lines = [line.split("\t") for line in file.read_text("cp1252").splitlines()]
    changes = CREATININE | LIMITS | {line: (text, "g/L", None, None) for line, text in BAD_TEXTS.items()}
    for line, (value, unit, low, high) in changes.items():
        fields = lines[line - 1]
        fields[6:10] = [value, unit, fields[8] if low is None else low, fields[9] if high is None else high]
    file.write_text("\n".join("\t".join(fields) for fields in lines) + "\n", "cp1252")
    book = openpyxl.load_workbook(trial / "specs" / "adam.xlsx")
    sheet = book["Variables"]
    headers = [cell.value for cell in sheet[1]]
    last = next(
        row for row in sheet.iter_rows(min_row=2) if row[1].value == "ADAE" and row[2].value == "AENDY"
    )
    new = [cell.value for cell in last]
    for header, text in {"Variable": "AONEN", "Label": "Always One", "Assigned Value": 1, "Method": None,
                         "Origin": "Assigned", "Order": 99}.items():  # fmt: skip
        new[headers.index(header)] = text
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    end = max(number for number, row in enumerate(rows) if row[1] == "ADAE")
    sheet.insert_rows(end + 3)
    for column, value in enumerate(new, start=1):
        sheet.cell(end + 3, column, value)
    book.save(trial / "specs" / "adam.xlsx")
    checked = CliRunner().invoke(app, ["spec", "check", "--trial", str(trial)])
    assert checked.exit_code <= 1, checked.output
    done = CliRunner().invoke(app, ["build", "--trial", str(trial), "--out", str(trial / "outputs")])
    assert done.exit_code == 0, done.output
    return trial / "outputs"


@pytest.fixture(scope="module")
def lb(damaged: Path) -> pd.DataFrame:
    """LB by the accession number of the laboratory and the test."""
    frame = read_xpt(damaged / "sdtm" / "lb.xpt").frame
    return frame.set_index(["LBREFID", "LBTESTCD"])


def found(damaged: Path, code: str) -> list[dict[str, Any]]:
    every = json.loads((damaged / "checks" / "findings.json").read_text())["findings"]
    return [item for item in every if item["code"] == code]


def accession(line: int) -> str:
    text = (SECOND / RESULTS).read_text("cp1252").splitlines()[line - 1]
    return text.split("\t")[1]


# --- Kind 1: one parser


def test_1_a_number_that_is_written_otherwise_is_converted(lb: pd.DataFrame) -> None:
    made = [lb.loc[(accession(line), "CREAT")] for line in CREATININE]
    assert [row["LBSTRESC"] for row in made] == ["80", "88", "442", "80"]
    assert [row["LBSTRESN"] for row in made] == [80.0, 88.0, 442.0, 80.0]
    assert {row["LBSTRESU"] for row in made} == {"umol/L"}


def test_1_ranges_and_adam_take_the_same_number(damaged: Path, lb: pd.DataFrame) -> None:
    """Of the four damaged records; a creatinine of 0.9 umol/L would be LOW."""
    adlb = read_xpt(damaged / "adam" / "adlb.xpt").frame
    analysed = adlb[adlb["PARAMCD"] == "CREAT"].set_index(["USUBJID", "LBSEQ"])
    made = [lb.loc[(accession(line), "CREAT")] for line in CREATININE]
    assert {(row["LBSTNRLO"], row["LBSTNRHI"]) for row in made} == {(60.0, 110.0)}
    assert [row["LBNRIND"] for row in made] == ["NORMAL", "NORMAL", "HIGH", "NORMAL"]
    taken = [analysed.loc[(row["USUBJID"], row["LBSEQ"])] for row in made]
    assert [(row["AVAL"], row["ANRIND"]) for row in taken] == [
        (80.0, "NORMAL"),
        (88.0, "NORMAL"),
        (442.0, "HIGH"),
        (80.0, "NORMAL"),
    ]


# --- Kind 2: a limit that can't be read


@pytest.mark.parametrize("line", list(LIMITS))
def test_2_a_result_is_not_normal_by_a_limit_that_cannot_be_read(lb: pd.DataFrame, line: int) -> None:
    assert pd.isna(lb.loc[(accession(line), "GLUC"), "LBNRIND"])


def test_2_limits_are_reported_at_their_cells(damaged: Path) -> None:
    unread = {item["where"] for item in found(damaged, "MAP141")}
    assert unread == {f"{RESULTS}:3 ref_high", f"{RESULTS}:8 ref_high", f"{RESULTS}:13 ref_low"}
    (reversed_,) = found(damaged, "MAP142")
    assert reversed_["where"] == f"{RESULTS}:18 ref_low"
    assert reversed_["what"] == "lower limit 9.9 is above upper limit 5.6; LBNRIND set to missing"


def test_2_the_other_limit_still_decides() -> None:
    rows = [("9.9", "9", "x"), ("2.0", "3.9", "x"), ("9.9", "x", "5.6"), ("5.0", "3.9", "5.6")]
    out, problems = standard([(value, None, low, high) for value, low, high in rows])
    assert out["LBNRIND"].fillna("").tolist() == ["", "LOW", "HIGH", "NORMAL"]
    assert {p.code for p in problems} == {"MAP141"}


# --- Kind 3: text where a number is due


def test_3_each_text_is_reported_at_its_cell(damaged: Path, lb: pd.DataFrame) -> None:
    told = {item["where"]: item["what"] for item in found(damaged, "MAP140")}
    assert set(told) == {f"{RESULTS}:{line} value_txt" for line in BAD_TEXTS}
    for line, text in BAD_TEXTS.items():
        assert told[f"{RESULTS}:{line} value_txt"].startswith(f"{text!r} is ")
        assert pd.isna(lb.loc[(accession(line), "HGB"), "LBSTRESN"])
        assert lb.loc[(accession(line), "HGB"), "LBORRES"] == text


def test_3_and_4_what_the_reports_say(damaged: Path) -> None:
    told = [item["what"] for item in found(damaged, "MAP140")]
    assert "'5,6' is not a number; LBSTRESN of HGB set to missing" in told
    assert "'>100' is a limit, not a number; LBSTRESN of HGB set to missing" in told
    assert "'Inf' is not a finite number; LBSTRESN of HGB set to missing" in told


def standard(
    rows: list[tuple[str | None, str | None, str | None, str | None]], spec: Spec | None = None
) -> tuple[pd.DataFrame, list[Any]]:
    """Standard results of LB from value, unit, lower and upper limit, and what is reported."""
    frame = pd.DataFrame(rows, columns=["LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI"]).astype("str")
    frame.insert(0, "USUBJID", "S1")
    frame.insert(1, "LBTESTCD", pd.Series("GLUC", index=frame.index, dtype="str"))
    problems = Problems()
    out = with_standard_results(frame, "LB", spec or book(), NOBODY, problems)
    return out, problems.items


def book(*conversions: Conversion, ranges: tuple[RangeSpec, ...] = ()) -> Spec:
    return Spec(
        shown="specs/sdtm.xlsx",
        standard="SDTM",
        define={},
        datasets={},
        conversions=conversions,
        ranges=ranges,
    )


def test_3_words_of_a_test_of_words_are_no_problem() -> None:
    words = [(text, None, None, None) for text in ("NEGATIVE", "1+", "TRACE", "2 x 3 cm")]
    assert standard(words)[1] == []
    mixed = [(text, None, None, None) for text in ("5.1", "5.2", "TRACE", "<0.5")]
    assert [p.values for p in standard(mixed)[1]] == [("TRACE",)]


def test_3_a_whole_column_is_reported_where_the_workbook_has_a_unit() -> None:
    spec = book(Conversion(dataset="LB", testcd="GLUC", from_unit="mmol/L", to_unit="mmol/L"))
    _, problems = standard([("5,6", "mmol/L", None, None), ("5,7", "mmol/L", None, None)], spec)
    assert [(p.values, p.hint) for p in problems] == [(("5,6",), "5.6"), (("5,7",), "5.7")]


def test_3_text_with_digits_has_no_standard_result_in_another_unit() -> None:
    spec = book(
        Conversion(dataset="LB", testcd="GLUC", from_unit="mg/dL", to_unit="mmol/L", factor=0.05551, digits=1)
    )
    out, problems = standard([("99 H", "mg/dL", None, None), ("99", "mg/dL", None, None)], spec)
    assert out["LBSTRESC"].fillna("").tolist() == ["", "5.5"]
    assert out["LBSTRESU"].fillna("").tolist() == ["", "mmol/L"]
    assert [p.code for p in problems] == ["MAP140"]


def test_3_one_problem_per_text_names_all_its_records() -> None:
    _, (told,) = standard([("5.1", None, None, None), ("x1", None, None, None)] * 300)
    assert (told.values, told.out_of) == (("x1",), 600)


# --- decimal = "," of a form


def comma_form() -> tuple[pd.DataFrame, Context, Problems]:
    frame = pd.DataFrame(
        {
            "USUBJID": ["S1", "S1", "S1", "S1"],
            "cyto.RES": ["0,44", "<0,3", "1.234", "1.234,5"],
            "cyto.HI": ["5,0", "5,0", "5,0", "5.0"],
            "cyto.LLOQ": ["0,3", "0.3", None, "x"],
        }
    ).astype("str")
    problems = Problems()

    def address(form: str, row: int, column: str) -> Address:
        return Address(file=f"raw/{form}.csv", line=row + 2, column=column)

    context = Context(book(), problems, address, decimals={"cyto": ","})
    return numbered(frame, "cyto"), context, problems


def test_3_the_decimal_comma_of_a_form_is_honoured() -> None:
    frame, context, problems = comma_form()
    mapping = dataset(
        "LB",
        frame,
        USUBJID=subject(),
        LBORRES=collected("cyto.RES"),
        LBORNRHI=collected("cyto.HI"),
        LBLLOQ=number("cyto.LLOQ"),
        LBULOQ=limit_below("cyto.RES"),
    )
    made = evaluate(mapping, context)
    assert made.frame["LBLLOQ"].tolist() == pytest.approx([0.3, np.nan, np.nan, np.nan], nan_ok=True)
    assert made.frame["LBULOQ"].tolist() == pytest.approx([np.nan, 0.3, np.nan, np.nan], nan_ok=True)
    assert [(p.code, str(p.where), p.values) for p in problems.items] == [
        ("MAP106", "raw/cyto.csv:3 LLOQ", ("0.3",)),
        ("MAP106", "raw/cyto.csv:5 LLOQ", ("x",)),
    ]
    told = Problems()
    out = with_standard_results(made.frame, "LB", book(), NOBODY, told, RawPlaces(made, context.address))
    assert out["LBSTRESN"].tolist() == pytest.approx([0.44, np.nan, np.nan, np.nan], nan_ok=True)
    assert out["LBORRES"].tolist() == ["0.44", "<0.3", "1.234", "1.234,5"]  # the last two are reported
    assert out["LBORNRHI"].tolist() == ["5.0", "5.0", "5.0", "5.0"]
    assert out["LBNRIND"].fillna("").tolist() == ["NORMAL", "NORMAL", "", ""]
    assert [(p.code, str(p.where)) for p in told.items] == [
        ("MAP140", "raw/cyto.csv:4 RES"),
        ("MAP140", "raw/cyto.csv:5 RES"),
        ("MAP141", "raw/cyto.csv:5 HI"),
    ]


# --- Kind 4: what a stored number says


@pytest.mark.parametrize(
    ("value", "factor", "text"),
    [("1.04", 8.84e10, "91936000000"), ("103", 1e-9, "0.000000103"), ("3", 0.1, "0.3")],
)
def test_4_conversions_without_digits_are_plain_decimal_text(value: str, factor: float, text: str) -> None:
    spec = book(Conversion(dataset="LB", testcd="GLUC", from_unit="a", to_unit="b", factor=factor))
    out, problems = standard([(value, "a", None, None)], spec)
    assert (out["LBSTRESC"].tolist(), out["LBSTRESN"].tolist()) == ([text], [float(text)])
    assert not problems


def test_4_a_result_beyond_what_a_file_can_hold_is_reported() -> None:
    spec = book(Conversion(dataset="LB", testcd="GLUC", from_unit="a", to_unit="b", factor=1e70))
    out, problems = standard([("1e10", "a", None, None), ("1e300", "a", None, None)], spec)
    assert out["LBSTRESC"].isna().all()
    assert [p.code for p in problems] == ["MAP140", "MAP140"]


@pytest.mark.parametrize(("value", "limit"), [(0.1 + 0.2, 0.3), (1.1 * 3, 3.3)])
def test_4_numbers_are_compared_in_15_digits(value: float, limit: float) -> None:
    assert value > limit  # in binary
    frame = pd.DataFrame({"USUBJID": ["S1"], "LBTESTCD": ["A"], "LBORRES": ["1"], "LBORRESU": ["x"]})
    conversion = Conversion(dataset="LB", testcd="A", from_unit="x", to_unit="y", factor=value)
    ranges = (RangeSpec(dataset="LB", testcd="A", unit="y", high=limit),)
    out = with_standard_results(
        frame.astype("str"), "LB", book(conversion, ranges=ranges), NOBODY, Problems()
    )
    assert out["LBNRIND"].tolist() == ["NORMAL"]
    adam = pd.DataFrame({"AVAL": [value], "ANRLO": [np.nan], "ANRHI": [limit]})
    assert derive_var_anrind(adam)["ANRIND"].tolist() == ["NORMAL"]
    chosen = select(pd.DataFrame({"N": [value, limit + 1]}), parse(f"N EQ {limit}"))
    assert chosen.tolist() == [True, False]
    assert select(pd.DataFrame({"N": [value]}), parse(f"N GT {limit}")).tolist() == [False]


def test_4_a_numeric_assigned_value_is_a_number(damaged: Path) -> None:
    assert read_xpt(damaged / "adam" / "adae.xpt").frame["AONEN"].eq(1.0).all()


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1, "00", "01"),
        (0.5, "0%", "50%"),
        (3.95, "0.0", "4.0"),
        (5, '0" mg"', "5 mg"),
        (1, "0.00", ""),
        (1, "General", ""),
    ],
)
def test_4_a_number_that_a_sheet_shows_differently(
    tmp_path: Path, value: float, code: str, shown: str
) -> None:
    assert shown_number(number_text(value), code) == shown
    book_ = openpyxl.load_workbook(SECOND / "specs" / "sdtm.xlsx")
    cell = book_["Conversions"]["H2"]
    cell.value, cell.number_format = value, code
    book_.save(tmp_path / "sdtm.xlsx")
    _, problems = read_spec(tmp_path / "sdtm.xlsx", "specs/sdtm.xlsx")
    told = [(str(p.where), p.what) for p in problems if p.code == "SPC160"]
    what = f"Digits shows '{shown}' and is read as {number_text(value)}"
    assert told == ([("specs/sdtm.xlsx!Conversions!H2", what)] if shown else [])


def test_4_below_quantification_in_adam_is_read_by_the_same_grammar() -> None:
    data = pd.DataFrame({"LBSTRESC": ["<.5", "< 1e0", "<0,5", "5"], "AVAL": [np.nan, np.nan, np.nan, 5.0]})
    out = derive_vars_below_lloq(data.astype({"LBSTRESC": "str"}), text="LBSTRESC")
    assert out["AVAL"].tolist() == pytest.approx([0.25, 0.5, np.nan, 5.0], nan_ok=True)


@given(st.text(max_size=12), st.text(max_size=12), st.sampled_from([None, "mg/dL", "mmol/L"]))
def test_no_text_fails_and_every_number_is_read_or_reported(value: str, limit: str, unit: str | None) -> None:
    spec = book(
        Conversion(
            dataset="LB", testcd="GLUC", from_unit="mg/dL", to_unit="mmol/L", factor=0.05551, digits=1
        ),
        Conversion(dataset="LB", testcd="GLUC", from_unit="mmol/L", to_unit="mmol/L"),
    )
    out, problems = standard(
        [(value or None, unit, limit or None, None), ("5.0", "mmol/L", None, None)], spec
    )
    told = {p.code for p in problems}
    if value and pd.isna(out["LBSTRESN"].iloc[0]) and read_number(value).sign != "<":
        assert told & {"MAP140", "MAP122"}
    assert out["LBSTRESN"].iloc[1] == 5.0


def variable(name: str, type_: str = "text") -> VariableSpec:
    return VariableSpec(dataset="QS", name=name, label=name, data_type=type_)


def test_3_a_standard_result_that_the_mapping_makes_is_looked_at() -> None:
    """Other domains: the mapping makes --STRESC itself, and a text among numbers is reported."""
    frame = pd.DataFrame(
        {
            "USUBJID": ["S1"] * 3,
            "QSTESTCD": ["A"] * 3,
            "QSORRES": ["mild", "4", "4,5"],
            "QSSTRESC": ["1", "4", "4,5"],
        }
    ).astype("str")
    frame["QSSTRESN"] = [1.0, 4.0, np.nan]
    names = ("USUBJID", "QSTESTCD", "QSORRES", "QSSTRESC")
    qs = DatasetSpec(name="QS", label="QS", keys=("USUBJID",), variables=tuple(variable(n) for n in names))
    spec = Spec(shown="s", standard="SDTM", define={}, datasets={"QS": qs})
    problems = Problems()
    out = with_standard_results(frame, "QS", spec, NOBODY, problems)
    assert out is frame
    assert [(p.code, p.values) for p in problems.items] == [("MAP140", ("4,5",))]
