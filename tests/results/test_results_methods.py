"""Each method of analysis: the rows before, the results after."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from il2cdisc.results.frame import COLUMNS, HEADER, columns
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Line
from il2cdisc.spec.where import select
from il2cdisc.stats.ancova import ancova

P = Line(label="p-value", template="{p_value}")


def values(results: pd.DataFrame, *index: str) -> dict[tuple, float]:
    """Results of the analysis as {(column, index..., statistic): value}."""
    own = results[results["analysis"] != HEADER]
    names = ["group1_level", *index, "statistic"]
    return dict(zip(own[names].itertuples(index=False, name=None), own["value"], strict=True))


def test_columns_and_types(datasets, display):
    frame = run([display(method="Subjects", dataset="ADAE", treatment="TRTA")], datasets | {
        "ADSL": datasets["ADSL"].assign(TRTA=datasets["ADSL"]["TRT01A"])}).frame  # fmt: skip
    assert tuple(frame.columns) == COLUMNS
    numbers = {name for name in COLUMNS if frame[name].dtype != "str"}
    assert numbers == {"order", "row", "value", "denominator"}


def with_treatment(make, **analysis):
    """A display by TRT01A with an analysis by TRTA."""
    made = make(**analysis)
    return made.model_copy(update={"analyses": (made.analyses[0].model_copy(update={"treatment": "TRTA"}),)})


def test_header_counts_the_population(datasets, display):
    frame = run([display(method="Continuous", dataset="ADSL", variables=["AGE"])], datasets).frame
    header = frame[frame["analysis"] == HEADER]
    # 05 was never treated; 04 has no age but is in the population
    assert dict(zip(header["group1_level"], header["value"], strict=True)) == {"A": 2, "B": 2, "All": 4}
    assert list(header["where"]) == ["SAFFL EQ Y AND TRT01A EQ A", "SAFFL EQ Y AND TRT01A EQ B", "SAFFL EQ Y"]


def test_subjects(datasets, display):
    made = with_treatment(display, method="Subjects", dataset="ADAE", where="TRTEMFL EQ Y")
    found = values(run([made], datasets).frame)
    assert found == {
        ("A", "n"): 1, ("A", "p"): 50, ("A", "events"): 3,
        ("B", "n"): 2, ("B", "p"): 100, ("B", "events"): 3,
        ("All", "n"): 3, ("All", "p"): 75, ("All", "events"): 6,
    }  # fmt: skip


def test_categorical_shows_missing_values_and_values_not_named(datasets, display):
    made = display(method="Categorical", dataset="ADSL", variables=["SEX"], levels=["F", "U"])
    found = values(run([made], datasets).frame, "row", "level")
    assert {key: value for key, value in found.items() if key[-1] == "n"} == {
        ("A", 0, "F", "n"): 1, ("B", 0, "F", "n"): 1, ("All", 0, "F", "n"): 2,
        ("A", 1, "U", "n"): 0, ("B", 1, "U", "n"): 0, ("All", 1, "U", "n"): 0,
        ("A", 2, "M", "n"): 1, ("B", 2, "M", "n"): 0, ("All", 2, "M", "n"): 1,
        ("A", 3, "Missing", "n"): 0, ("B", 3, "Missing", "n"): 1, ("All", 3, "Missing", "n"): 1,
    }  # fmt: skip
    assert found["B", 0, "F", "p"] == 50


def test_categorical_of_those_present(datasets, display):
    options = {"denominator": "present", "missing": "Not recorded"}
    made = display(method="Categorical", dataset="ADSL", variables=["SEX"], levels=["F"], options=options)
    frame = run([made], datasets).frame
    assert values(frame, "level")["B", "F", "p"] == 100
    assert "Not recorded" in set(frame["level"])


def test_continuous_with_reason_where_a_statistic_lacks(datasets, display):
    frame = run([display(method="Continuous", dataset="ADSL", variables=["AGE"])], datasets).frame
    found = values(frame)
    assert (found["A", "n"], found["A", "mean"], found["A", "min"], found["A", "max"]) == (2, 35, 30, 40)
    assert found["B", "n"] == 1
    assert math.isnan(found["B", "sd"])
    lacking = frame[(frame["group1_level"] == "B") & (frame["statistic"] == "sd")]
    assert list(lacking["error"]) == ["The standard deviation needs at least 2 values; there is 1."]


def test_continuous_by_visit_leaves_out_what_is_told(datasets, display):
    made = display(
        method="Continuous", dataset="ADVS", treatment="TRT01P", variables=["AVAL", "CHG"], by="AVISIT",
        by_levels=["Week1", "Week2"], options={"omit": "CHG @ Week1"},
    )  # fmt: skip
    analysis = made.analyses[0].model_copy(update={"treatment": "TRTP"})
    found = run([made.model_copy(update={"analyses": (analysis,)})], datasets).frame
    rows = found[found["analysis"] != HEADER].drop_duplicates("row")
    assert list(zip(rows["group2_level"], rows["variable"], strict=True)) == [
        ("Week1", "AVAL"),
        ("Week2", "AVAL"),
        ("Week2", "CHG"),
    ]
    means = values(found, "group2_level", "variable")
    # subject 05 is outside the safety set
    assert means["B", "Week1", "AVAL", "mean"] == pytest.approx((108 + 131) / 2)
    assert means["B", "Week2", "AVAL", "n"] == 0


def test_occurrence(datasets, display):
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", where="TRTEMFL EQ Y",
        variables=["AEBODSYS", "AEDECOD"], sort="Frequency", options={"missing": "Not coded"},
    )  # fmt: skip
    frame = run([made], datasets).frame
    own = frame[(frame["analysis"] != HEADER) & (frame["group1_level"] == "All")]
    table = own.pivot(index=["row", "group2_level", "level"], columns="statistic", values="value")
    assert [(*key[1:], row["n"], row["p"], row["events"]) for key, row in table.iterrows()] == [
        ("", "Skin", 3, 75, 4),
        ("Skin", "Rash", 2, 50, 3),
        ("Skin", "Itch", 1, 25, 1),
        ("", "Gut", 1, 25, 1),
        ("Gut", "Nausea", 1, 25, 1),
        ("", "Not coded", 1, 25, 1),
        ("Not coded", "Not coded", 1, 25, 1),
    ]


def test_as_many_groups_as_there_are_broader_terms(datasets, display):
    names = ["TRTEMFL", "AEBODSYS", "AEDECOD", "AESEQ"]
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", variables=names, where="AEDECOD EQ Rash"
    )
    wide = run([made], datasets).frame
    assert tuple(wide.columns) == columns(4)
    assert wide.columns[16:19].tolist() == ["group4", "group4_level", "variable"]
    narrowest = wide[wide["group4"] != ""].drop_duplicates("row")
    shown = narrowest[["group2_level", "group3_level", "group4_level", "variable", "level"]]
    assert shown.to_numpy().tolist() == [
        ["Y", "Skin", "Rash", "AESEQ", "1"],
        ["Y", "Skin", "Rash", "AESEQ", "2"],
    ]
    # with a display that has three groups in the same build: all text, nothing missing
    both = run([display(method="Continuous", dataset="ADSL", variables=["AGE"]), made], datasets).frame
    assert both.columns.tolist() == wide.columns.tolist()
    assert not both.drop(columns=["value", "denominator"]).isna().any().any()
    assert str(both["group4_level"].dtype) == "str"


def test_occurrence_counts_no_term_with_the_term_that_it_is_named_as(datasets, display):
    options = {"missing": "Itch"}
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", variables=["AEDECOD"], options=options
    )
    frame = run([made], datasets).frame
    own = frame[(frame["level"] == "Itch") & (frame["group1_level"] == "All")]
    assert set(own["where"]) == {'AEDECOD IN ("", Itch)'}
    assert own.set_index("statistic")["value"].to_dict() == {"n": 2, "p": 50, "events": 2}


def test_occurrence_by_name(datasets, display):
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", variables=["AEDECOD"], sort="Alphabetical"
    )
    frame = run([made], datasets).frame
    shown = frame[(frame["analysis"] != HEADER)].drop_duplicates("row")["level"]
    assert list(shown) == ["Itch", "Missing", "Nausea", "Rash"]


def test_population_is_a_dataset_and_a_where_clause(datasets, display):
    frame = run([display(method="Continuous", dataset="ADVS", variables=["AVAL"], by="AVISIT")], {
        **datasets, "ADVS": datasets["ADVS"].assign(TRT01A=datasets["ADVS"]["TRTP"])}).frame  # fmt: skip
    assert set(frame["population_dataset"]) == {"ADSL"}
    assert set(frame["population_where"]) == {"SAFFL EQ Y"}


CONTINUOUS = {"method": "Continuous", "dataset": "ADVS", "variables": ["CHG"], "by": "AVISIT"}
BY_WEEK = {**CONTINUOUS, "by": "AVISITN", "by_levels": ["1", "2"]}
CATEGORICAL = {"method": "Categorical", "dataset": "ADVS", "levels": ["1"]}


@pytest.mark.parametrize(
    ("analysis", "statistic"),
    [
        (CONTINUOUS, "n"),
        (BY_WEEK, "n"),
        (CATEGORICAL | {"variables": ["AVISITN"]}, "n"),
        (CATEGORICAL | {"variables": ["CHG"]}, "n"),
        ({"method": "ANCOVA", "lines": [P], "dataset": "ADVS", "where": "AVISIT EQ Week1",
          "variables": ["AVAL"], "options": {"covariates": "CHG"}}, "n"),
        ({"method": "Occurrence", "dataset": "ADVS", "variables": ["AVISITN", "CHG"]}, "events"),
        ({"method": "Subjects", "dataset": "ADVS"}, "events"),
    ],
)  # fmt: skip
def test_records_of_a_result_are_those_that_it_counts(datasets, display, analysis, statistic):
    """Where-clause and population select them, numbers and missing values included."""
    advs = datasets["ADVS"].assign(TRTA=datasets["ADVS"]["TRTP"], AVISITN=[1.0, 1, 1, 1, 1, 2])
    advs.loc[1, "CHG"] = math.nan
    data = datasets | {"ADVS": advs}
    frame = run([with_treatment(display, **analysis)], data).frame
    own = frame[(frame["analysis"] != HEADER) & (frame["statistic"] == statistic)]
    assert own["value"].sum() > 0
    for result in own.itertuples():
        population = data[result.population_dataset]
        subjects = population.loc[select(population, parse(result.population_where)), "USUBJID"]
        rows = select(advs, parse(result.where)) & advs["USUBJID"].isin(subjects)
        counted = advs.loc[rows, "USUBJID"]
        # a count of categories is of subjects, all others here of records
        assert (counted.nunique() if result.method == "Categorical" else len(counted)) == result.value


def test_every_count_leads_back_to_its_rows(datasets, display):
    """The where-text of a result selects exactly the rows that it counts."""
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", where="TRTEMFL EQ Y", variables=["AEBODSYS", "AEDECOD"]
    )
    frame = run([made], datasets).frame
    own = frame[(frame["analysis"] != HEADER) & (frame["statistic"] == "events")]
    assert len(own) == 21
    for result in own.itertuples():
        assert select(datasets["ADAE"], parse(result.where)).sum() == result.value


def test_ancova(datasets, display):
    made = display(
        method="ANCOVA", lines=[P], dataset="ADVS", treatment="TRT01P", total=True, variables=["CHG"],
        where="PARAMCD EQ SYSBP AND AVISIT EQ Week1",
        options={"reference": "B", "covariates": "BASE", "transform": "exp"},
    )  # fmt: skip
    analysis = made.analyses[0].model_copy(update={"treatment": "TRTP"})
    frame = run([made.model_copy(update={"analyses": (analysis,)})], datasets).frame
    found = values(frame)
    rows = datasets["ADVS"].iloc[:4]
    fit = ancova(
        rows["CHG"], rows["TRTP"], levels=["A", "B"], reference="B", covariates={"BASE": rows["BASE"]}
    )
    assert found["A", "difference"] == pytest.approx(fit.differences["A"].estimate)
    # n is of the column; what the model gives is of all records that it is fitted to
    where = frame[frame["group1_level"] == "B"].set_index("statistic")["where"]
    complete = 'PARAMCD EQ SYSBP AND AVISIT EQ Week1 AND CHG NE "" AND BASE NE ""'
    assert (where["n"], where["lsmean"]) == (f"{complete} AND TRTP EQ B", f"{complete} AND TRTP IN (A, B)")
    assert found["A", "exp_difference"] == pytest.approx(math.exp(fit.differences["A"].estimate))
    assert found["B", "exp_lsmean_upper"] == pytest.approx(math.exp(fit.lsmeans["B"].upper))
    assert ("B", "difference") not in found
    assert not any(column == "All" for column, _ in found)


def test_ancova_that_fails_carries_its_reason_and_is_a_finding(datasets, display):
    made = display(
        method="ANCOVA", lines=[P], dataset="ADVS", treatment="TRT01P", variables=["CHG"],
        where="AVISIT EQ Week2", options={"reference": "B"},
    )  # fmt: skip
    analysis = made.analyses[0].model_copy(update={"treatment": "TRTP"})
    results = run([made.model_copy(update={"analyses": (analysis,)})], datasets)
    frame = results.frame[results.frame["analysis"] != HEADER]
    assert set(frame.loc[frame["statistic"] != "n", "error"]) == {
        "The model needs at least 1 complete row in each group; B has none."
    }
    (problem,) = results.problems
    assert (problem.code, problem.what) == ("RES005", "T-1 X: no value for p_value")
    assert problem.values == ("The model needs at least 1 complete row in each group; B has none.",)


def test_what_every_method_could_not_estimate_is_reported_once_if_it_is_shown(datasets, display):
    age = {"method": "Continuous", "dataset": "ADSL", "variables": ["AGE"]}
    # B has one age: its SD is not shown here, but is in the default lines
    shown = run([display(**age, lines=[Line(label="Mean", template="{mean}")]), display(**age)], datasets)
    assert [(problem.code, problem.what, problem.values) for problem in shown.problems] == [
        (
            "RES011",
            "T-1 X: no value for sd",
            ("The standard deviation needs at least 2 values; there is 1.",),
        )
    ]
    nobody = datasets | {"ADSL": datasets["ADSL"].assign(SAFFL="N")}
    counts = [
        with_treatment(display, method="Subjects", dataset="ADAE"),
        display(method="Categorical", dataset="ADSL", variables=["SEX"], levels=["F"]),
    ]
    found = run(counts, nobody).problems
    assert [problem.code for problem in found] == ["RES012", "RES012"]


def test_ancova_refuses_two_rows_a_subject(datasets, display):
    made = display(method="ANCOVA", lines=[P], dataset="ADVS", treatment="TRT01P", variables=["CHG"])
    analysis = made.analyses[0].model_copy(update={"treatment": "TRTP"})
    frame = run([made.model_copy(update={"analyses": (analysis,)})], datasets).frame
    assert "one row per subject; 01 has several" in frame.loc[frame["error"] != "", "error"].iloc[0]


def test_listing_keeps_numbers_and_text_apart(datasets, display):
    made = with_treatment(
        display, method="Listing", dataset="ADAE", variables=["USUBJID", "AESEQ", "AEDECOD"],
        options={"order": "AESEQ USUBJID"},
    ).model_copy(update={"kind": "Listing"})  # fmt: skip
    found = run([made], datasets)
    listed = found.listed[made.id].frame()
    assert len(listed) == 7
    assert listed.dtypes.astype("str").to_dict() == {"USUBJID": "str", "AESEQ": "float64", "AEDECOD": "str"}
    assert listed.loc[[0, 6], ["USUBJID", "AESEQ"]].to_numpy().tolist() == [["01", 1], ["01", 3]]
    # the results dataset says how many there are, and of which records
    (line,) = found.frame[found.frame["analysis"] != HEADER].to_dict("records")
    assert (line["statistic"], line["value"], line["dataset"], line["where"]) == ("rows", 7.0, "ADAE", "")


def test_nothing_to_analyse_is_no_crash(datasets, display):
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", where="AEDECOD EQ Cough", variables=["AEDECOD"]
    )
    frame = run([made], datasets).frame
    assert set(frame["analysis"]) == {HEADER}


def test_empty_population_has_reasons_instead_of_percentages(datasets, display):
    made = with_treatment(display, method="Subjects", dataset="ADAE")
    empty = datasets | {"ADSL": datasets["ADSL"].assign(SAFFL="N")}
    frame = run([made], empty).frame
    percent = frame[frame["statistic"] == "p"]
    assert set(percent["error"]) == {"A percentage needs at least 1 subject in the column; there is none."}
