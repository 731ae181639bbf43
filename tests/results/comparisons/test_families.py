"""p-values of several analyses of a display, adjusted as one family."""

from __future__ import annotations

import numpy as np
import pytest

from il2cdisc.results.lint import lint
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.run import run
from il2cdisc.run.part import with_others


def family(trial, levels=("ONE", "TWO/p_fisher"), data=None, **options):
    """Two analyses with p-values in the columns B and C, and a third one that adjusts them."""
    one = trial.display(
        "Log-rank", variables=["TIME"], id="ONE", options={"censor": "CNSR", "reference": "A"}
    )
    two = trial.display("Response", variables=["RESP"], levels=["Y"], id="TWO")
    both = trial.display("Multiplicity", levels=levels, id="ALL", options=options)
    return one.model_copy(update={"analyses": (*one.analyses, *two.analyses, *both.analyses)})


def adjusted(trial, display, data=None):
    frame = trial.run(display, data).frame
    own = frame[frame["analysis"] == "ALL"]
    parts = {name: own[own["statistic"] == name] for name in ("p_value", "p_adjusted")}
    return parts["p_value"], parts["p_adjusted"]


@pytest.mark.parametrize(
    ("procedure", "expected"),
    [
        ("holm", lambda p: np.minimum(np.maximum.accumulate(np.sort(p) * [4, 3, 2, 1]), 1)),
        ("bonferroni", lambda p: np.minimum(np.sort(p) * 4, 1)),
    ],
)
def test_a_family_of_all_tests_of_the_named_analyses(trial, procedure, expected):
    before, after = adjusted(trial, family(trial, procedure=procedure))
    assert before["group1_level"].tolist() == ["Arm B", "Arm C"] * 2
    p = before["value"].to_numpy()
    assert p[1] == pytest.approx(trial.r["log-rank C"][2])
    assert p[2:] == pytest.approx([trial.r["tests B"][0], trial.r["tests C"][0]])
    assert np.sort(after["value"]) == pytest.approx(np.sort(expected(p)))


def test_a_sequence_goes_on_in_the_order_of_levels(trial):
    before, after = adjusted(trial, family(trial, ("TWO/p_fisher", "ONE"), procedure="fixed-sequence"))
    assert after["value"].to_numpy() == pytest.approx(np.maximum.accumulate(before["value"]))


def test_a_test_without_a_p_value_ends_a_sequence_with_its_reason(trial):
    data = trial.subjects().assign(CNSR=1)
    before, after = adjusted(trial, family(trial, procedure="fixed-sequence"), data)
    assert before["error"].tolist()[:2] == after["error"].tolist()[:2]
    assert "at least 1 event" in after["error"].iloc[0]
    assert set(after["error"].iloc[2:]) == {"A test before this one has no p-value: the sequence ends there."}
    after = adjusted(trial, family(trial, procedure="holm"), data)[1]
    assert after["error"].iloc[2] == ""


def test_names_that_are_no_earlier_analysis_are_reported_with_the_nearest(trial):
    wrong = family(trial, ("ONEE", "ALL"), procedure="holmes")
    found = trial.refused(wrong)
    assert len(found) == 3
    assert "did you mean: holm" in found[0]
    assert "'ONEE' is not one of ONE, TWO" in found[1]
    assert "did you mean: ONE" in found[1]


def across(trial, levels, analyses=(), **options):
    """T-1 with a log-rank test and a response, T-2 with what is said, and T-3 with the family alone."""
    one = family(trial)
    one = one.model_copy(update={"analyses": one.analyses[:2]})
    two = one.model_copy(update={"id": "T-2", "analyses": tuple(analyses)})
    both = trial.display("Multiplicity", levels=levels, id="ALL", display="T-3", options=options)
    return [both.model_copy(update={"id": "T-3"}), one, two]  # a family may come before what it adjusts


def fitted(trial, displays, data=None):
    """The results of the family, its adjusted p-values, and the labels of its rows."""
    data = trial.subjects() if data is None else data
    frame = run(displays, {"ADSL": data}).frame
    own = frame[frame["analysis"] == "ALL"]
    labels = [row.label for row in shaped_rows(displays[0].analyses[0], own) if row.template]
    return own[own["statistic"] == "p_value"], own[own["statistic"] == "p_adjusted"], labels


