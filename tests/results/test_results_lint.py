"""What can't be computed is told at once, each with its place."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import DisplayColumn, Line, ListedItem


def line(template: str) -> Line:
    return Line(label="A line", template=template)


def test_all_problems_at_once(datasets, display, snapshot):
    wrong = [
        display(method="Continous", dataset="ADSL", variables=["AGE"]),
        display(method="Continuous", dataset="ADSLL", variables=["AGE"]),
        display(method="Continuous", dataset="ADSL", variables=["AEG"], where="SAFLF EQ Y", by="SEXX"),
        display(method="Categorical", dataset="ADSL", variables=["SEX"], options={"denominator": "all"}),
        display(method="Subjects", dataset="ADAE"),
        display(method="Continuous", dataset="ADSL", variables=["SEX"], lines=[line("{meen} ({sd})")]),
        display(method="Listing", dataset="ADSL", treatment="TRT01P", variables=["SEX"]),
        display(
            method="ANCOVA",
            lines=[line("{p_value}")],
            dataset="ADSL",
            variables=["AGE"],
            options={
                "refrence": "A",
                "reference": "C",
                "confidence": "95",
                "weights": "om",
                "transform": "log",
                "factors": "SITE",
                "covariates": "SEX",
            },
        ),
    ]
    with pytest.raises(Stopped) as stopped:
        run(wrong, datasets)
    assert str(stopped.value) == snapshot


def test_columns_must_be_told_apart(datasets, display, snapshot):
    made = display(method="Continuous", dataset="ADSL", variables=["AGE"])
    wrong = [
        made.model_copy(
            update={"columns": (DisplayColumn(label="A", values=("A",)), DisplayColumn(label="A"))}
        ),
        made.model_copy(update={"columns": (), "kind": "Figure"}),
    ]
    with pytest.raises(Stopped) as stopped:
        run(wrong, datasets)
    assert str(stopped.value) == snapshot


def test_rows_at_levels_not_shown_are_a_finding(datasets, display, snapshot):
    made = display(method="Continuous", dataset="ADSL", variables=["AGE"], by="TRT01P", by_levels=["A", "C"])
    assert [str(problem) for problem in run([made], datasets).problems] == snapshot


def test_number_compared_with_text_names_the_cell(datasets, display, snapshot):
    made = display(method="Continuous", dataset="ADSL", variables=["AGE"], where="AGE GT old")
    with pytest.raises(Stopped) as stopped:
        run([made], datasets)
    assert str(stopped.value) == snapshot


def test_rows_outside_the_columns_are_a_finding(datasets, display, snapshot):
    made = display(method="Continuous", dataset="ADSL", variables=["AGE"], treatment="TRT01P", total=False)
    made = made.model_copy(update={"population_where": parse("")})
    data = datasets | {"ADSL": datasets["ADSL"].replace({"TRT01P": {"B": "C"}})}
    assert [str(problem) for problem in run([made], data).problems] == snapshot


def listing(display, *items, **more):
    made = display(method="Listing", variables=list(items), **more)
    return made.model_copy(update={"kind": "Listing", "columns": ()})


def test_columns_of_a_listing_and_their_formats(datasets, display, snapshot):
    age = ListedItem(name="AGE", label="Age", format="date99")
    wrong = [
        listing(display, "SEX", "USUBJID", dataset="ADSL", options={"group": "USUBJID"}),
        listing(display, "USUBJID", "SEX", dataset="ADSL", options={"group": "USUBJID SEXX"}),
        listing(display, age, dataset="ADSL"),
        listing(display, ListedItem(name="SEX", label="Sex", format="2"), dataset="ADSL"),
        listing(display, "ARM", dataset="TA"),
    ]
    arms = pd.DataFrame({"ARM": ["A"]}, dtype="str")
    with pytest.raises(Stopped) as stopped:
        run(wrong, datasets | {"TA": arms})
    assert str(stopped.value) == snapshot
    right = listing(display, "USUBJID", "SEX", dataset="ADSL", options={"group": "USUBJID"})
    assert run([right], datasets).problems == ()


def test_records_in_another_column_than_their_subject_are_a_finding(datasets, display, snapshot):
    made = display(method="Occurrence", dataset="ADAE", variables=["AEDECOD"], treatment="TRT01P")
    analysis = made.analyses[0].model_copy(update={"treatment": "TRTA"})
    made = made.model_copy(update={"analyses": (analysis,)})
    assert run([made], datasets).problems == ()
    planned = datasets["ADSL"].assign(TRT01P=["B", "A", "B", "B", "B"])  # 01 had A
    (found,) = run([made], datasets | {"ADSL": planned.astype({"TRT01P": "str"})}).problems
    assert str(found) == snapshot
    assert (found.count, found.out_of) == (1, 7)  # of the subject: these records have no ASEQ
