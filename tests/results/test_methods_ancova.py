"""ANCOVA as a method of displays: by visit, with an interaction, with robust standard errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Line
from il2cdisc.spec.where import select
from il2cdisc.stats.ancova import ancova

R = json.loads((Path(__file__).parents[1] / "stats" / "reference" / "continuous.json").read_text())
LINES = (
    Line(label="n", template="{n}"),
    Line(label="Difference", template="{difference}"),
    Line(label="p-value for interaction", template="{interaction_p_value}"),
)
MODEL = {"method": "ANCOVA", "variables": ["CHG"], "lines": LINES}
OPTIONS = {"reference": "PBO", "factors": "STRATA", "covariates": "BASE"}


def test_each_visit_has_its_own_model(visits, comparison, statistics):
    made = comparison(**MODEL, by="AVISITN", by_levels=["6", "2"], options=OPTIONS)
    frame = run([made], visits).frame
    for row, (visit, n) in enumerate({6.0: 10, 2.0: 16}.items()):
        rows = visits["ADVS"][visits["ADVS"]["AVISITN"] == visit]
        fit = ancova(
            rows["CHG"], rows["TRTP"], levels=["ACT", "PBO"], reference="PBO",
            factors={"STRATA": rows["STRATA"]}, covariates={"BASE": rows["BASE"]},
        )  # fmt: skip
        found = statistics(frame, "ACT", row)
        assert found["difference"] == pytest.approx(fit.differences["ACT"].estimate, rel=1e-12)
        assert (found["n"], fit.n["ACT"]) == (n, n)
    last = frame[(frame["row"] == 0) & (frame["statistic"] == "difference")].iloc[0]
    assert int(select(visits["ADVS"], parse(last["where"])).sum()) == 21
    labels = [row.label for row in shaped_rows(made.analyses[0], frame[frame["analysis"] == "X"])]
    assert labels == ["6", "n", "Difference", "2", "n", "Difference"]


def test_interaction_equals_r(visits, comparison, statistics):
    options = OPTIONS | {"interaction": "STRATA"}
    made = comparison(**MODEL, where="AVISIT EQ V2", levels=["S3", "S1", "S2", "S4"], options=options)
    results = run([made], visits)
    frame = results.frame
    assert statistics(frame, "ACT", 0)["difference"] == pytest.approx(R["interaction overall equal"][4])
    test = statistics(frame, "ACT", 1)
    assert test == pytest.approx(
        {"interaction_f": R["type III"][3], "interaction_p_value": R["type III p"][3]}
    )
    assert statistics(frame, "PBO", 1) == {}
    order = [2, 0, 1]  # S3, S1, S2
    for row, place in enumerate(order, start=2):
        assert statistics(frame, "ACT", row)["difference"] == pytest.approx(
            R["interaction differences"][place]
        )
    # a level that no record has is shown, with its reason
    assert statistics(frame, "ACT", 5)["n"] == 0
    assert set(frame["error"]) - {""} == {"No complete record is at STRATA S4."}
    assert [problem.code for problem in results.problems] == ["RES005"]
    n = frame[(frame["statistic"] == "n") & (frame["group2_level"] == "S3")]
    assert set(n["group2"]) == {"STRATA"}
    for result in n.itertuples():
        assert int(select(visits["ADVS"], parse(result.where)).sum()) == result.value
    rows = shaped_rows(made.analyses[0], frame[frame["analysis"] == "X"])
    assert [(row.label, row.indent, row.result) for row in rows[:6]] == [
        ("n", 0, 0),
        ("Difference", 0, 0),
        ("p-value for interaction", 0, 1),
        ("S3", 0, None),
        ("n", 1, 2),
        ("Difference", 1, 2),
    ]


@pytest.mark.parametrize("kind", ["HC0", "HC3"])
def test_robust_errors_equal_r(visits, comparison, statistics, kind):
    made = comparison(**MODEL, where="AVISIT EQ V2", options=OPTIONS | {"standard_errors": kind})
    found = statistics(run([made], visits).frame, "ACT")
    assert found["difference_se"] == pytest.approx(R[f"{kind} plain"][3], rel=1e-10)
    assert found["p_value"] == pytest.approx(R[f"{kind} plain"][6], rel=1e-10)


def test_one_visit_that_fails_leaves_the_others(visits, comparison, statistics):
    advs = visits["ADVS"]
    few = advs[(advs["AVISITN"] != 3) | (advs["TRTP"] == "PBO")]
    made = comparison(**MODEL, by="AVISITN", options=OPTIONS | {"interaction": "STRATA"})
    results = run([made], visits | {"ADVS": few})
    frame = results.frame[results.frame["analysis"] != HEADER]
    failed = frame[frame["error"] != ""]
    assert set(failed["group2_level"]) >= {"3"}
    assert "The model needs at least 1 complete row in each group; ACT has none." in set(failed["error"])
    assert frame[(frame["group2_level"] == "2") & (frame["group3"] == "")]["error"].eq("").all()


def test_wrong_options_are_reported_with_the_nearest(visits, comparison, snapshot):
    options = OPTIONS | {"interaction": "STRATE", "standard_errors": "HC4", "weights": "Equal"}
    both = OPTIONS | {"factors": "STRATA AVISIT BASE", "interaction": "STRATA AVISIT"}
    wrong = [
        comparison(**MODEL, options=options),
        comparison(**MODEL, options=both),
        comparison(**MODEL, options=OPTIONS, levels=["S1"]),
    ]
    with pytest.raises(Stopped) as stopped:
        run(wrong, visits)
    assert str(stopped.value) == snapshot
