"""Appendices of models, narratives and events for registries: numbers and texts from small trials."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem
from il2cdisc.spec.tlf_reports import with_models
from il2cdisc.stats.distributions import normal_scores
from il2cdisc.stats.mmrm import mmrm
from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.table import NO_ROWS

MODEL = {
    "method": "MMRM",
    "variables": ["CHG"],
    "by": "AVISIT",
    "by_levels": ["V1", "V2", "V3", "V4", "V5", "V6"],
    "options": {"reference": "PBO", "factors": "STRATA", "covariates": "BASE", "covariance": "UN TOEPH"},
}
FORMULA = "CHG ~ TRTP + AVISIT + STRATA + BASE + TRTP:AVISIT"


def reports(comparison, of: str = "T-1 X", **model) -> tuple[list[Display], Problems]:
    """The display of a model, with a table and a figure that report it."""
    made = comparison(**MODEL | model)
    everybody = (DisplayColumn(label="All"),)
    table = made.model_copy(
        update={
            "id": "T-9",
            "columns": everybody,
            "analyses": (
                DisplayAnalysis(
                    display="T-9", id="R", label="", method="Model report", dataset="ADVS", options={"of": of}
                ),
            ),
        }
    )
    figure = made.model_copy(
        update={
            "id": "F-9",
            "kind": "Figure",
            "analyses": (
                DisplayAnalysis(
                    display="F-9", id="R", label="", method="Residuals", dataset="ADVS", options={"of": of}
                ),
            ),
        }
    )
    problems = Problems([])
    return with_models([made, table, figure], problems), problems


def test_report_of_a_mixed_model_has_its_coefficients_and_covariance(visits, comparison):
    displays, problems = reports(comparison)
    assert problems.items == []
    results = run(displays, visits).frame
    own = FigureData(displays[1], results).of(displays[1].analyses[0])
    facts = {mark.level: mark.texts["text"] for mark in own if "text" in mark.texts}
    assert facts["Model"] == FORMULA
    assert facts["Covariance structure used"] == "UN, 21 parameters"
    assert facts["Choice and convergence"] == "UN converged."
    advs = visits["ADVS"].assign(
        TRTP=pd.Categorical(visits["ADVS"]["TRTP"], ["PBO", "ACT"]),
        AVISIT=pd.Categorical(visits["ADVS"]["AVISIT"], MODEL["by_levels"], ordered=True),
    )
    fit = mmrm(FORMULA, advs, subject="USUBJID", visit="AVISIT")
    coefficients = {mark.level: mark for mark in own if "estimate" in mark.values}
    assert list(coefficients) == list(fit.coefficients.index)
    for name, row in fit.coefficients.iterrows():
        assert coefficients[name]["estimate"] == pytest.approx(row["estimate"], rel=1e-9)
        assert coefficients[name]["df"] == pytest.approx(row["df"], rel=1e-9)
    variances = {mark.level: mark["covariance"] for mark in own if "covariance" in mark.values}
    assert variances["V1"] == pytest.approx(fit.covariance.loc["V1", "V1"])
    assert variances["V2, V1"] == pytest.approx(fit.covariance.loc["V2", "V1"])
    assert lay_out(displays[1], results).rows[1].cells == ("Model", FORMULA)


def test_residuals_are_observed_less_predicted(visits, comparison):
    displays, _ = reports(comparison)
    own = FigureData(displays[2], run(displays, visits).frame).of(displays[2].analyses[0])
    used = visits["ADVS"].dropna(subset=["CHG", "BASE"])
    assert len(own) == len(used)
    assert [mark["residual"] for mark in own] == pytest.approx([m["observed"] - m["predicted"] for m in own])
    standardised = [mark["standardised"] for mark in own]
    assert [mark["quantile"] for mark in own] == pytest.approx(list(normal_scores(pd.Series(standardised))))
    observed = {(mark.path, mark["observed"]) for mark in own}
    records = zip(used["USUBJID"], used["AVISIT"], used["CHG"], strict=True)
    assert observed == {((subject, visit), value) for subject, visit, value in records}


def test_report_of_an_analysis_of_covariance(visits, comparison):
    given = {"method": "ANCOVA", "by": "", "by_levels": [], "where": "AVISIT EQ V3"}
    displays, _ = reports(comparison, **given, options={"reference": "PBO", "covariates": "BASE"})
    results = run(displays[1:2], visits).frame
    own = {mark.level: mark for mark in FigureData(displays[1], results).of(displays[1].analyses[0])}
    assert own["Model"].texts["text"] == "CHG ~ TRTP + BASE"
    rows = visits["ADVS"].loc[visits["ADVS"]["AVISIT"] == "V3"].dropna(subset=["CHG", "BASE"])
    assert own["Degrees of freedom"].texts["text"] == f"{len(rows) - 3} (records less parameters)"
    assert "TRTP PBO" in own


def test_report_of_a_model_that_does_not_exist_is_refused(comparison, visits, snapshot):
    _, unknown = reports(comparison, of="T-1 Y")
    displays, _ = reports(comparison, method="Continuous", by="", by_levels=[], options={})
    with pytest.raises(Stopped) as stopped:
        run(displays, visits)
    assert [str(problem) for problem in (*unknown.items, *stopped.value.problems)] == snapshot


def events() -> dict[str, pd.DataFrame]:
    adsl = pd.DataFrame(
        {
            "USUBJID": pd.array(["01", "02", "03", "04"], dtype="str"),
            "TRT01A": pd.array(["A", "A", "B", "B"], dtype="str"),
            "AGE": [34.0, 51.0, 40.0, 29.0],
            "SEX": pd.array(["F", "M", "F", "M"], dtype="str"),
            "TRTSDT": 22645.0,
        }
    )
    lines = [
        ("01", "A", "Gut", "Nausea", "N", "RELATED", None, "DOSE NOT CHANGED", 2.0),
        ("01", "A", "Gut", "Nausea", "N", "RELATED", None, "DOSE NOT CHANGED", 8.0),
        ("02", "A", "Heart", "Syncope", "Y", "RELATED", "Y", "DRUG WITHDRAWN", 5.0),
        ("03", "B", None, None, "N", "NOT RELATED", None, "DRUG WITHDRAWN", 3.0),
    ]
    names = ["USUBJID", "TRTA", "AEBODSYS", "AEDECOD", "AESER", "AREL", "AESDTH", "AEACN", "ASTDY"]
    adae = pd.DataFrame(lines, columns=names)
    texts = dict.fromkeys(names[:-1], "str")
    return {"ADSL": adsl, "ADAE": adae.astype(texts).assign(AETERM=pd.array(["nausea"] * 4, dtype="str"))}


def display(kind: str, **given) -> Display:
    variables = tuple(ListedItem(name=name, label=label) for name, label in given.pop("variables"))
    arms = tuple(DisplayColumn(label=f"Arm {arm}", values=(arm,)) for arm in ("A", "B", "C"))
    return Display(
        id="T-1", kind=kind, number="1", title="Title", population="All", population_dataset="ADSL",
        treatment="TRT01A", columns=arms if kind == "Table" else (),
        analyses=(
            DisplayAnalysis(
                display="T-1", id="X", label="", dataset="ADAE", treatment="TRTA", variables=variables,
                **given,
            ),
        ),
    )  # fmt: skip


REGISTRY = {
    "method": "Registry events",
    "variables": [("AEBODSYS", "System"), ("AEDECOD", "Term")],
    "options": {"serious": "AESER", "related": "AREL", "related_as": "RELATED", "fatal": "AESDTH"},
}


def test_events_for_registries_with_an_arm_of_nobody():
    made = display("Table", **REGISTRY)
    own = FigureData(made, run([made], events()).frame).of(made.analyses[0])
    totals = {mark.column: dict(mark.values) for mark in own if not mark.path}
    assert totals["Arm A"] == {
        "at_risk": 2, "serious_subjects": 1, "other_subjects": 1, "deaths_all_causes": 1,
        "deaths_by_event": 1,
    }  # fmt: skip
    assert totals["Arm C"] == dict.fromkeys(totals["Arm A"], 0)
    terms = {(*mark.path, mark.level, mark.column): mark for mark in own if mark.path}
    syncope = terms["Serious", "Heart", "Syncope", "Arm A"]
    assert [syncope[name] for name in ("subjects", "events", "related_events", "deaths")] == [1, 1, 1, 1]
    nausea = terms["Other", "Gut", "Nausea", "Arm A"]
    assert (nausea["subjects"], nausea["events"]) == (1, 2)
    assert terms["Other", "Gut", "Nausea", "Arm B"]["events"] == 0
    assert ("Other", "Not coded", "Not coded", "Arm B") in terms


def test_terms_below_the_threshold_are_left_out_of_other_events():
    data = events()
    data["ADSL"] = pd.concat([data["ADSL"], *[data["ADSL"].assign(USUBJID=f"9{i}") for i in range(30)]])
    options = REGISTRY["options"] | {"threshold": "5"}
    made = display("Table", **REGISTRY | {"options": options})
    own = FigureData(made, run([made], data).frame).of(made.analyses[0])
    assert {mark.path[0] for mark in own if mark.path} == {"Serious"}
    assert {mark.column: mark["other_subjects"] for mark in own if not mark.path}["Arm A"] == 0


NARRATIVES = {
    "method": "Narratives",
    "variables": [("TRTA", "Treatment"), ("AETERM", "Narrative")],
    "options": {
        "serious": "AESER", "fatal": "AESDTH", "action": "AEACN", "withdrawn": "DRUG WITHDRAWN",
        "term": "AEDECOD", "verbatim": "AETERM", "onset": "ASTDY", "related": "AREL", "criteria": "AESDTH",
        "criteria_names": "AESDTH=death", "age": "AGE", "sex": "SEX", "first_dose": "TRTSDT",
    },
}  # fmt: skip


def test_narratives_of_planted_events(snapshot):
    made = display("Listing", **NARRATIVES)
    found = run([made], events())
    rows = lay_out(made, found.frame, found.listed[made.id]).rows
    assert [row.cells for row in rows] == snapshot


def test_without_a_grave_event_the_listing_says_so():
    data = events()
    data["ADAE"] = data["ADAE"].iloc[:2]
    made = display("Listing", **NARRATIVES)
    found = run([made], data)
    assert lay_out(made, found.frame, found.listed[made.id]).empty == NO_ROWS
    assert found.frame.loc[found.frame["statistic"] == "rows", "value"].tolist() == [0.0]


def test_narratives_are_of_the_records_selected():
    made = display("Listing", **NARRATIVES, where=parse("AEBODSYS EQ Heart"))
    found = run([made], events())
    assert found.listed[made.id]["USUBJID"].distinct == ["02"]
    (line,) = found.frame[found.frame["statistic"] == "rows"].to_dict("records")
    assert (line["where"], line["value"]) == ("AEBODSYS EQ Heart", 1.0)
