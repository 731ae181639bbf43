"""Imputation: posterior predictive moments in closed form, jump to reference, delta, same bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.imputation import (
    impute_by_strategy,
    impute_jump_to_reference,
    impute_mar,
    shifted,
)
from il2cdisc.stats.tipping import pooled_analysis, tipping_point

DRAWS = 1500


@pytest.fixture(scope="module")
def trial() -> dict:
    """40 subjects, two visits; the second is missing for 10, so the missing pattern is monotone."""
    random = np.random.default_rng(11)
    n = 40
    group = np.array(["A", "B"])[np.arange(n) % 2]
    base = random.normal(20, 4, n)
    first = 3 + 0.6 * base - 2.0 * (group == "A") + random.normal(0, 2, n)
    second = 1 + 0.8 * first - 1.5 * (group == "A") + random.normal(0, 2, n)
    second[[0, 1, 4, 7, 8, 12, 13, 20, 21, 30]] = np.nan
    frame = pd.DataFrame({"D29": first, "D60": second})
    return {"outcomes": frame, "group": group, "covariates": {"base": pd.Series(base)}}


@pytest.fixture(scope="module")
def expected(trial) -> dict:
    """The two regressions into which the likelihood of a monotone pattern factors."""
    first, second = trial["outcomes"].to_numpy().T
    base = trial["covariates"]["base"].to_numpy()
    x = np.column_stack([np.ones(len(base)), trial["group"] == "B", base - base.mean()])
    gone = np.isnan(second)
    marginal = np.linalg.lstsq(x, first, rcond=None)[0]
    z = np.column_stack([x, first])
    conditional = np.linalg.lstsq(z[~gone], second[~gone], rcond=None)[0]
    residual = second[~gone] - z[~gone] @ conditional
    leverage = np.einsum("ij,jk,ik->i", z[gone], np.linalg.inv(z[~gone].T @ z[~gone]), z[gone])
    df = int((~gone).sum()) - x.shape[1]
    return {
        "gone": gone,
        "mean": z[gone] @ conditional,
        "sd": np.sqrt(residual @ residual / (df - 2) * (1 + leverage)),
        "effect": conditional[1] + conditional[3] * marginal[1],  # B minus A at the second visit
        "first effect": marginal[1],
        "slope": conditional[3],
    }


@pytest.fixture(scope="module")
def at_random(trial):
    return impute_mar(**trial, draws=DRAWS, seed=2023, thin=4)


@pytest.fixture(scope="module")
def jumped(trial):
    return impute_jump_to_reference(**trial, reference="B", draws=DRAWS, seed=2023, thin=4)


def test_missing_at_random_has_the_moments_of_the_posterior_predictive(at_random, expected):
    """A t distribution around the regression on what was observed (Box and Tiao 1973)."""
    drawn = at_random.values[:, expected["gone"], 1]
    error = expected["sd"] / np.sqrt(DRAWS)
    assert (np.abs(drawn.mean(axis=0) - expected["mean"]) < 5 * error).all()
    assert drawn.std(axis=0) == pytest.approx(expected["sd"], rel=0.12)


def test_jump_to_reference_moves_by_the_effect_of_the_group(trial, at_random, jumped, expected):
    """J2R minus MAR is, on average, the difference of the groups' means at the visit, none for B."""
    difference = (jumped.values - at_random.values).mean(axis=0)[expected["gone"], 1]
    active = trial["group"][expected["gone"]] == "A"
    assert difference[~active] == pytest.approx(0, abs=1e-9)
    assert difference[active] == pytest.approx(expected["effect"], abs=0.15)


def by_strategy(trial: dict, strategy: str | list[str], **changes) -> np.ndarray:
    """The second visit by draw and subject."""
    n = len(trial["group"])
    arguments = {"reference": "B", "draws": DRAWS, "seed": 2023, "thin": 4} | changes
    named = [strategy] * n if isinstance(strategy, str) else strategy
    return impute_by_strategy(**trial, strategies=named, **arguments).values[:, :, 1]


def test_strategies_move_by_what_the_reference_did_before(trial, at_random, jumped, expected):
    """CIR keeps the effect of the first visit; CR carries on by how much a value deviates from B's mean."""
    gone, active = expected["gone"], trial["group"] == "A"
    first = -expected["first effect"]  # A minus B at the first visit
    assert (by_strategy(trial, "MAR", draws=9) == at_random.values[:9, :, 1]).all()
    assert (by_strategy(trial, "J2R", draws=9) == jumped.values[:9, :, 1]).all()
    increments = by_strategy(trial, "CIR", draws=200) - jumped.values[:200, :, 1]
    copied = by_strategy(trial, "CR", draws=200) - jumped.values[:200, :, 1]
    for moved, effect in ((increments, first), (copied, first * expected["slope"])):
        assert (moved[:, ~(gone & active)] == 0).all()
        # within a draw it is the same for all subjects who jumped
        assert np.ptp(moved[:, gone & active], axis=1) == pytest.approx(0, abs=1e-9)
        assert moved[:, gone & active].mean() == pytest.approx(effect, abs=0.2)


def test_each_subject_has_its_own_strategy(trial):
    names = ["J2R" if i % 3 else "CIR" for i in range(len(trial["group"]))]
    mixed = by_strategy(trial, names, draws=3)
    for name in ("J2R", "CIR"):
        mine = np.array(names) == name
        assert (mixed[:, mine] == by_strategy(trial, name, draws=3)[:, mine]).all()


