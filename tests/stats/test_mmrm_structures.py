"""Covariance structures and the likelihood: exact derivatives, positive definite everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from il2cdisc.stats.mmrm import mmrm, optimise
from il2cdisc.stats.mmrm.likelihood import arrange, evaluate, gradient
from il2cdisc.stats.mmrm.optimise import Minimisation, natural_derivatives, search, starts
from il2cdisc.stats.mmrm.structures import STRUCTURES

M = 4
COUNTS = {"UN": 10, "TOEPH": 7, "TOEP": 4, "ARH1": 5, "AR1": 2, "CSH": 5, "CS": 2, "ANTE1": 7, "AD": 4}
SD = np.array([1.0, 2.0, 3.0, 1.5])


def lags(values: list[float]) -> np.ndarray:
    index = np.arange(M)
    return np.array([1.0, *values])[np.abs(index[:, None] - index[None, :])]


ANTE = np.array([[1, 0.5, 0.1, 0.08], [0.5, 1, 0.2, 0.16], [0.1, 0.2, 1, 0.8], [0.08, 0.16, 0.8, 1]])
EXAMPLES = {  # by hand
    "UN": np.outer(SD, SD) * ANTE,
    "TOEPH": np.outer(SD, SD) * lags([0.5, 0.3, -0.1]),
    "TOEP": 4 * lags([0.5, 0.3, -0.1]),
    "ARH1": np.outer(SD, SD) * lags([0.5, 0.25, 0.125]),
    "AR1": 4 * lags([0.5, 0.25, 0.125]),
    "CSH": np.outer(SD, SD) * lags([0.3, 0.3, 0.3]),
    "CS": 4 * lags([-0.2, -0.2, -0.2]),
    "ANTE1": np.outer(SD, SD) * ANTE,
    "AD": 4 * ANTE,
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_matrix_of_the_structure_is_found_again(name):
    structure = STRUCTURES[name]
    working = structure.start(EXAMPLES[name])
    assert len(working) == structure.count(M) == COUNTS[name]
    np.testing.assert_allclose(structure.matrix(structure.natural(working, M), M), EXAMPLES[name], rtol=1e-10)


def test_natural_parameters_are_those_of_sas():
    def natural(name: str) -> list[float]:
        structure = STRUCTURES[name]
        return structure.natural(structure.start(EXAMPLES[name]), M).round(10).tolist()

    assert natural("CS") == [-0.8, 4.8]  # the covariance, then the rest of the variance
    assert natural("TOEP") == [4, 2, 1.2, -0.4]  # the variance, then a covariance a lag
    assert natural("AR1") == [4, 0.5]
    assert natural("ARH1") == [1, 4, 9, 2.25, 0.5]
    assert natural("CSH") == [1, 4, 9, 2.25, 0.3]
    assert natural("TOEPH") == [1, 4, 9, 2.25, 0.5, 0.3, -0.1]
    assert natural("ANTE1") == [1, 4, 9, 2.25, 0.5, 0.2, 0.8]
    assert natural("AD") == [4, 0.5, 0.2, 0.8]
    assert natural("UN") == EXAMPLES["UN"][np.tril_indices(M)].round(10).tolist()


@pytest.mark.parametrize("name", STRUCTURES)
@settings(max_examples=25, deadline=None)
@given(data=st.data(), m=st.integers(2, 6))
def test_every_working_vector_gives_a_positive_definite_matrix(name, data, m):
    structure = STRUCTURES[name]
    working = data.draw(arrays("float64", structure.count(m), elements=st.floats(-2, 2)))
    sigma = structure.matrix(structure.natural(working, m), m)
    np.testing.assert_array_equal(sigma, sigma.T)
    assert np.linalg.eigvalsh(sigma)[0] > 0


def slopes(function, at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Central differences of `function`, the variables last."""
    moves = step * np.eye(len(at))
    return np.stack([(function(at + move) - function(at - move)) / (2 * step) for move in moves], axis=-1)


@pytest.mark.parametrize("name", STRUCTURES)
def test_derivatives_of_the_parameters_are_exact(name):
    structure = STRUCTURES[name]
    random = np.random.default_rng(1)
    working = structure.start(EXAMPLES[name]) + 0.1 * random.normal(size=COUNTS[name])
    natural = structure.natural(working, M)
    weights = random.normal(size=COUNTS[name])
    jacobian, bend = structure.pull_back(working, M, weights)
    np.testing.assert_allclose(jacobian, slopes(lambda w: structure.natural(w, M), working), atol=1e-8)
    by_difference = slopes(lambda w: weights @ structure.pull_back(w, M, weights)[0], working)
    np.testing.assert_allclose(bend, by_difference, atol=1e-7)
    first, second = structure.derivatives(natural, M)
    np.testing.assert_allclose(first, slopes(lambda t: structure.matrix(t, M), natural), atol=1e-8)
    twice = slopes(lambda t: structure.derivatives(t, M)[0], natural)
    np.testing.assert_allclose(np.zeros_like(twice) if second is None else second, twice, atol=1e-6)
    assert (second is None) == (name in ("UN", "TOEP", "CS"))


