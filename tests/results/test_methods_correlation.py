"""Correlation and PLS as methods of displays: R's numbers, families of tests, what fails."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import DisplayColumn, Line
from il2cdisc.spec.where import select
from il2cdisc.stats.correlation import pearson
from il2cdisc.stats.pls import bootstrap_importance, cross_validated, pls

R = json.loads((Path(__file__).parents[1] / "stats" / "reference" / "continuous.json").read_text())
VISITS = ["V1", "V2", "V3", "V4", "V5", "V6"]
BY_VISIT = {"method": "Correlation", "variables": ["BASE", "CHG"], "by": "AVISIT", "by_levels": VISITS}
NAMES = {
    "n": "n",
    "correlation": "r",
    "correlation_lower": "lower",
    "correlation_upper": "upper",
    "p_value": "p",
}


def with_all(display):
    """The display with a column of all subjects."""
    return display.model_copy(update={"columns": (*display.columns, DisplayColumn(label="All"))})


def errors(frame: pd.DataFrame) -> set[str]:
    return set(frame["error"]) - {""}


@pytest.mark.parametrize("coefficient", ["pearson", "spearman"])
@pytest.mark.parametrize(("adjust", "name"), [("benjamini-hochberg", "BH"), ("holm", "holm")])
def test_correlations_and_their_family_equal_r(visits, comparison, statistics, coefficient, adjust, name):
    made = with_all(comparison(**BY_VISIT, options={"coefficient": coefficient, "adjust": adjust}))
    results = run([made], visits)
    assert results.problems == ()
    found = [statistics(results.frame, "All", row) for row in range(6)]
    for statistic, other in NAMES.items():
        assert [row[statistic] for row in found] == pytest.approx(R[f"{coefficient} {other}"], rel=1e-9)
    assert [row["adjusted_p_value"] for row in found] == pytest.approx(R[f"{coefficient} {name}"], rel=1e-9)


def test_each_column_is_a_group_and_a_family(visits, comparison, statistics):
    made = comparison(**BY_VISIT, options={"adjust": "bonferroni"})
    frame = run([made], visits).frame
    rows = visits["ADVS"].query("AVISIT == 'V2' and TRTP == 'ACT'")
    fit = pearson(rows["BASE"], rows["CHG"])
    found = statistics(frame, "ACT", 1)
    assert (found["n"], found["correlation"]) == (fit.n, pytest.approx(fit.estimate))
    assert found["adjusted_p_value"] == pytest.approx(min(1, 6 * fit.p_value))
    where = frame[(frame["group1_level"] == "ACT") & (frame["row"] == 1)]["where"].unique()
    assert [int(select(visits["ADVS"], parse(text)).sum()) for text in where] == [fit.n]


def test_rows_of_one_line_stand_at_their_labels(visits, comparison):
    line = (Line(label="r (p)", template="{correlation} ({p_value})"),)
    made = comparison(**BY_VISIT, lines=line, label="Change and baseline")
    frame = run([made], visits).frame
    rows = shaped_rows(made.analyses[0], frame[frame["analysis"] == "X"])
    assert [(row.label, row.indent) for row in rows] == [
        ("Change and baseline", 0),
        *((v, 1) for v in VISITS),
    ]
    wide = comparison(method="Correlation", variables=["BASE", "CHG", "AVISITN"], where="AVISIT EQ V2")
    frame = run([wide], visits).frame
    assert [row.label for row in shaped_rows(wide.analyses[0], frame[frame["analysis"] == "X"])][::5] == [
        "CHG", "AVISITN",
    ]  # fmt: skip
    assert "The variable AVISITN has the same value (2) in all 18 rows used." in errors(frame)


def test_correlation_that_fails_carries_its_reason(visits, comparison):
    several = run([comparison(method="Correlation", variables=["BASE", "CHG"])], visits)
    assert errors(several.frame) == {
        "The correlation needs one row per subject; 0001 has several.",
        "The correlation needs one row per subject; 0002 has several.",
    }
    assert {problem.code for problem in several.problems} == {"RES024"}
    few = visits | {"ADVS": visits["ADVS"][visits["ADVS"]["USUBJID"] < "0007"]}
    three = run([comparison(**BY_VISIT | {"by_levels": ["V1"]})], few)
    assert errors(three.frame) == {"The limits of a correlation need at least 4 records."}


PLS = {"method": "PLS", "by": "AVISIT", "by_levels": VISITS[:4], "variables": ["BASE", "CHG"]}
BOOTSTRAP = {"components": "2", "resamples": "40", "seed": "7"}


def test_importance_of_visits_is_that_of_the_estimator(visits, comparison, statistics):
    """The baseline on the changes at four visits: long records become a table of subjects."""
    made = with_all(comparison(**PLS, options=BOOTSTRAP))
    results = run([made], visits)
    wide = visits["ADVS"].pivot(index="USUBJID", columns="AVISIT", values="CHG")[VISITS[:4]]
    base = visits["ADVS"].drop_duplicates("USUBJID").set_index("USUBJID")["BASE"]
    fit = pls(base, wide, components=2)
    limits = bootstrap_importance(base, wide, components=2, resamples=40, seed=7)
    for row, visit in enumerate(VISITS[:4]):
        found = statistics(results.frame, "All", row)
        assert found["importance"] == pytest.approx(fit.importance[visit])
        assert found["coefficient"] == pytest.approx(limits["coefficient"].iloc[row])
        assert (found["importance_lower"], found["share_above_one"]) == (
            limits["lower"].iloc[row],
            limits["share_above_one"].iloc[row],
        )
    model = statistics(results.frame, "All", 4)
    assert (model["n"], model["components"]) == (fit.n, 2)
    assert model["r_squared"] == pytest.approx(sum(fit.r_squared))
    assert model["q_squared"] == pytest.approx(cross_validated(base, wide, components=2)[-1])
    again = run([made], visits).frame
    pd.testing.assert_frame_equal(results.frame, again, check_exact=True)
    rows = shaped_rows(made.analyses[0], results.frame[results.frame["analysis"] == "X"])
    labels = [row.label for row in rows]
    assert labels[:3] == ["V1", "Importance", "Coefficient"]
    assert labels[-2:] == ["Subjects", "R-squared, Q-squared"]


def test_variables_of_wide_records(visits, comparison, statistics):
    """As many components as variables: PLS is least squares then."""
    made = comparison(
        method="PLS", variables=["CHG", "BASE", "AGE"], where="AVISIT EQ V2", options={"components": "2"}
    )
    ages = np.arange(len(visits["ADVS"])) % 37 + 30.0
    data = visits | {"ADVS": visits["ADVS"].assign(AGE=ages)}
    frame = run([made], data).frame
    rows = data["ADVS"].query("AVISIT == 'V2' and TRTP == 'ACT'").dropna()
    x = np.column_stack([np.ones(len(rows)), rows["BASE"], rows["AGE"]])
    slopes = np.linalg.lstsq(x, rows["CHG"], rcond=None)[0][1:]
    found = [statistics(frame, "ACT", row)["coefficient"] for row in range(2)]
    assert found == pytest.approx(slopes * rows[["BASE", "AGE"]].std().to_numpy(), rel=1e-9)
    assert "importance_lower" not in statistics(frame, "ACT")
    where = frame[(frame["group1_level"] == "ACT") & (frame["statistic"] == "n")]
    n = [int(select(data["ADVS"], parse(text)).sum()) for text in where.loc[where["row"] == 2, "where"]]
    assert n == [len(rows)] == [statistics(frame, "ACT", 2)["n"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda advs: pd.concat([advs, advs.iloc[[7]]]), "0002 has several at V2"),
        (lambda advs: advs.assign(BASE=advs["BASE"].where(advs.index != 7, 1.0)), "BASE of 0002 differs"),
        (lambda advs: advs[advs["USUBJID"] < "0007"], "need 4 complete rows; there are 3"),
        (lambda advs: advs.assign(CHG=1.0), "has one value only"),
    ],
)
def test_model_that_fails_carries_its_reason(visits, comparison, change, why):
    data = visits | {"ADVS": change(visits["ADVS"])}
    made = comparison(**PLS, where="AVISITN LE 4", options={"components": "2"})
    results = run([made], data)
    assert any(why in error for error in errors(results.frame))
    assert {problem.code for problem in results.problems} == {"RES025"}


def test_wrong_cells_are_reported_with_the_nearest(visits, comparison, snapshot):
    adjusted = (Line(label="p", template="{adjusted_p_value}"),)
    limits = (Line(label="VIP", template="{importance} ({importance_lower})"),)
    wrong = [
        comparison(method="Correlation", variables=["BASE"], options={"coefficient": "Pearson"}),
        comparison(**BY_VISIT, lines=adjusted),
        comparison(**BY_VISIT, options={"adjust": "BH", "confidence": "0"}),
        comparison(**PLS, lines=limits, options={"components": "5"}),
        comparison(**PLS, options={"components": "0", "resamples": "many"}),
        comparison(**PLS | {"variables": ["BASE", "CHG", "AVISITN"]}),
        comparison(**PLS | {"by_levels": []}),
    ]
    with pytest.raises(Stopped) as stopped:
        run(wrong, visits)
    assert str(stopped.value) == snapshot


def test_nothing_but_the_header_is_shared_between_columns(visits, comparison):
    frame = run([comparison(**BY_VISIT)], visits).frame
    assert set(frame.loc[frame["analysis"] != HEADER, "group1_level"]) == {"ACT", "PBO"}
