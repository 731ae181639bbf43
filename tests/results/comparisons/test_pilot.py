"""Published tests and curves of the CDISC pilot, recomputed through displays (pages of the study report)."""

from __future__ import annotations

import numpy as np
import pytest

from il2cdisc.base.rounding import fixed
from il2cdisc.results.frame import HEADER
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")


def display(population: str, by: str, **analysis) -> Display:
    """A column per arm, with one analysis."""
    for name in ("variables", "levels"):
        items = analysis.get(name, ())
        analysis[name] = tuple(ListedItem(name=item, label=item) for item in items)
    analysis["where"] = parse(analysis.get("where", ""))
    given = DisplayAnalysis(display="T", id="X", label="", **analysis)
    return Display(
        id="T", kind="Table", number="1", title="T", population="P", population_dataset="ADSL",
        population_where=parse(population), treatment=by, analyses=(given,),
        columns=tuple(DisplayColumn(label=arm, values=(arm,)) for arm in ARMS),
    )  # fmt: skip


def line(made: Display, data, statistic: str, digits: int = 4, **where) -> str:
    """One statistic over the columns that have it, as printed."""
    frame = run([made], data).frame
    own = frame[(frame["analysis"] != HEADER) & (frame["statistic"] == statistic)]
    for name, value in where.items():
        own = own[own[name] == value]
    return " / ".join("NA" if np.isnan(value) else fixed(value, digits) for value in own["value"])


def test_disposition_and_demographics(pilot):
    """Pages 44 and 46: exact test of ending early for lack of efficacy; chi-square of sex and age group."""
    adsl = pilot("adsl")
    early = (adsl["COMP24FL"] != "Y") & (adsl["DCSREAS"] == "Lack of Efficacy")
    adsl["LACK"] = early.map({True: "Y", False: "N"}).astype("str")
    data = {"ADSL": adsl}

    def p(variable: str, test: str) -> str:
        made = display("ITTFL EQ Y", "TRT01P", method="Association", dataset="ADSL", variables=[variable],
                       options={"test": test})  # fmt: skip
        return line(made, data, "p_value")

    assert p("LACK", "fisher") == "0.3281"
    assert p("COMP24FL", "fisher") == "0.0000"  # printed as <.0001
    assert p("SEX", "chi-square") == "0.1409"
    assert p("AGEGR1", "chi-square") == "0.1439"


@pytest.mark.parametrize(("week", "p"), [("8", "0.2727"), ("16", "0.4003"), ("24", "0.6180")])
def test_global_impression_by_row_mean_scores(pilot, week, p):
    """Page 61: Cochran-Mantel-Haenszel, stratified by site group."""
    made = display(
        "EFFFL EQ Y AND ITTFL EQ Y", "TRT01P", method="Association", dataset="ADCIBC", treatment="TRTP",
        where=f"ANL01FL EQ Y AND AVISITN EQ {week}", variables=["AVAL"],
        levels=list("1234567"), options={"test": "row-mean-scores", "strata": "SITEGR1"},
    )  # fmt: skip
    assert line(made, {"ADSL": pilot("adsl"), "ADCIBC": pilot("adcibc")}, "p_value") == p


def test_time_to_first_dermatologic_event(pilot):
    """Page 151: medians, log-rank test; subjects at risk as in the report of pilot 3."""
    data = {"ADSL": pilot("adsl"), "ADTTE": pilot("adtte")}
    given = {"dataset": "ADTTE", "treatment": "TRTA", "where": "PARAMCD EQ TTDE", "variables": ["AVAL"]}
    curve = display(
        "SAFFL EQ Y", "TRT01A", method="Kaplan-Meier", **given, levels=["20", "100", "200"],
        options={"censor": "CNSR", "transform": "identity"},
    )  # fmt: skip
    assert line(curve, data, "events", 0) == "29 / 62 / 61"
    assert line(curve, data, "censored", 0) == "57 / 22 / 23"
    assert line(curve, data, "median", 0) == "NA / 33 / 36"
    assert line(curve, data, "median_lower", 0).endswith("27 / 24")
    assert line(curve, data, "median_upper", 0) == "NA / 48 / 46"
    assert line(curve, data, "at_risk", 0, level="20") == "75 / 58 / 48"
    assert line(curve, data, "at_risk", 0, level="100") == "47 / 12 / 4"
    log_log = display("SAFFL EQ Y", "TRT01A", method="Kaplan-Meier", **given, options={"censor": "CNSR"})
    assert line(log_log, data, "median_lower", 0).endswith("/ 23")
    test = display("SAFFL EQ Y", "TRT01A", method="Log-rank", **given, options={"censor": "CNSR"})
    assert (line(test, data, "statistic", 3), line(test, data, "df", 0)) == ("60.270", "2")


@pytest.mark.parametrize(("test", "p"), [("ALT", "0.82794"), ("CK", "0.81136"), ("GGT", "0.89816")])
def test_shift_is_tested_by_baseline(pilot, test, p):
    """Pages 132 to 135: general association of treatment and category, stratified by the baseline's."""
    made = display(
        "SAFFL EQ Y", "TRT01A", method="Association", dataset="ADLBC", treatment="TRTA",
        where=f"PARAMCD EQ {test} AND ANL01FL EQ Y AND AVISITN NE 99", variables=["ANRIND"],
        options={"test": "general-association", "strata": "BNRIND"},
    )  # fmt: skip
    assert line(made, {"ADSL": pilot("adsl"), "ADLBC": pilot("adlbc")}, "p_value", 5) == p


@pytest.mark.parametrize(
    ("level", "subjects", "p"),
    [
        ("GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS", "21 / 47 / 40", "0.000 / 0.002"),
        ("GASTROINTESTINAL DISORDERS", "17 / 14 / 20", "0.692 / 0.580"),
        ("PRURITUS", "8 / 21 / 26", "0.008 / 0.000"),
        ("ERYTHEMA", "8 / 14 / 14", "0.175 / 0.175"),
        ("DIZZINESS", "2 / 8 / 11", "0.056 / 0.009"),
        ("RASH", "5 / 13 / 9", "0.048 / 0.277"),
    ],
)
def test_adverse_events_with_exact_tests(incidence, level, subjects, p):
    """Pages 63 to 76: subjects, and Fisher's test of each dose against placebo."""
    own = incidence[incidence["level"] == level]
    shown = [
        " / ".join(fixed(value, digits) for value in own[own["statistic"] == statistic]["value"])
        for statistic, digits in (("n", 0), ("p_fisher", 3))
    ]
    assert shown == [subjects, p]


@pytest.fixture(scope="module")
def incidence(pilot):
    made = display(
        "SAFFL EQ Y", "TRT01A", method="Incidence", dataset="ADAE", where="TRTEMFL EQ Y", treatment="TRTA",
        variables=["AEBODSYS", "AEDECOD"],
    )  # fmt: skip
    frame = run([made], {"ADSL": pilot("adsl"), "ADAE": pilot("adae")}).frame
    return frame[frame["analysis"] != HEADER]
