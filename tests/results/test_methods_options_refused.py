"""Cells of an analysis that would end a build, take it hours, or give a number that misleads are refused."""

from __future__ import annotations

import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.run import run

VISITS = {"by": "AVISIT", "by_levels": ["V2", "V3", "V4"]}
DRAWS = {"draw": "AVISITN", "imputed": "STRATA", "imputed_as": "S1"}
TWICE = {"by": "AVISIT", "by_levels": ["V2", "V3", "V2"]}
CASES = {
    "a level of By twice": (
        {"method": "MMRM", "variables": ["CHG"], **TWICE},
        "By Levels names 'V2' twice",
    ),
    "a category twice": (
        {"method": "Categorical", "variables": ["STRATA"], "levels": ["S1", "S1"]},
        "Levels names 'S1' twice",
    ),
    "a variable twice": (
        {"method": "Correlation", "variables": ["CHG", "CHG"]},
        "Variables names 'CHG' twice",
    ),
    "the response as the group of the covariance": (
        {"method": "MMRM", "variables": ["CHG"], **VISITS, "options": {"covariance_by": "CHG"}},
        "the option covariance_by names CHG; it names a variable of the subject",
    ),
    "the visit as the group of the covariance": (
        {"method": "MMRM", "variables": ["CHG"], **VISITS, "options": {"covariance_by": "AVISIT"}},
        "the option covariance_by names AVISIT; it names a variable of the subject",
    ),
    "deltas in no order": (
        {"method": "Tipping point", "variables": ["CHG"], "options": {**DRAWS, "deltas": "5 0 1"}},
        "the option deltas is not in order",
    ),
    "hours of resampling": (
        {"method": "PLS", "variables": ["CHG", "BASE"], "options": {"resamples": "1e6", "seed": "1"}},
        "the option resamples is '1e6'; it is a whole number between 1 and 100001",
    ),
    "more components than variables": (
        {"method": "PLS", "variables": ["CHG", "BASE"], "options": {"components": "2.0"}},
        "the option components is 2; of variables there is 1",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused(visits, comparison, case):
    given, what = CASES[case]
    with pytest.raises(Stopped) as stopped:
        run([comparison(**given)], visits)
    assert what in str(stopped.value)
    assert {problem.code for problem in stopped.value.problems} == {"RES004"}


@pytest.mark.parametrize("deltas", ["0 1 5", "0 -1 -5"])
def test_deltas_in_order_are_taken(visits, comparison, deltas):
    options = {**DRAWS, "deltas": deltas}
    results = run([comparison(method="Tipping point", variables=["CHG"], options=options)], visits)
    assert "RES004" not in {problem.code for problem in results.problems}


def test_numbers_of_pls_are_read_as_they_are_checked(visits, comparison, statistics):
    """1e1 is 10, as for every other option."""
    made = {"method": "PLS", "variables": ["CHG", "BASE"], "where": "AVISIT EQ V2"}
    plain = {"resamples": "10", "seed": "2", "components": "1"}
    other = {"resamples": "1e1", "seed": "2.0", "components": "1.0"}
    found = [
        statistics(run([comparison(**made, options=options)], visits).frame, "ACT")
        for options in (plain, other)
    ]
    assert found[0] == found[1]
    assert "importance_lower" in found[0]