def by_sex(trial):
    """A rank test in each sex: two rows, each with a test of B and of C."""
    return trial.display(
        "Wilcoxon", variables=["AGE"], id="AGE", display="T-2", by="SEX", by_levels=["F", "M"]
    ).analyses


def test_a_family_takes_tests_of_several_displays_wherever_they_stand(trial):
    displays = across(trial, ["T-1: ONE", "T-1: TWO/p_fisher"], procedure="holm")
    before, after, labels = fitted(trial, displays)
    alone = adjusted(trial, family(trial, procedure="holm"))
    assert before["value"].tolist() == alone[0]["value"].tolist()
    assert after["value"].tolist() == alone[1]["value"].tolist()
    assert labels == ["T-1: ONE", "T-1: TWO/p_fisher"]


def test_a_level_of_by_is_one_row_and_without_it_each_level_is_a_row(trial):
    one = fitted(
        trial, across(trial, ["T-1: ONE", "T-2: AGE/p_value/M"], by_sex(trial), procedure="hochberg")
    )
    every = fitted(trial, across(trial, ["T-1: ONE", "T-2: AGE"], by_sex(trial), procedure="hochberg"))
    assert one[2] == ["T-1: ONE", "T-2: AGE/p_value/M"]
    assert every[2] == ["T-1: ONE", "T-2: AGE, F", "T-2: AGE, M"]
    assert len(one[0]) == len(every[0]) - (len(every[0]) - 2) // 2
    assert set(one[0]["value"]) < set(every[0]["value"])


def test_families_are_tested_in_turn(trial):
    """T-1: ONE is the first family; the second is adjusted by Holm, and not below the first."""
    levels = ["T-1: ONE", "T-1: TWO/p_fisher"]
    before, after, _ = fitted(trial, across(trial, levels, procedure="gatekeeping", families="1 2"))
    p, q = before["value"].to_numpy(), after["value"].to_numpy()
    holm = [np.minimum(np.maximum.accumulate(np.sort(part) * [2, 1]), 1) for part in (p[:2], p[2:])]
    assert np.sort(q[:2]) == pytest.approx(holm[0])
    assert np.sort(q[2:]) == pytest.approx(np.maximum(holm[1], holm[0].max()))
    turned = fitted(trial, across(trial, levels, procedure="gatekeeping", families="2 1"))[1]["value"]
    assert np.sort(turned.to_numpy()[2:]) == pytest.approx(holm[1])
    lost = fitted(
        trial, across(trial, levels, procedure="gatekeeping", families="1 2"), trial.subjects().assign(CNSR=1)
    )[1]
    assert lost["error"].tolist()[2:] == ["A test of this family, or of one before it, has no p-value."] * 2


def test_what_a_family_can_not_take_is_reported_at_its_cell(trial, snapshot):
    levels = ["T-11: ONE", "T-1: ONCE", "T-1: TWO/p_fischer", "T-2: AGE/p_value/X", "T-2: ALSO"]
    also = trial.display("Multiplicity", levels=["AGE"], id="ALSO", display="T-2").analyses
    displays = across(trial, levels, (*by_sex(trial), *also), procedure="gatekeeping", families="1 2.5")
    displays[0] = displays[0].model_copy(update={"columns": displays[0].columns[:2]})
    displays += across(trial, ["T-1: ONE"], procedure="gatekeeping", families="1 1")[:1]
    displays += across(trial, ["T-1: ONE"], procedure="gatekeeping")[:1]
    displays += across(trial, ["T-1: ONE"], procedure="holm", families="1")[:1]
    assert [str(problem) for problem in lint(displays, {"ADSL": trial.subjects()})] == snapshot


def test_a_line_without_a_test_says_so_and_a_part_has_the_displays_it_needs(trial):
    displays = across(trial, ["T-1: ONE", "T-2: AGE/p_value/X"], by_sex(trial), procedure="fixed-sequence")
    displays[2] = displays[2].model_copy(
        update={"analyses": (displays[2].analyses[0].model_copy(update={"by_levels": ()}),)}
    )
    after = fitted(trial, displays)[1]
    assert after["error"].tolist() == ["", "", "T-2: AGE/p_value/X has no p_value."]
    assert [display.id for display in with_others(displays, {"T-3"})] == ["T-3", "T-1", "T-2"]
    assert [display.id for display in with_others(displays, {"T-2"})] == ["T-2"]
