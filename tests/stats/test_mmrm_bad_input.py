"""What can't be fitted is an error or a verdict, in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.mmrm import mmrm

FORMULA = "CHG ~ ARM*VISIT + BASE"


@pytest.fixture(scope="module")
def repeated() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).parent / "repeated.csv")


def fit(data: pd.DataFrame, formula: str = FORMULA, **arguments):
    return mmrm(formula, data, subject="SUBJ", visit="VISIT", **arguments)


def _first_again(data: pd.DataFrame) -> pd.DataFrame:
    """Visit 2 repeats the first visit's value, 1 higher."""
    first = data.groupby("SUBJ")["CHG"].transform("first")
    return data.assign(CHG=np.where(data["VISIT"] == 2, first + 1, data["CHG"]))


def _halves(data: pd.DataFrame) -> pd.DataFrame:
    """Nobody has both the first and the last visit."""
    even = data["SUBJ"] % 2 == 0
    return data[~((data["VISIT"] == 4) & even) & ~((data["VISIT"] == 1) & ~even)]


ERRORS = {
    "constant response": (lambda d: d.assign(CHG=1.25), {}),
    "response missing everywhere": (lambda d: d.assign(CHG=np.nan), {}),
    "covariate missing everywhere": (lambda d: d.assign(BASE=np.nan), {}),
    "each row lacks something": (
        lambda d: d.assign(BASE=d["BASE"].where(d["VISIT"] < 3), CHG=d["CHG"].where(d["VISIT"] > 2)),
        {},
    ),
    "infinite covariate": (lambda d: d.assign(BASE=d["BASE"].where(d["SUBJ"] != 3, np.inf)), {}),
    "no rows": (lambda d: d.iloc[:0], {}),
    "one subject": (lambda d: d[d["SUBJ"] == 2], {"formula": "CHG ~ 1"}),
    "three subjects": (lambda d: d[d["SUBJ"] < 4], {}),
    "subject twice at a visit": (lambda d: pd.concat([d, d[d["SUBJ"] == 4]]), {}),
    "many subjects twice": (lambda d: pd.concat([d, d[d["SUBJ"] < 6]]), {}),
    "one arm": (lambda d: d[d["ARM"] == "C"], {}),
    "exact fit": (lambda d: d.assign(CHG=d["BASE"] * 2 + d["VISIT"]), {}),
    "logarithm of 0": (lambda d: d.assign(BASE=d["BASE"] - 20), {"formula": "CHG ~ VISIT + log(BASE)"}),
}


@pytest.mark.parametrize("case", ERRORS)
def test_no_model_is_a_sentence(repeated, case, snapshot):
    change, arguments = ERRORS[case]
    with pytest.raises(NotEstimableError) as caught:
        fit(change(repeated), **arguments)
    assert str(caught.value) == snapshot


