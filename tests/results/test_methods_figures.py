"""Methods of figures: each number that is drawn is recomputed here from the records, by other means."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.methods import all_methods
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem
from il2cdisc.tlf.figures import all_figures
from il2cdisc.tlf.figures.data import FigureData, Mark

Make = Callable[..., Display]


@pytest.fixture
def figure() -> Make:
    """A figure of the arms A and B (and all, with `total`), with one analysis of keyword arguments."""

    def make(*, total: bool = False, columns: tuple[DisplayColumn, ...] = (), **given) -> Display:
        for name in ("variables", "levels", "by_levels"):
            items = given.get(name, ())
            pairs = [item if isinstance(item, tuple) else (item, item) for item in items]
            given[name] = tuple(ListedItem(name=name, label=label) for name, label in pairs)
        given["where"] = parse(given.get("where", ""))
        arms = [DisplayColumn(label=name, values=(name,)) for name in ("A", "B")]
        return Display(
            id="F-1",
            kind="Figure",
            number="1",
            title="Title",
            population="All",
            population_dataset="ADSL",
            treatment="TRT01A",
            columns=columns or (*arms, *([DisplayColumn(label="All")] if total else [])),
            analyses=(DisplayAnalysis(**({"display": "F-1", "id": "X", "label": ""} | given)),),
        )

    return make


def subjects(a: int, b: int) -> pd.DataFrame:
    ids = [f"{number:02d}" for number in range(1, a + b + 1)]
    return pd.DataFrame(
        {
            "USUBJID": pd.Series(ids, dtype="str"),
            "TRT01A": pd.Series(["A"] * a + ["B"] * b, dtype="str"),
            "TRTSDT": 100.0,
            "EOSDT": [100.0 + 10 * number for number in range(1, a + b + 1)],
        }
    )


def records(adsl: pd.DataFrame, **columns) -> pd.DataFrame:
    """One record per subject."""
    out = adsl[["USUBJID", "TRT01A"]].rename(columns={"TRT01A": "TRTA"})
    return out.assign(**columns)


def marks(display: Display, data: dict[str, pd.DataFrame]) -> list[Mark]:
    return FigureData(display, run([display], data).frame).of(display.analyses[0])


def test_each_method_of_figures_is_drawn_and_the_reverse():
    methods = {name for name, method in all_methods().items() if method.kind == "Figure"}
    assert methods == set(all_figures())


TIMES = [5.0, 8.0, 8.0, 12.0, 20.0, 20.0, 25.0, 30.0, 30.0, 40.0]
CENSORED = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0]


def curve(figure: Make, **options: str) -> tuple[list[Mark], pd.DataFrame]:
    adsl = subjects(10, 3)
    adtte = records(adsl, AVAL=[*TIMES, 7.0, 9.0, 11.0], CNSR=[*CENSORED, 0.0, 1.0, 0.0])
    display = figure(
        method="Kaplan-Meier curve", dataset="ADTTE", treatment="TRTA", variables=["AVAL"],
        levels=["0", "10", "30"], options={"censor": "CNSR"} | options,
    )  # fmt: skip
    return marks(display, {"ADSL": adsl, "ADTTE": adtte}), adtte


def test_curve_steps_and_subjects_at_risk_are_those_of_the_risk_set(figure):
    found, adtte = curve(figure)
    for arm, rows in adtte.groupby("TRTA"):
        survival = 1.0
        own = {mark["time"]: mark for mark in found if mark.column == arm and mark.has("time")}
        for time in sorted({0.0, *rows["AVAL"]}):
            at_risk = int((rows["AVAL"] >= time).sum())
            here = rows.loc[rows["AVAL"] == time]
            events = int((here["CNSR"] == 0).sum())
            survival *= 1 - events / at_risk
            mark = own[time]
            assert mark["at_risk"] == at_risk
            assert (mark["events"], mark["censored"]) == (events, len(here) - events)
            assert mark["survival"] == pytest.approx(100 * survival)
        assert own[30.0]["at_risk"] == int((rows["AVAL"] >= 30).sum())  # a time of Levels


def test_few_subjects_at_the_start_are_said_to_be_not_informative(figure):
    found, _ = curve(figure)
    notes = [mark.texts["note"] for mark in found if "note" in mark.texts]
    assert notes == ["B: fewer than 8 subjects at the start (n = 3); the curve is not informative."]
    assert not [mark for mark in curve(figure, least="3")[0] if "note" in mark.texts]


def test_percentage_with_the_event_is_the_rest_of_the_survival(figure):
    plain, turned = curve(figure)[0], curve(figure, show="percentage")[0]
    pairs = [(one, other) for one, other in zip(plain, turned, strict=True) if one.has("survival_lower")]
    assert pairs
    for one, other in pairs:
        assert other["survival"] == pytest.approx(100 - one["survival"])
        assert other["survival_lower"] == pytest.approx(100 - one["survival_upper"])


def test_onset_is_the_first_event_and_others_are_censored_at_the_end(figure):
    adsl = subjects(2, 2)  # participation ends on days 11, 21, 31, 41
    adae = records(adsl).iloc[[0, 0, 2]].assign(ASTDY=[6.0, 3.0, -1.0]).reset_index(drop=True)
    display = figure(
        method="Onset curve", dataset="ADAE", treatment="TRTA", variables=["ASTDY"],
        options={"start": "TRTSDT", "end": "EOSDT", "least": "1"},
    )  # fmt: skip
    found = {(m.column, m["time"]): m for m in marks(display, {"ADSL": adsl, "ADAE": adae}) if m.has("time")}
    assert found["A", 3.0]["events"] == 1
    assert found["A", 3.0]["survival"] == 50
    assert found["A", 21.0]["censored"] == 1
    assert found["B", 1.0]["events"] == 1  # an onset before the first day is at day 1
    assert found["B", 41.0]["censored"] == 1


def test_box_is_of_quartiles_and_whiskers_end_at_the_last_value_within_reach(figure):
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 30.0]
    adsl = subjects(8, 1)
    advs = records(adsl, AVAL=[*values, 4.0], AVISIT="Week 1")
    display = figure(
        method="Box plot",
        dataset="ADVS",
        treatment="TRTA",
        variables=["AVAL"],
        by="AVISIT",
        by_levels=["Week 1"],
    )
    found = marks(display, {"ADSL": adsl, "ADVS": advs})
    box = found[0]
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    assert (box["q1"], box["median"], box["q3"]) == (q1, median, q3)
    inside = [value for value in values if q1 - 1.5 * (q3 - q1) <= value <= q3 + 1.5 * (q3 - q1)]
    assert (box["whisker_low"], box["whisker_high"]) == (min(inside), max(inside)) == (1.0, 7.0)
    assert [(m.path[0], m["outside"]) for m in found if m.has("outside")] == [("08", 30.0)]
    assert (found[1].column, found[1]["n"], found[1]["median"]) == ("B", 1, 4.0)


def scatter(figure: Make, rows: pd.DataFrame, **options: str) -> list[Mark]:
    display = figure(
        method="Scatter",
        dataset="ADLB",
        treatment="TRTA",
        variables=["BASE", "AVAL"],
        options=options,
        total=True,
    )
    return marks(display, {"ADSL": subjects(4, 2), "ADLB": rows})


def test_line_and_correlation_of_a_scatter(figure):
    rows = records(subjects(4, 2), BASE=[1.0, 2.0, 3.0, 4.0, 5.0, 5.0], AVAL=[2.0, 3.9, 6.1, 8.2, 1.0, 2.0])
    found = scatter(figure, rows)
    a, b, every = found[:3]
    slope, intercept = np.polyfit(rows["BASE"][:4], rows["AVAL"][:4], 1)
    assert (a["slope"], a["intercept"]) == pytest.approx((slope, intercept))
    assert (a["from_x"], a["to_y"]) == pytest.approx((1.0, intercept + 4 * slope))
    assert a["correlation"] == pytest.approx(np.corrcoef(rows["BASE"][:4], rows["AVAL"][:4])[0, 1])
    assert not b.has("slope")
    assert "line needs different values" in b.errors["slope"]
    assert every["n"] == 6
    assert {mark.column for mark in found[3:]} == {"A", "B"}  # a subject is in the column of its arm


def test_of_several_records_the_largest_is_taken_or_none(figure):
    rows = records(subjects(4, 2), BASE=1.0, AVAL=[2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    twice = pd.concat([rows, rows.assign(AVAL=rows["AVAL"] + 10)], ignore_index=True)
    largest = scatter(figure, twice, records="largest", fit="none")
    assert [mark["y"] for mark in largest if mark.has("y")] == [12.0, 13.0, 14.0, 15.0, 16.0, 17.0]
    refused = scatter(figure, twice)
    assert not any(mark.has("y") for mark in refused)
    assert refused[0].errors["correlation"] == "The analysis needs one row per subject; 01 has several."


def test_waterfall_begins_with_the_largest_value(figure):
    adsl = subjects(2, 2)
    rows = records(adsl, PCHG=[-10.0, 5.0, -50.0, 5.0])
    display = figure(method="Waterfall", dataset="ADQS", treatment="TRTA", variables=["PCHG"])
    found = marks(display, {"ADSL": adsl, "ADQS": rows})
    assert [(mark.path[0], mark["value"]) for mark in found] == [
        ("02", 5.0), ("04", 5.0), ("01", -10.0), ("03", -50.0),
    ]  # fmt: skip


def test_profiles_have_no_value_where_a_visit_has_two_records(figure):
    adsl = subjects(1, 1)
    rows = records(adsl, AVAL=[1.0, 2.0], AVISIT="V1")
    rows = pd.concat([rows, rows.iloc[[0]]], ignore_index=True)
    display = figure(
        method="Individual profiles", dataset="ADQS", treatment="TRTA", variables=["AVAL"], by="AVISIT",
        by_levels=[("V1", "1")],
    )  # fmt: skip
    found = marks(display, {"ADSL": adsl, "ADQS": rows})
    assert not found[0].has("value")
    assert (found[1].column, found[1].path, found[1]["value"]) == ("B", ("02", "V1"), 2.0)


def test_terms_of_a_dot_plot_are_by_decreasing_difference(figure):
    adsl = subjects(4, 4)
    terms = {"Rash": [0, 1, 2], "Cough": [0, 4, 5, 6], "Ache": [0, 4], "Zeal": [1]}
    rows = records(adsl).iloc[[place for places in terms.values() for place in places]].reset_index(drop=True)
    rows["AEDECOD"] = pd.array([term for term, places in terms.items() for _ in places], dtype="str")
    given = {
        "method": "Event dot plot",
        "dataset": "ADAE",
        "treatment": "TRTA",
        "variables": ["AEDECOD"],
        "options": {"reference": "B"},
    }
    found = marks(figure(**given), {"ADSL": adsl, "ADAE": rows})
    own = [mark for mark in found if mark.column == "A"]
    assert [(mark.level, mark["p"], mark["difference"]) for mark in own] == [
        ("Rash", 75.0, 75.0), ("Zeal", 25.0, 25.0), ("Ache", 25.0, 0.0), ("Cough", 25.0, -50.0),
    ]  # fmt: skip
    frequent = marks(
        figure(**given | {"options": {"reference": "B", "least": "50"}}), {"ADSL": adsl, "ADAE": rows}
    )
    assert list(dict.fromkeys(mark.level for mark in frequent)) == ["Rash", "Cough"]


def test_peaks_of_liver_tests_and_their_days(figure):
    adsl = subjects(2, 1)
    lines = [
        # subject, parameter, day, value, upper limit
        ("01", "ALT", 5.0, 200.0, 40.0), ("01", "AST", 9.0, 90.0, 30.0), ("01", "BILI", 30.0, 63.0, 21.0),
        ("02", "ALT", 5.0, 160.0, 40.0), ("02", "BILI", 90.0, 42.0, 21.0), ("02", "BILI", 100.0, 42.0, 21.0),
        ("03", "ALT", 5.0, 20.0, 40.0),
    ]  # fmt: skip
    rows = pd.DataFrame(lines, columns=["USUBJID", "PARAMCD", "ADY", "AVAL", "ANRHI"])
    rows = rows.astype({"USUBJID": "str", "PARAMCD": "str"}).assign(
        TRTA=rows["USUBJID"].map({"01": "A", "02": "A", "03": "B"}).astype("str")
    )
    display = figure(
        method="Liver screening", dataset="ADLB", treatment="TRTA", variables=["AVAL"],
        options={"upper": "ANRHI", "day": "ADY", "parameter": "PARAMCD", "x": "ALT AST", "y": "BILI"},
    )  # fmt: skip
    found = marks(display, {"ADSL": adsl, "ADLB": rows})
    a, b, *points = found
    assert [(m.path[0], m["x"], m["y"], m["days"], m["within"]) for m in points] == [
        ("01", 5.0, 3.0, 25.0, 1.0), ("02", 4.0, 2.0, 85.0, 0.0),
    ]  # fmt: skip
    assert (a["n"], a["both"], a["both_within"], a["neither"]) == (2, 2, 1, 0)
    assert (b["n"], b["both"]) == (0, 0)  # no bilirubin: not on the figure


def test_subjects_remain_until_the_day_of_the_visit(figure):
    adsl = subjects(2, 2)  # participation ends on days 11, 21, 31, 41
    rows = records(adsl, AVAL=[1.0, math.nan, 1.0, 1.0], AVISIT="Day 15")
    display = figure(
        method="Availability by visit", dataset="ADLB", treatment="TRTA", variables=["AVAL"], by="AVISIT",
        by_levels=[("Day 15", "15")], options={"start": "TRTSDT", "end": "EOSDT"},
    )  # fmt: skip
    a, b = marks(display, {"ADSL": adsl, "ADLB": rows})
    # 01 has a result though participation ended before; 02 remains without a result
    assert (a["n"], a["without"], a["remaining"], a["p_without"]) == (1, 1, 2, 50.0)
    assert (b["n"], b["without"]) == (2, 0)


def test_flow_counts_all_and_each_arm(figure):
    adsl = subjects(3, 2).assign(DCSREAS=pd.array(["DIED", None, "LOST", "LOST", None], dtype="str"))
    columns = (
        DisplayColumn(label="A", values=("A",)),
        DisplayColumn(label="B", values=("B",)),
        DisplayColumn(label="All"),
    )
    given = {"method": "Subject flow", "dataset": "ADSL", "label": "Ended early", "variables": ["DCSREAS"]}
    where = 'DCSREAS NE ""'
    by_arm = marks(figure(columns=columns, where=where, options={"place": "arms"}, **given), {"ADSL": adsl})
    assert [(mark.column, mark.level, mark["n"]) for mark in by_arm] == [
        ("A", "", 2), ("B", "", 1), ("A", "LOST", 1), ("B", "LOST", 1), ("A", "DIED", 1), ("B", "DIED", 0),
    ]  # fmt: skip
    every = marks(figure(columns=columns, where=where, **given), {"ADSL": adsl})
    assert [(mark.column, mark.level, mark["n"]) for mark in every] == [
        ("All", "", 3), ("All", "LOST", 2), ("All", "DIED", 1),
    ]  # fmt: skip
    named = marks(figure(columns=columns, where=where, levels=[("DIED", "Died")], **given), {"ADSL": adsl})
    assert [mark.level for mark in named] == ["", "DIED", "LOST"]  # a level without a name is not lost


def test_forest_is_the_analysis_of_covariance_of_each_subgroup(visits):
    from il2cdisc.stats.ancova import ancova

    week = visits["ADVS"].loc[visits["ADVS"]["AVISIT"] == "V3"].reset_index(drop=True)
    data = {"ADSL": visits["ADSL"], "ADVS": week}
    arms = tuple(DisplayColumn(label=arm, values=(arm,)) for arm in ("ACT", "PBO"))
    levels = sorted(week["STRATA"].unique())
    display = Display(
        id="F-1", kind="Figure", number="1", title="T", population="All", population_dataset="ADSL",
        treatment="TRTP", columns=arms,
        analyses=(
            DisplayAnalysis(
                display="F-1", id="X", label="Stratum", method="Forest", dataset="ADVS", by="STRATA",
                variables=(ListedItem(name="CHG", label="CHG"),),
                by_levels=tuple(ListedItem(name=level, label=level) for level in levels),
                options={"reference": "PBO", "covariates": "BASE"},
            ),
        ),
    )  # fmt: skip
    found = {(mark.path[0], mark.column): mark for mark in marks(display, data)}
    for level in levels:
        own = week.loc[week["STRATA"] == level]
        fit = ancova(
            own["CHG"], own["TRTP"], levels=["ACT", "PBO"], reference="PBO", covariates={"BASE": own["BASE"]}
        ).differences["ACT"]
        mark = found[level, "ACT"]
        assert (mark["difference"], mark["difference_lower"]) == pytest.approx((fit.estimate, fit.lower))
        assert "difference" not in found[level, "PBO"].values


def test_wrong_options_of_figures_are_refused_at_their_cell(figure, snapshot):
    data = {"ADSL": subjects(2, 2), "ADXX": records(subjects(2, 2), AVAL=1.0, AVISIT="V1", CNSR=0.0)}
    common = {"dataset": "ADXX", "treatment": "TRTA", "variables": ["AVAL"]}
    by = {"by": "AVISIT", "by_levels": ["V1"]}
    wrong = [
        figure(method="Kaplan-Meier curve", levels=["x"], options={"show": "share", "least": "0"}, **common),
        figure(method="Onset curve", options={"start": "TRTSDT"}, **common),
        figure(method="Box plot", **common),
        figure(method="Scatter", options={"fit": "cubic", "records": "last", "lines_x": "a"}, **common),
        figure(method="Waterfall", options={"lines": "0 0"}, **common),
        figure(method="Event dot plot", options={"reference": "C", "least": "x"}, **common),
        figure(
            method="Liver screening",
            options={"upper": "AVAL", "x": "ALT", "y": "ALT", "cut_x": "-1"},
            **common,
        ),
        figure(method="Availability by visit", **common | by),
        figure(method="Subject flow", options={"place": "left"}, dataset="ADXX", treatment="TRTA"),
        figure(method="Correlation heatmap", **common | by),
        figure(method="Residuals", dataset="ADXX", treatment="TRTA"),
    ]
    with pytest.raises(Stopped) as stopped:
        run([item.model_copy(update={"id": f"F-{i}"}) for i, item in enumerate(wrong)], data)
    assert str(stopped.value) == snapshot


def test_a_figure_has_analyses_of_one_method(figure, snapshot):
    made = figure(method="Waterfall", dataset="ADXX", treatment="TRTA", variables=["AVAL"])
    other = made.analyses[0].model_copy(update={"id": "Y", "method": "Box plot"})
    data = {"ADSL": subjects(2, 2), "ADXX": records(subjects(2, 2), AVAL=1.0)}
    with pytest.raises(Stopped) as stopped:
        run([made.model_copy(update={"analyses": (made.analyses[0], other)})], data)
    assert str(stopped.value) == snapshot
