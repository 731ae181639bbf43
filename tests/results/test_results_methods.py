"""Each method of analysis: the rows before, the results after."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from il2cdisc.results.frame import COLUMNS, HEADER
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


def test_occurrence_by_name(datasets, display):
    made = with_treatment(
        display, method="Occurrence", dataset="ADAE", variables=["AEDECOD"], sort="Alphabetical"
    )
    frame = run([made], datasets).frame
    shown = frame[(frame["analysis"] != HEADER)].drop_duplicates("row")["level"]
    assert list(shown) == ["Itch", "Missing", "Nausea", "Rash"]


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
    assert [problem.code for problem in results.problems] == ["RES005"]


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
    frame = run([made], datasets).frame
    own = frame[frame["analysis"] != HEADER]
    assert len(own) == 7 * 3
    first = own[own["row"] == 0].set_index("variable")
    assert (first.loc["USUBJID", "text"], first.loc["AESEQ", "value"]) == ("01", 1)
    assert math.isnan(first.loc["USUBJID", "value"])
    last = own[own["row"] == 6].set_index("variable")
    assert (last.loc["USUBJID", "text"], last.loc["AESEQ", "value"]) == ("01", 3)


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