WRONG = {
    "unknown variable": {"formula": "CHG ~ ARM*VISTI"},
    "unknown structure": {"covariance": "TEOPH"},
    "no structure": {"covariance": ()},
    "unknown df": {"ddf": "kenward"},
    "unknown method": {"method": "MLE"},
    "adjustment of maximum likelihood": {"method": "ML"},
    "not a formula": {"formula": "CHG ~ ARM +* VISIT"},
    "no response": {"formula": "ARM*VISIT"},
    "two responses": {"formula": "CHG + BASE ~ ARM"},
    "nothing on the right": {"formula": "CHG ~ 0"},
    "response is text": {"formula": "ARM ~ VISIT"},
    "confidence": {"confidence": 95},
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments_are_a_sentence(repeated, case, snapshot):
    with pytest.raises(ValueError, match=r".") as caught:
        fit(repeated, **WRONG[case])
    assert str(caught.value) == snapshot


@pytest.mark.parametrize("term", ["poly(BASE, 2)", "center(BASE)"])
def test_what_is_not_one_column_is_refused(repeated, term):
    with pytest.raises(ValueError, match=r"can't be evaluated; make it a column of the data"):
        fit(repeated, f"CHG ~ VISIT + {term}")


VERDICTS = {
    "visits that determine each other": (_first_again, {"covariance": "UN"}),
    "fallback": (_first_again, {"covariance": ("UN", "TOEPH")}),
    "visits that nobody has together": (_halves, {"covariance": ("UN", "TOEPH", "CS")}),
    "too few subjects": (lambda d: d[d["SUBJ"] < 6], {"covariance": ("UN", "TOEPH", "ARH1")}),
    "no change at the first visit": (
        lambda d: d.assign(CHG=d["CHG"].where(d["VISIT"] > 1, 0.0)),
        {"covariance": ("UN", "CS")},
    ),
    "one visit a subject": (
        lambda d: d.drop_duplicates("SUBJ").assign(VISIT=lambda f: np.arange(len(f)) % 2),
        {"covariance": ("UN", "CS"), "formula": "CHG ~ ARM + VISIT"},
    ),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_what_does_not_converge_says_why(repeated, case, snapshot):
    change, arguments = VERDICTS[case]
    found = fit(change(repeated), **arguments)
    assert found.reason == snapshot
    assert found.converged == bool(found.structure)
    means = found.lsmeans("ARM")
    assert means["estimate"].notna().all() == found.converged
    assert (means["reason"] == "").all() == found.converged
    if not found.converged:
        assert found.tests()["reason"].str.startswith("No test: ").all()
    if found.converged:
        assert found.require() is found
    else:
        assert found.covariance.isna().all(axis=None)
        with pytest.raises(NotEstimableError) as caught:
            found.require()
        assert str(caught.value) == found.reason


def test_an_arm_that_is_empty_at_a_visit(repeated, snapshot):
    found = fit(repeated[~((repeated["ARM"] == "C") & (repeated["VISIT"] == 4))])
    assert found.converged
    means = found.lsmeans("ARM", by="VISIT")
    gone = (means["ARM"] == "C") & (means["VISIT"] == 4)
    assert means.loc[~gone, "estimate"].notna().all()
    assert means.loc[gone, "estimate"].isna().all()
    told = {
        "notes": found.notes,
        "mean": means.loc[gone, "reason"].item(),
        "difference": found.differences("ARM", by="VISIT", reference="A")["reason"].iloc[-1],
        "over visits": found.lsmeans("ARM")["reason"].tolist(),
        "tests": found.tests()[["term", "num_df", "reason"]].values.tolist(),
    }
    assert told == snapshot


def test_collinear_terms_are_named(repeated, snapshot):
    doubled = repeated.assign(TWICE=repeated["BASE"] * 2 + 1, SITE=repeated["ARM"].map(lambda a: a == "A"))
    found = fit(doubled, "CHG ~ ARM*VISIT + BASE + TWICE + SITE")
    assert found.aliased == ("TWICE", "SITETrue")
    plain = fit(repeated)
    # the means at the covariates' means are the same without the column that follows from another
    twice = fit(doubled, "CHG ~ ARM*VISIT + BASE + TWICE")
    columns = ["estimate", "se", "df"]
    np.testing.assert_allclose(twice.lsmeans("ARM")[columns], plain.lsmeans("ARM")[columns], rtol=1e-8)
    solution = twice.coefficients.loc[plain.coefficients.index, "estimate"]
    np.testing.assert_allclose(solution, plain.coefficients["estimate"], rtol=1e-8)
    told = {"notes": found.notes, "means": found.lsmeans("ARM")["reason"].tolist()}
    told |= {"tests": found.tests()[["term", "num_df", "reason"]].values.tolist()}
    assert told == snapshot


def test_rows_left_out_are_counted(repeated):
    gaps = repeated.assign(BASE=repeated["BASE"].where(repeated["SUBJ"] != 3))
    gaps.loc[gaps["SUBJ"] == 5, "CHG"] = np.nan
    found = fit(gaps)
    assert found.left_out == {"BASE": 4, "CHG": 4}
    assert found.n == len(repeated) - 8
    assert found.subjects == 22


QUESTIONS = {
    "unknown reference": lambda f: f.differences("ARM", reference="Z"),
    "unknown factor": lambda f: f.lsmeans("ARMM"),
    "covariate as factor": lambda f: f.lsmeans("BASE"),
    "unknown covariate": lambda f: f.lsmeans("ARM", at={"BSE": 3}),
    "unknown weights": lambda f: f.lsmeans("ARM", weights="om"),
    "confidence": lambda f: f.lsmeans("ARM", confidence=95),
    "factor named twice": lambda f: f.lsmeans("ARM", by="ARM"),
    "unknown level in a contrast": lambda f: f.contrast({"ARM": {"A": 1, "BB": -1}}),
    "contrast of nothing": lambda f: f.contrast({}),
    "contrast within its own factor": lambda f: f.contrast({"ARM": {"A": 1}}, by="ARM"),
    "dependent contrasts": lambda f: f.joint([{"ARM": {"A": 1, "B": -1}}, {"ARM": {"A": -2, "B": 2}}]),
}


def test_wrong_questions_are_answered_in_a_sentence(repeated, snapshot):
    found = fit(repeated)
    told = {}
    for name, ask in QUESTIONS.items():
        with pytest.raises(ValueError, match=r".") as caught:
            ask(found)
        told[name] = str(caught.value)
    assert told == snapshot


def test_order_of_visits(repeated, snapshot):
    names = {1: "Week 2", 2: "Week 4", 3: "Week 10", 4: "Week 26"}
    weeks = fit(repeated.assign(VISIT=repeated["VISIT"].map(names)), covariance="TOEPH")
    assert weeks.visits == ("Week 2", "Week 4", "Week 10", "Week 26")
    assert weeks.deviance == pytest.approx(fit(repeated, covariance="TOEPH").deviance, rel=1e-12)
    order = ["First", "Second", "Third", "End"]
    words = repeated.assign(VISIT=repeated["VISIT"].map(dict(enumerate(order, 1))))
    assert fit(words).converged  # unstructured: the order does not matter
    with pytest.raises(ValueError, match="order of the visits") as caught:
        fit(words, covariance=("UN", "TOEPH"))
    assert str(caught.value) == snapshot
    ordered = words.assign(VISIT=pd.Categorical(words["VISIT"], order, ordered=True))
    assert fit(ordered, covariance="TOEPH").deviance == pytest.approx(weeks.deviance, rel=1e-12)


def test_the_data_are_not_changed(repeated):
    before = repeated.copy()
    fit(repeated).lsmeans("ARM", by="VISIT")
    pd.testing.assert_frame_equal(repeated, before)
