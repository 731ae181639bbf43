"""Pooled ANCOVA and tipping point as methods of displays, on five draws (tests/stats/reference/draws.csv)."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Line
from il2cdisc.spec.where import select

REFERENCE = Path(__file__).parents[1] / "stats" / "reference"
R = json.loads((REFERENCE / "continuous.json").read_text())
OPTIONS = {"draw": "DRAWNUM", "reference": "PBO", "factors": "STRATA", "covariates": "BASE"}
POOLED = {"method": "Pooled ANCOVA", "variables": ["CHG"], "options": OPTIONS}
DELTAS = OPTIONS | {"deltas": "0 4 8", "imputed": "DTYPE", "imputed_as": "MI", "confidence": "0.9"}
TIPPING = {"method": "Tipping point", "variables": ["CHG"], "options": DELTAS}
MEASURES = ("difference", "difference_se", "df", "difference_lower", "difference_upper", "p_value")


@pytest.fixture
def draws(visits) -> dict[str, pd.DataFrame]:
    frame = pd.read_csv(REFERENCE / "draws.csv", dtype={"USUBJID": "str", "STRATA": "str", "DTYPE": "str"})
    frame = frame.rename(columns={"TRT": "TRTP"}).astype({"TRTP": "str", "DRAWNUM": "float64"})
    before = frame[frame["DRAWNUM"] == 1].assign(DRAWNUM=np.nan)  # the records before imputation
    return visits | {"ADVS": pd.concat([before, frame], ignore_index=True)}


def test_pooled_equals_r(draws, comparison, statistics):
    results = run([comparison(**POOLED)], draws)
    assert results.problems == ()
    found = statistics(results.frame, "ACT")
    assert [found[name] for name in MEASURES] == pytest.approx(R["imputed difference 0"], rel=1e-9)
    assert [found["lsmean"], found["lsmean_se"]] == pytest.approx(R["imputed ACT 0"][:2], rel=1e-9)
    assert (found["n"], found["draws"]) == (18, 5)
    assert 0 < found["missing_information"] < 1
    assert "difference" not in statistics(results.frame, "PBO")


def test_where_names_the_first_draw_and_all(draws, comparison):
    frame = run([comparison(**POOLED)], draws).frame
    own = frame[frame["analysis"] != HEADER].set_index(["group1_level", "statistic"])["where"]
    counted = {key: int(select(draws["ADVS"], parse(text)).sum()) for key, text in own.items()}
    assert counted["ACT", "n"] == 18
    assert counted["ACT", "p_value"] == 5 * 36


def test_ratio_of_logarithms(draws, comparison, statistics):
    found = statistics(
        run([comparison(**POOLED | {"options": OPTIONS | {"transform": "exp"}})], draws).frame, "ACT"
    )
    assert found["exp_difference"] == pytest.approx(math.exp(R["imputed difference 0"][0]))


def test_tipping_point(draws, comparison, statistics):
    made = comparison(**TIPPING, label="Change")
    results = run([made], draws)
    assert results.problems == ()
    for row, delta in enumerate([0, 4, 8]):
        there = R[f"imputed difference {delta}"]
        found = statistics(results.frame, "ACT", row)
        assert [found["difference"], found["df"], found["p_value"]] == pytest.approx(
            [there[0], there[2], there[5]], rel=1e-9
        )
    assert statistics(results.frame, "ACT", 3) == {"tipping_point": 4}
    assert statistics(results.frame, "PBO", 3) == {}
    rows = shaped_rows(made.analyses[0], results.frame[results.frame["analysis"] == "X"])
    assert [row.label for row in rows if row.label.startswith(("Delta", "Tipping"))] == [
        "Delta 0", "Delta 4", "Delta 8", "Tipping point",
    ]  # fmt: skip


def test_no_tipping_point_is_said_and_is_no_failure(draws, comparison, statistics):
    results = run([comparison(**TIPPING | {"options": DELTAS | {"deltas": "0 -1"}})], draws)
    assert statistics(results.frame, "ACT", 2) == {"tipping_point": "none up to -1"}
    assert results.problems == ()


def errors(frame: pd.DataFrame) -> set[str]:
    return set(frame["error"]) - {""}


@pytest.mark.parametrize(
    ("row", "change", "why"),
    [
        (40, {"CHG": math.nan}, "CHG of 0005 is missing in draw 1."),
        (40, {"DRAWNUM": 2}, "A draw needs one row per subject; 0005 in draw 2 has several."),
        (40, {"BASE": 1.5}, "BASE of 0005 differs between draws; it must be the same."),
    ],
)
def test_draws_that_are_not_whole_are_the_reason(draws, comparison, row, change, why):
    for name, value in change.items():
        draws["ADVS"].loc[row, name] = value
    for method in (POOLED, TIPPING):
        results = run([comparison(**method)], draws)
        assert errors(results.frame) == {why}
        assert [problem.code for problem in results.problems] == ["RES022"]


def test_no_draw_one_draw_and_nothing_imputed_are_the_reason(draws, comparison, statistics):
    none = comparison(**POOLED, where="DTYPE EQ NEVER")
    results = run([none], draws)
    assert errors(results.frame) == {"No record has a draw (DRAWNUM) and all variables of the model."}
    assert statistics(results.frame, "ACT")["n"] == 0
    one = run([comparison(**POOLED, where="DRAWNUM EQ 1")], draws)
    assert errors(one.frame) == {"Rubin's rules need at least 2 imputations; there is 1."}
    observed = comparison(**TIPPING | {"options": DELTAS | {"imputed_as": "LOCF"}})
    assert errors(run([observed], draws).frame) == {"No record has DTYPE LOCF."}


def test_wrong_options_are_reported_with_the_nearest(draws, comparison, snapshot):
    wrong = [
        comparison(
            **POOLED | {"options": {"draw": "DRAWNUMB", "reference": "PBO", "covariates": "BASE TRTP"}}
        ),
        comparison(**POOLED | {"options": {"reference": "PBO"}}),
        comparison(**TIPPING | {"options": OPTIONS | {"deltas": "0 one", "shift": "activ"}}),
        comparison(**TIPPING | {"options": DELTAS | {"deltas": "0 1 1.0", "imputed": "DTYP"}}),
    ]
    with pytest.raises(Stopped) as stopped:
        run(wrong, draws)
    assert str(stopped.value) == snapshot


@pytest.mark.parametrize("method", ["Pooled ANCOVA", "ANCOVA", "Continuous"])
def test_by_without_levels_and_without_a_record_is_a_row_that_says_so(draws, comparison, method):
    given = POOLED if method == "Pooled ANCOVA" else {"variables": ["CHG"], "options": {}}
    lines = (Line(label="n", template="{n}"),)
    given = given | {"method": method, "by": "DTYPE", "where": 'USUBJID EQ "NOBODY"', "lines": lines}
    display = comparison(**given)
    own = run([display], draws).frame
    own = own[own["analysis"] != HEADER]
    labels = [row.label for row in shaped_rows(display.analyses[0], own)]
    assert "No record" in labels
    assert own.loc[own["statistic"] == "n", "value"].eq(0).all()
