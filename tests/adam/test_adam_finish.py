"""Running a mapping and finishing its dataset: before and after, and every message."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from il2cdisc.adam import (
    Analysis,
    analysis_dataset,
    derive,
    derive_param_total,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_var_flag,
    derive_var_number,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_merged,
    derive_vars_population,
    derive_vars_windows,
    empty_frame,
    finish,
    needs,
    numbers_of,
    parameters_of,
    plan,
    windows_of,
    with_ids,
)
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.spec.models import Codelist, DatasetSpec, Parameter, Spec, Term, VariableSpec, Window
from il2cdisc.spec.workbook import Place


def variable(name: str, data_type: str = "text", row: int = 2, **more: object) -> VariableSpec:
    place = Place(file="specs/adam.xlsx", sheet="Variables", row=row, columns=PLACES)
    return VariableSpec(
        dataset="ADVS", name=name, label=f"Label of {name}", data_type=data_type, place=place, **more
    )  # pyright: ignore[reportArgumentType]


PLACES = {"Variable": 3, "Data Type": 5, "Predecessor": 17}
VARIABLES = (
    variable("STUDYID", row=2),
    variable("USUBJID", row=3, predecessor="VS.USUBJID", origin=Origin.PREDECESSOR),
    variable("ASEQ", "integer", row=4),
    variable("PARAMCD", row=5),
    variable("ADT", "integer", row=6, format="DATE9."),
    variable("AVAL", "float", row=7),
    variable("AVALC", row=8),
    variable("BASETYPE", row=9, assigned_value="LAST"),
)
SPEC = Spec(
    shown="specs/adam.xlsx",
    standard="ADaM",
    define={},
    datasets={
        "ADVS": DatasetSpec(
            name="ADVS", label="Vital signs", keys=("USUBJID", "PARAMCD", "ADT"), variables=VARIABLES
        ),
        "VS": DatasetSpec(name="VS", variables=(variable("USUBJID"), variable("VSSTRESN", "float"))),
    },
    codelists={
        "SEXN": Codelist(id="SEXN", terms=(Term(value="1", decode="F"), Term(value="2", decode="M"))),
        "SEX": Codelist(id="SEX", terms=(Term(value="F"), Term(value="M"))),
    },
    parameters=(
        Parameter(dataset="ADVS", code="PULSE", label="Pulse", order=2, extra={"Test": "PULSE"}),
        Parameter(dataset="ADVS", code="SYSBP", label="Systolic", order=1, category="BP", extra={"Test": ""}),
    ),
    windows=(
        Window(dataset="ADVS", visit="Week 1", visit_number=1, target=7, from_=2, to=10),
        Window(dataset="ADVS", visit="Baseline", visit_number=0, target=1, to=1),
    ),
)


def rows() -> pd.DataFrame:
    """Two subjects, out of order, with ids of VS."""
    return pd.DataFrame(
        {
            "@VS": pd.array([5, 3, 4], dtype="Int64"),
            "STUDYID": pd.Series(["X"] * 3, dtype="str"),
            "USUBJID": pd.Series(["S2", "S1", "S1"], dtype="str"),
            "PARAMCD": pd.Series(["PULSE", "SYSBP", "PULSE"], dtype="str"),
            "ADT": [10.0, 11.0, np.nan],
            "AVAL": [70.0, 120.0, 80.0],
            "AVALC": pd.Series(["a", "", np.nan], dtype="str"),
            "_help": [1, 2, 3],
            "VSORRES": pd.Series(["70", "120", "80"], dtype="str"),
        }
    ).set_axis(pd.Index([7, 8, 9]))


def test_finished_as_the_workbook_says():
    analysis = Analysis("ADVS", rows(), inherited=frozenset({"VSORRES"}))
    made = finish(analysis, SPEC)
    assert made.names == tuple(v.name for v in VARIABLES)
    assert made.frame["USUBJID"].tolist() == ["S1", "S1", "S2"]
    assert made.frame["PARAMCD"].tolist() == ["PULSE", "SYSBP", "PULSE"]
    assert made.frame["ASEQ"].tolist() == [1.0, 2.0, 1.0]
    assert made.frame["BASETYPE"].tolist() == ["LAST"] * 3
    assert made.frame["AVALC"].isna().tolist() == [True, True, False]  # blank text is missing
    assert {str(t) for t in made.frame.dtypes} == {"str", "float64"}
    assert made.frame.index.equals(pd.RangeIndex(3))
    assert made.variables[4].format == "DATE9."
    assert made.variables[3].length == 5
    assert made.edges.to_dict("list") | {"field": None} == {
        "row": [0, 1, 2],
        "source": ["VS", "VS", "VS"],
        "id": [4, 3, 5],
        "field": None,
    }


def test_missing_extra_and_mistyped_are_told_together(snapshot):
    wrong = rows().drop(columns=["AVALC"]).rename(columns={"PARAMCD": "PARMCD"})
    with pytest.raises(Stopped) as told:
        finish(Analysis("ADVS", wrong, inherited=frozenset({"VSORRES"})), SPEC)
    assert str(told.value) == snapshot
    wrong = rows().assign(AVALC=1.0, ADT=np.inf)
    with pytest.raises(Stopped) as told:
        finish(Analysis("ADVS", wrong, inherited=frozenset({"VSORRES"})), SPEC)
    assert str(told.value) == snapshot


def test_text_in_a_numeric_variable_is_a_finding(snapshot):
    problems = Problems()
    wrong = rows().assign(AVAL=pd.Series(["high", "120.5", None], dtype="str", index=rows().index))
    made = finish(Analysis("ADVS", wrong, inherited=frozenset({"VSORRES"})), SPEC, problems)
    assert made.frame["AVAL"].tolist() == pytest.approx([np.nan, 120.5, np.nan], nan_ok=True)
    assert str(problems.findings[0]) == snapshot


def test_repeated_keys_are_a_finding(snapshot):
    problems = Problems()
    doubled = pd.concat([rows(), rows()])
    made = finish(Analysis("ADVS", doubled, inherited=frozenset({"VSORRES"})), SPEC, problems)
    assert len(made.frame) == 6
    assert str(problems.findings[0]) == snapshot


def test_unknown_dataset(snapshot):
    with pytest.raises(Stopped) as told:
        finish(analysis_dataset("ADSV", rows()), SPEC)
    assert str(told.value) == snapshot


def advs(vs: pd.DataFrame, spec: Spec) -> Analysis:
    """A mapping as a trial writes it."""
    out = vs.assign(STUDYID="X", PARAMCD="PULSE", ADT=vs["VSSTRESN"], AVAL=vs["VSSTRESN"])
    return analysis_dataset("ADVS", out.assign(AVALC=vs["USUBJID"], N=len(spec.parameters)))


def test_needs_derive_and_plan(snapshot):
    assert needs(advs) == ("vs",)
    frame = with_ids("vs", pd.DataFrame({"USUBJID": ["S1"], "VSSTRESN": [1.0]}))
    assert frame.columns.tolist() == ["@VS", "USUBJID", "VSSTRESN"]
    made = derive(advs, {"vs": frame}, SPEC)
    assert made.inherited == {"@VS", "USUBJID", "VSSTRESN"}
    with pytest.raises(Stopped) as told:
        derive(advs, {"sv": frame}, SPEC)
    assert str(told.value) == snapshot
    with pytest.raises(Stopped) as told:
        derive(lambda vs: vs, {"vs": frame}, SPEC)  # pyright: ignore[reportArgumentType]
    assert str(told.value) == snapshot
    lines, problems = plan([advs], {"vs": empty_frame(SPEC.datasets["VS"])}, SPEC)
    assert [line.variable for line in lines] == [v.name for v in VARIABLES]
    assert lines[1].origin is Origin.PREDECESSOR
    assert lines[1].sources == ("VS.USUBJID",)
    assert not problems


def test_plan_finds_a_wrong_predecessor(snapshot):
    moved = SPEC.datasets["ADVS"].model_copy(
        update={"variables": (variable("STUDYID", row=2, predecessor="VS.STUDYDI"),)}
    )
    other = SPEC.model_copy(update={"datasets": {**SPEC.datasets, "ADVS": moved}})
    _, problems = plan([advs], {"vs": empty_frame(SPEC.datasets["VS"])}, other)
    assert "\n".join(map(str, problems.items)) == snapshot


def test_tables_of_the_workbook(snapshot):
    windows = windows_of(SPEC, "ADVS")
    assert windows["AVISIT"].tolist() == ["Baseline", "Week 1"]
    assert np.isnan(windows["AWLO"].iloc[0])
    parameters = parameters_of(SPEC, "ADVS")
    assert parameters["PARAMCD"].tolist() == ["SYSBP", "PULSE"]
    assert parameters["Test"].isna().tolist() == [True, False]
    assert numbers_of(SPEC, "SEXN") == {"F": 1.0, "M": 2.0}
    for wrong in (lambda: windows_of(SPEC, "ADVX"), lambda: numbers_of(SPEC, "SEX")):
        with pytest.raises(Stopped) as told:
            wrong()
        assert str(told.value) == snapshot


def test_a_parameter_without_an_order_is_first():
    rows = tuple(
        row.model_copy(update={"order": None if row.code == "PULSE" else 1}) for row in SPEC.parameters
    )
    assert parameters_of(SPEC, "ADVS")["PARAMCD"].tolist() == ["SYSBP", "PULSE"]
    other = SPEC.model_copy(update={"parameters": rows})
    assert parameters_of(other, "ADVS")["PARAMCD"].tolist() == ["PULSE", "SYSBP"]  # before: the last


DATA = pd.DataFrame(
    {
        "USUBJID": pd.Series(["S1", "S1"], dtype="str"),
        "PARAMCD": pd.Series(["A", "A"], dtype="str"),
        "AVAL": [1.0, 2.0],
        "ABLFL": pd.Series(["Y", "Y"], dtype="str"),
        "ADT": [1.0, 2.0],
        "TEXT": pd.Series(["x", "y"], dtype="str"),
    }
)
MISTAKES = {
    "column": lambda: derive_vars_merged(DATA, DATA, by=["USUBJIDD"], new_vars=["AVAL"]),
    "not unique": lambda: derive_vars_merged(DATA, DATA, by=["USUBJID"], new_vars={"NEW": "AVAL"}),
    "overwrites": lambda: derive_vars_merged(DATA, DATA.iloc[:1], by=["USUBJID"], new_vars=["AVAL"]),
    "text": lambda: derive_var_chg(DATA, base="TEXT"),
    "two baselines": lambda: derive_var_base(DATA, by=["USUBJID", "PARAMCD"]),
    "no date": lambda: derive_vars_dt(DATA, prefix="A2", dtc="TEXT"),
    "impute": lambda: derive_vars_dt(DATA, prefix="A2", dtc="TEXT", impute="month"),  # pyright: ignore[reportArgumentType]
    "day name": lambda: derive_vars_dy(DATA, reference="ADT", source=["AVAL"]),
    "mode": lambda: derive_var_extreme_flag(DATA, by=["USUBJID"], order=["ADT"], new_var="F", mode="lats"),  # pyright: ignore[reportArgumentType]
    "where of another frame": lambda: derive_var_flag(DATA, new_var="F", where=DATA["AVAL"].iloc[:1] > 1),
    "where of numbers": lambda: derive_var_flag(DATA, new_var="F", where=DATA["AVAL"]),
    "flag name": lambda: derive_vars_population(DATA, flags={"SAFETY": DATA["AVAL"] > 1}),
    "number": lambda: derive_var_number(DATA, source="TEXT", new_var="TEXTN", values={"x": 1, "yy": 2}),
    "item twice": lambda: derive_param_total(
        DATA, by=["USUBJID"], item="PARAMCD", items=["A"], set_values={"PARAMCD": "T"}
    ),
    "windows": lambda: derive_vars_windows(
        DATA,
        pd.DataFrame({"AVISIT": ["a"], "AVISITN": [1.0], "AWTARGET": [2.0], "AWLO": [5.0], "AWHI": [3.0]}),
        day="ADT",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_messages(mistake: str, snapshot):
    before = DATA.copy()
    with pytest.raises(Stopped) as told:
        MISTAKES[mistake]()
    assert str(told.value) == snapshot
    pd.testing.assert_frame_equal(DATA, before)


UNCHANGED = {
    "merged": lambda d: derive_vars_merged(d, d.iloc[:1], by=["USUBJID"], new_vars={"NEW": "AVAL"}, ids=True),
    "dates": lambda d: derive_vars_dt(d, prefix="A2", dtc="DTC", impute="M", not_before=["ADT"]),
    "days": lambda d: derive_vars_dy(d, reference="AVAL", source=["ADT"]),
    "extreme": lambda d: derive_var_extreme_flag(
        d, by=["USUBJID"], order=["-ADT"], new_var="F", mode="first"
    ),
    "change": lambda d: derive_var_chg(d, base="ADT"),
    "windows": lambda d: derive_vars_windows(d, windows_of(SPEC, "ADVS"), day="ADT"),
    "total": lambda d: derive_param_total(
        d, by=["USUBJID"], item="ITEM", items=["x", "y"], set_values={"ITEM": "T"}
    ),
    "finish": lambda d: derive_var_flag(d, new_var="F", where=d["AVAL"] > 1),
}


@pytest.mark.parametrize("derivation", UNCHANGED)
def test_input_row_order_and_index_stay(derivation: str):
    data = pd.DataFrame(
        {
            "@VS": pd.array([4, 2], dtype="Int64"),
            "USUBJID": pd.Series(["S2", "S2"], dtype="str"),
            "ITEM": pd.Series(["y", "x"], dtype="str"),
            "DTC": pd.Series(["2022-03", "2022"], dtype="str"),
            "AVAL": [2.0, 1.0],
            "ADT": [9.0, np.nan],
        }
    )
    before = data.copy()
    out = UNCHANGED[derivation](data)
    pd.testing.assert_frame_equal(data, before)
    assert out["ITEM"].tolist()[:2] == ["y", "x"]
    assert out.index[:2].tolist() == [0, 1]


def test_a_mapping_of_a_dataset_that_the_workbook_does_not_describe_is_in_the_plan_of_problems():
    """Before any data are read, at the mapping: a build would stop only after SDTM is made."""

    def advss(vs):
        return analysis_dataset("ADVSS", vs)

    wanted = DatasetSpec(name="ADVS", variables=())
    spec = Spec(shown="specs/adam.xlsx", standard="ADaM", define={}, datasets={"ADVS": wanted})
    _, problems = plan([advss], {"vs": pd.DataFrame({"VSSTRESN": []})}, spec)
    (found,) = problems.items
    assert (found.code, found.stops, found.hint) == ("ADM012", True, "ADVS")
    assert found.what == "advss() makes ADVSS, which specs/adam.xlsx does not describe"