def test_subject_without_a_visit_kept_has_the_reference_mean(trial):
    """Nothing to increase from: CIR is J2R there."""
    none = trial | {"outcomes": trial["outcomes"].copy()}
    none["outcomes"].loc[0] = np.nan
    assert (by_strategy(none, "CIR", draws=2)[:, 0] == by_strategy(none, "J2R", draws=2)[:, 0]).all()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"strategy": "LOCF"}, "LOCF is not one of the strategies MAR, J2R, CR, CIR"),
        ({"reference": "C"}, "the reference 'C' is not one of the groups"),
        ({"visits_kept": [0] * 40}, "row 0 has a value after its departure"),
    ],
)
def test_wrong_strategies_are_refused(trial, change, why):
    with pytest.raises(ValueError, match=why):
        by_strategy(trial, **({"strategy": "J2R"} | change))


def test_observed_values_stay(trial, at_random, jumped):
    observed = trial["outcomes"].notna().to_numpy()
    for found in (at_random, jumped):
        assert (found.values[:, observed] == trial["outcomes"].to_numpy()[observed]).all()
        assert not np.isnan(found.values).any()
        assert (found.missing == ~observed).all()
    assert at_random.frame(3).columns.tolist() == ["D29", "D60"]


def test_same_seed_same_bytes(trial):
    first, again = (impute_mar(**trial, draws=3, seed=7, burn_in=20) for _ in range(2))
    assert first.values.tobytes() == again.values.tobytes()
    assert impute_mar(**trial, draws=3, seed=8, burn_in=20).values.tobytes() != first.values.tobytes()
    more = impute_mar(**trial, draws=5, seed=7, burn_in=20)
    assert more.values[:3].tobytes() == first.values.tobytes()


def test_departure_splits_what_is_at_random_from_what_jumps(trial):
    """A gap before departure is imputed at random; a visit after departure at the reference."""
    outcomes = trial["outcomes"].copy()
    outcomes.insert(0, "D5", outcomes["D29"] + 1 + np.random.default_rng(2).normal(0, 1, len(outcomes)))
    outcomes.loc[2, "D29"] = np.nan  # a gap: D60 is observed
    outcomes.loc[0, "D29"] = np.nan  # gone after D5
    arguments = trial | {"outcomes": outcomes, "draws": 300, "seed": 5, "burn_in": 50, "thin": 2}
    at_random, jumped = impute_mar(**arguments), impute_jump_to_reference(**arguments, reference="B")
    assert (jumped.values[:, 2] == at_random.values[:, 2]).all()
    moved = (jumped.values - at_random.values).mean(axis=0)[0]
    assert moved[0] == 0
    assert moved[1] > 1
    kept = np.where(outcomes["D60"].notna(), 3, np.where(outcomes["D29"].notna(), 2, 1))
    kept[0] = 3  # lost, but not departed
    same = impute_jump_to_reference(**arguments, reference="B", visits_kept=kept)
    assert (same.values[:, 0] == at_random.values[:, 0]).all()


def test_delta_moves_imputed_values_alone(trial, at_random):
    active = trial["group"] == "A"
    moved = shifted(at_random, [0.0, 2.0], subjects=active)
    difference = moved.values - at_random.values
    expected = np.where(at_random.missing & active[:, None], [0.0, 2.0], 0.0)
    assert difference == pytest.approx(np.broadcast_to(expected, difference.shape))


def _means(trial):
    active = trial["group"] == "A"

    def analyse(values):
        last = values[:, 1]
        a, b = last[active] - 3, last[~active]  # a larger effect than the data's
        return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))

    return analyse


def test_tipping_point(trial, at_random):
    """The pooled difference of means moves by delta times the share imputed in the shifted group."""
    active = trial["group"] == "A"
    few = type(at_random)(at_random.values[:20], at_random.missing, at_random.visits)
    share = (at_random.missing[:, 1] & active).sum() / active.sum()
    found = tipping_point(few, _means(trial), deltas=range(0, 13, 2), subjects=active, df_complete=38)
    estimates = found.table["estimate"]
    assert np.diff(estimates) == pytest.approx(2 * share)
    assert (found.table["p_value"] < 0.05).tolist() == (found.table["delta"] < found.delta.value).tolist()
    assert 0 < found.delta.value <= 12
    first = pooled_analysis(few, _means(trial), df_complete=38)
    assert first.p_value == found.table["p_value"][0]
    held = tipping_point(few, _means(trial), deltas=[0, 1], subjects=active, df_complete=38)
    assert held.delta.error == "The result stays significant up to a delta of 1."


def test_wrong_arguments_are_refused(trial):
    with pytest.raises(ValueError, match=r"reference 'C' is not one of the groups \['A', 'B'\]"):
        impute_jump_to_reference(**trial, reference="C", draws=2, seed=1)
    with pytest.raises(ValueError, match="row 2 has a value after its departure"):
        kept = np.where(trial["outcomes"]["D60"].notna(), 2, 1)
        kept[2] = 1
        impute_jump_to_reference(**trial, reference="B", draws=2, seed=1, visits_kept=kept)
    with pytest.raises(ValueError, match="draws and thin must be at least 1"):
        impute_mar(**trial, draws=0, seed=1)
    with pytest.raises(ValueError, match="one True or False a row"):
        shifted(impute_mar(**trial, draws=1, seed=1, burn_in=0), 1.0, subjects=[True])
