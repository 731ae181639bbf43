"""Columns of a model against formulaic's, rows of LS means and hypotheses by hand."""

from __future__ import annotations

import formulaic
import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.design import Design, parse


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    n = 48
    random = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "Y": random.normal(size=n),
            "TRT": np.array(["A", "B"])[np.arange(n) % 2],
            "WEEK": 4 * (1 + np.arange(n) // 2 % 3),
            "SITE": random.choice(["x", "y", "z"], n, p=[0.5, 0.3, 0.2]),
            "BASE": random.normal(10, 2, n),
            "AGE": random.normal(40, 9, n),
        }
    )


def design(rows: pd.DataFrame, formula: str) -> Design:
    return Design(parse(formula), rows, factors={"WEEK"})


FORMULAS = [
    "Y ~ 1",
    "Y ~ BASE + TRT*WEEK + BASE:WEEK + SITE",
    "Y ~ TRT*WEEK*SITE",
    "Y ~ 0 + TRT + WEEK + SITE:BASE",
    "Y ~ log(BASE) + BASE:AGE + I(AGE**2):TRT",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_columns_span_what_formulaic_gives(rows, formula):
    """The same columns for hierarchical formulas; else the same space."""
    found = design(rows, formula)
    expected = formulaic.model_matrix(
        formula.split("~")[1], rows.assign(WEEK=pd.Categorical(rows["WEEK"])), na_action="raise"
    ).to_numpy()
    assert found.matrix.shape == expected.shape
    rank = np.linalg.matrix_rank(expected)
    assert np.linalg.matrix_rank(np.column_stack([found.matrix, expected])) == rank
    assert len(found.kept) == rank == expected.shape[1]
    assert found.aliased == []


def test_names_and_order_are_those_of_r(rows):
    """R: colnames(model.matrix(~ BASE + TRT*WEEK + BASE:WEEK + SITE))."""
    assert design(rows, "Y ~ BASE + TRT*WEEK + BASE:WEEK + SITE").names == [
        "(Intercept)",
        "BASE",
        "TRTB",
        "WEEK8",
        "WEEK12",
        "SITEy",
        "SITEz",
        "TRTB:WEEK8",
        "TRTB:WEEK12",
        "BASE:WEEK8",
        "BASE:WEEK12",
    ]


def test_an_interaction_alone_has_all_levels_as_in_r(rows):
    """R: lm(Y ~ TRT:WEEK) has six columns beside the intercept, and NA for the last."""
    found = design(rows, "Y ~ TRT:WEEK")
    assert len(found.names) == 7
    assert found.aliased == ["TRTB:WEEK12"]


@pytest.mark.parametrize("weights", ["equal", "observed"])
def test_row_of_an_ls_mean(rows, weights):
    found = design(rows, "Y ~ BASE*WEEK + TRT*WEEK + SITE")
    row = pd.Series(found.cells({"TRT": "B", "WEEK": 12}, weights=weights, at={}), index=found.names)
    base = rows["BASE"].mean()
    shares = rows["SITE"].value_counts(normalize=True)
    expected = {"(Intercept)": 1, "BASE": base, "TRTB": 1, "WEEK12": 1}
    expected |= {"TRTB:WEEK12": 1, "BASE:WEEK12": base}
    for site in "yz":
        expected[f"SITE{site}"] = 1 / 3 if weights == "equal" else shares[site]
    for name, value in row.items():
        assert value == pytest.approx(expected.get(str(name), 0), rel=1e-12), name
    at = found.cells({"TRT": "B", "WEEK": 12}, weights=weights, at={"BASE": 3.0})
    assert at[found.names.index("BASE")] == 3


def test_expressions_are_taken_at_the_means_of_their_variables(rows):
    found = design(rows, "Y ~ TRT + log(BASE) + I(AGE**2)")
    row = dict(zip(found.names, found.cells({"TRT": "A"}, weights="equal", at={}), strict=True))
    assert row["log(BASE)"] == pytest.approx(np.log(rows["BASE"].mean()), rel=1e-12)
    assert row["I(AGE ** 2)"] == pytest.approx(rows["AGE"].mean() ** 2, rel=1e-12)


def test_type_iii_hypotheses_by_hand(rows):
    """Main effects average over the interaction with equal weights; at 0 of a covariate that interacts."""
    found = design(rows, "Y ~ TRT*WEEK + BASE*WEEK")

    def hypothesis(term: str) -> list[dict[str, float]]:
        matrix, lost = found.hypothesis(term)
        assert lost == 0
        return [
            {name: round(float(v), 9) for name, v in zip(found.names, row, strict=True) if abs(v) > 1e-9}
            for row in matrix
        ]

    third = round(1 / 3, 9)
    assert hypothesis("TRT") == [{"TRTB": 1, "TRTB:WEEK8": third, "TRTB:WEEK12": third}]
    assert hypothesis("WEEK") == [{"WEEK8": 1, "TRTB:WEEK8": 0.5}, {"WEEK12": 1, "TRTB:WEEK12": 0.5}]
    assert hypothesis("BASE") == [{"BASE": 1, "BASE:WEEK8": third, "BASE:WEEK12": third}]
    assert hypothesis("TRT:WEEK") == [{"TRTB:WEEK8": 1}, {"TRTB:WEEK12": 1}]


def test_empty_cells_leave_what_is_estimable(rows):
    gap = rows[~((rows["TRT"] == "B") & (rows["WEEK"] == 12))]
    found = design(gap, "Y ~ TRT*WEEK")
    assert found.aliased == ["TRTB:WEEK12"]
    assert found.empty({"TRT": "B", "WEEK": 12})
    assert not found.estimable(found.cells({"TRT": "B", "WEEK": 12}, weights="equal", at={}))
    assert found.estimable(found.cells({"TRT": "A", "WEEK": 12}, weights="equal", at={}))
    assert not found.estimable(found.cells({"TRT": "B"}, weights="equal", at={}))
    matrix, lost = found.hypothesis("TRT:WEEK")
    assert lost == 1
    kept = matrix[:, found.names.index("TRTB:WEEK8")]
    np.testing.assert_allclose(np.abs(matrix).sum(), np.abs(kept).sum(), atol=1e-9)


def test_a_grid_too_large_is_refused(rows):
    many = pd.concat([rows] * 10, ignore_index=True)
    for i in range(4):
        many[f"F{i}"] = [f"{(k * (i + 3)) % 31}" for k in range(len(many))]
    found = design(many, "Y ~ TRT + F0 + F1 + F2 + F3")
    with pytest.raises(ValueError, match=r"LS mean would average over 923521 cells of F0, F1, F2, F3"):
        found.cells({"TRT": "A"}, weights="equal", at={})
    assert found.cells({"TRT": "A"}, weights="observed", at={})[0] == pytest.approx(1)


def test_numbers_in_a_column_of_objects_are_numbers():
    from il2cdisc.stats.mmrm import mmrm

    random = np.random.default_rng(6)
    data = pd.DataFrame({"id": np.repeat(range(20), 2), "week": [1, 2] * 20, "y": random.normal(size=40)})
    data["base"] = pd.Series(np.repeat(random.normal(size=20), 2), dtype=object)
    found = mmrm("y ~ week + base", data, subject="id", visit="week")
    assert list(found.coefficients.index) == ["(Intercept)", "week2", "base"]
