"""Rows of displays as data: decimals, lines, groups and blocks of each method."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from il2cdisc.results.methods import all_methods
from il2cdisc.results.methods.continuous import STATISTICS
from il2cdisc.results.rows import shaped_rows, shown_lines
from il2cdisc.results.run import run
from il2cdisc.results.shape import Field, Template
from il2cdisc.spec.tlf import Line, ListedItem
from il2cdisc.stats.descriptive import describe


def shape(datasets, display, **analysis) -> list[tuple]:
    """Label, indent, block, and H of a head, K of a row kept with the next, of each row."""
    made = display(**analysis)
    found = run([made], datasets).frame
    rows = shaped_rows(made.analyses[0], found[found["analysis"] == "X"])
    assert pickle.loads(pickle.dumps(rows)) == rows
    return [
        (row.label, row.indent, row.block, "H" * row.head + "K" * (row.keep and not row.head)) for row in rows
    ]


@pytest.mark.parametrize(
    ("method", "statistic", "collected", "decimals"),
    [
        ("Continuous", "n", 2, 0),
        ("Continuous", "mean", 0, 1),
        ("Continuous", "sd", 0, 2),
        ("Continuous", "median", 1, 2),
        ("Continuous", "min", 1, 1),
        ("Categorical", "p", 3, 1),
        ("Occurrence", "events", 3, 0),
        ("ANCOVA", "lsmean_se", 1, 3),
        ("ANCOVA", "difference_upper", 1, 2),
        ("ANCOVA", "exp_lsmean", 0, 1),
        ("ANCOVA", "df", 2, 0),
        ("ANCOVA", "p_value", 2, 4),
    ],
)
def test_decimals_are_the_methods(method, statistic, collected, decimals):
    assert all_methods()[method].statistics[statistic].shown(collected) == decimals


def test_lines_are_those_of_the_workbook_or_of_the_method(display):
    own = (Line(label="SD", template="SD {sd:4}"), Line(label="p", template="{n} of {mean}"))
    given = {"method": "Continuous", "dataset": "ADSL", "variables": ["AGE"], "decimals": 1}
    lines = shown_lines(display(**given, lines=own).analyses[0])
    assert [(line.label, line.template) for line in lines] == [
        ("SD", Template(("SD ", Field("sd", 4)))),
        ("p", Template((Field("n", 0), " of ", Field("mean", 2)))),
    ]
    default = shown_lines(display(**given).analyses[0])
    assert [line.label for line in default] == ["n", "Mean (SD)", "Median", "Q1, Q3", "Min, Max"]


def test_statistics_of_a_summary_are_those_that_are_computed():
    assert tuple(STATISTICS) == (*describe([1.0, 2.0]), "missing")


def test_continuous_by_visit(datasets, display):
    datasets["ADVS"]["TRT01A"] = datasets["ADVS"]["TRTP"]
    rows = shape(
        datasets, display, label="Blood pressure", method="Continuous", dataset="ADVS",
        variables=["AVAL", "CHG"], by="AVISIT", options={"omit": "CHG @ Week1"},
        by_levels=[ListedItem(name="Week1", label="Week 1"), ListedItem(name="Week2", label="Week 2")],
        lines=[Line(label="n", template="{n}")],
    )  # fmt: skip
    assert rows == [
        ("Blood pressure", 0, 0, "H"),
        ("Week 1", 1, 0, "H"),
        ("AVAL", 2, 0, "H"),
        ("n", 3, 0, ""),
        ("Week 2", 1, 1, "H"),
        ("AVAL", 2, 1, "H"),
        ("n", 3, 1, ""),
        ("CHG", 2, 1, "H"),
        ("n", 3, 1, ""),
    ]


def test_categorical(datasets, display):
    given = {"method": "Categorical", "dataset": "ADSL", "variables": ["SEX"], "levels": ["F"]}
    assert shape(datasets, display, label="Sex", **given) == [
        ("Sex", 0, 0, "H"),
        ("F", 1, 0, ""),
        ("M", 1, 0, ""),
        ("Missing", 1, 0, ""),
    ]
    assert shape(datasets, display, **given)[0] == ("F", 0, 0, "")


def test_occurrence_keeps_a_broad_term_with_the_next(datasets, display):
    datasets["ADAE"]["TRT01A"] = datasets["ADAE"]["TRTA"]
    rows = shape(
        datasets, display, method="Occurrence", dataset="ADAE", variables=["AEBODSYS", "AEDECOD"],
        where="TRTEMFL EQ Y",
    )  # fmt: skip
    assert rows == [
        ("Gut", 0, 0, "K"),
        ("Nausea", 1, 0, ""),
        ("Missing", 0, 1, "K"),
        ("Missing", 1, 1, ""),
        ("Skin", 0, 2, "K"),
        ("Itch", 1, 2, ""),
        ("Rash", 1, 2, ""),
    ]


def test_a_count_has_one_line(datasets, display):
    lines = [Line(label="", template="{n}"), Line(label="", template="{p}")]
    made = display(method="Subjects", dataset="ADSL", lines=lines)
    with pytest.raises(Exception, match="Subjects takes at most 1 of Lines; there are 2"):
        run([made], datasets)


def test_methods_are_found_without_a_library_of_statistics():
    code = (
        "import sys\n"
        "from il2cdisc.results.methods import all_methods\n"
        "all_methods()\n"
        "print(sorted({'scipy', 'statsmodels', 'formulaic', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
