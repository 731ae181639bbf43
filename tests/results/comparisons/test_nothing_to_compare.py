"""Lines of a comparison need two columns of one treatment each: without them their cells would be blank."""

from __future__ import annotations

import pytest

CASES = {
    "Response": ({"variables": ["RESP"], "levels": ["Y"]}, "difference", "{n} ({p})"),
    "Incidence": ({"variables": ["GRADE"]}, "p_fisher", "{n} ({p})"),
    "Cumulative incidence": (
        {"variables": ["TIME"], "options": {"censor": "CNSR", "competing": "2"}},
        "p_value",
        "{n}",
    ),
}


@pytest.mark.parametrize("method", CASES)
def test_lines_of_a_comparison_of_one_arm_are_refused(trial, method):
    given, statistic, own = CASES[method]
    one = trial.display(method, "A", total=True, lines=[own, f"{{{statistic}}}"], **given)
    expected = f"{statistic} needs two columns of one treatment each"
    assert [line for line in trial.refused(one) if expected in line], trial.refused(one)
    assert trial.refused(trial.display(method, "A", total=True, lines=[own], **given)) == []
    assert trial.refused(trial.display(method, "AB", lines=[own, f"{{{statistic}}}"], **given)) == []
