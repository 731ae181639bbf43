"""The checks of the data's sense on a study without a contradiction, and what each says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from il2cdisc.check.rules import Rule, all_rules

CHECKS = [
    rule for rule in all_rules() if rule.sense is not None and not "CHK320" <= rule.kind.code < "CHK330"
]


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_a_study_without_a_contradiction_has_no_finding(rule: Rule, study: Any) -> None:
    assert study.told(rule) == []