@pytest.fixture(scope="module")
def gappy():
    """30 subjects × 4 visits, a fifth missing, three covariates."""
    random = np.random.default_rng(2)
    subject, visit = (index.ravel() for index in np.indices((30, M)))
    keep = random.random(30 * M) > 0.2
    keep[::M] = True
    y = random.normal(size=30 * M) + np.repeat(random.normal(size=30), M)
    x = random.normal(size=(30 * M, 3))
    return arrange(subject[keep], visit[keep], y[keep], x[keep], M)


def dense(data, sigma: np.ndarray, *, reml: bool) -> float:
    """-2 log likelihood from one big matrix."""
    seen = data.patterns[data.pattern]
    subject, visit = np.nonzero(seen)
    y, x = data.y[seen], data.x[seen]
    big = np.where(subject[:, None] == subject[None, :], sigma[visit[:, None], visit[None, :]], 0.0)
    weight = np.linalg.inv(big)
    information = x.T @ weight @ x
    rest = y - x @ np.linalg.solve(information, x.T @ weight @ y)
    out = np.linalg.slogdet(big)[1] + rest @ weight @ rest
    if reml:
        out += np.linalg.slogdet(information)[1]
    return out + (len(y) - (x.shape[1] if reml else 0)) * np.log(2 * np.pi)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("name", STRUCTURES)
def test_likelihood_and_its_derivatives(gappy, name, reml):
    structure = STRUCTURES[name]
    natural = structure.natural(structure.start(EXAMPLES[name]), M)

    def at(parameters: np.ndarray):
        point = evaluate(gappy, structure.matrix(parameters, M), reml=reml)
        assert point is not None
        return point

    point = at(natural)
    sigma = structure.matrix(natural, M)
    assert point.deviance == pytest.approx(dense(gappy, sigma, reml=reml), rel=1e-12)
    slope, bend = natural_derivatives(gappy, structure, natural, point, reml=reml)
    np.testing.assert_allclose(slope, slopes(lambda t: at(t).deviance, natural), rtol=1e-5, atol=1e-6)
    in_sigma = gradient(gappy, point, reml=reml)
    np.testing.assert_allclose(
        slope, np.tensordot(in_sigma, structure.derivatives(natural, M)[0], 2), rtol=1e-10, atol=1e-10
    )
    again = slopes(lambda t: natural_derivatives(gappy, structure, t, at(t), reml=reml)[0], natural)
    np.testing.assert_allclose(bend, again, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_start_leads_to_the_same_optimum(gappy, name):
    problem = Minimisation(gappy, STRUCTURES[name], reml=True)
    flat = gappy.x.reshape(-1, 3)
    beta = np.linalg.lstsq(flat, gappy.y.ravel(), rcond=None)[0]
    rest = (gappy.y - gappy.x @ beta) * gappy.patterns[gappy.pattern]
    ends = [search(problem, start) for start in starts(gappy, problem.structure, rest)]
    assert len(ends) == 7
    assert all(end is not None and end.accepted for end in ends)
    deviances = [end.deviance for end in ends if end is not None]
    assert max(deviances) - min(deviances) < 1e-9


def test_the_best_of_two_optima_is_taken(monkeypatch):
    """36 invented subjects, 8 of them at the last visit: the first start ends in the worse of two optima."""
    data = pd.read_csv(Path(__file__).parent / "two_optima.csv")
    ends: list[float] = []

    def remember(problem: Minimisation, start: np.ndarray, *, most: int):
        found = search(problem, start, most=most)
        assert found is not None
        assert found.accepted
        ends.append(found.deviance)
        return found

    monkeypatch.setattr(optimise, "search", remember)
    found = mmrm("CHG ~ BASE + ARM*VISIT + BASE:VISIT + DX", data, subject="ID", visit="VISIT")
    assert found.reason == "UN converged, at the best of several optima."
    assert ends[0] - min(ends) == pytest.approx(7.918, abs=1e-3)
    correlation = found.covariance.loc[3, 4] / np.sqrt(
        found.covariance.loc[3, 3] * found.covariance.loc[4, 4]
    )
    assert correlation == pytest.approx(0.649, abs=1e-3)  # -0.271 at the other


def test_no_likelihood_outside_the_cone(gappy):
    assert evaluate(gappy, np.eye(M) - 0.5, reml=True) is None
