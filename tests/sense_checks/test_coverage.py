"""The table of public checks and ours, docs/sense-coverage.md, is made of public_checks.csv and the rules.

`python tests/sense_checks/test_coverage.py` writes it anew.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from il2cdisc.check.rules import Rule, all_rules

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "sense-coverage.md"
HEAD = """# Checks of the data's sense: what public collections ask, and what il2cdisc checks

Generated from `tests/sense_checks/public_checks.csv` and the rules; a test holds it current.
`il2cdisc rule CODE` shows a check: what, why, an example, class, tolerance, source, and when a hit is right.

* **hard** and **soft** checks become questions to the site, which ask and never suggest.
* **medical review** is a listing, `checks/medical_review.xlsx`.
* **programming** goes to the programmer, as all rules without a class do.
"""


def lines() -> list[dict[str, str]]:
    with (HERE / "public_checks.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def codes(row: dict[str, str]) -> list[str]:
    return [code for code in row["codes"].split(";") if code]


def text() -> str:
    """The whole page."""
    rules = {rule.kind.code: rule for rule in all_rules()}
    return "\n".join([HEAD, *_ours(rules), *_public(rules)]) + "\n"


def _ours(rules: dict[str, Rule]) -> Iterator[str]:
    checks = [
        rule
        for rule in rules.values()
        if rule.sense is not None and not "CHK320" <= rule.kind.code < "CHK330"
    ]
    yield f"## The {len(checks)} checks\n"
    yield "| code | check | class | scope | tolerance |"
    yield "| --- | --- | --- | --- | --- |"
    for rule in checks:
        assert rule.sense is not None
        about = (rule.sense.kind.value, rule.sense.scope.value, rule.sense.tolerance or "none")
        yield f"| {rule.kind.code} | {rule.kind.title} | {' | '.join(about)} |"


def _public(rules: dict[str, Rule]) -> Iterator[str]:
    for name in dict.fromkeys(row["set"] for row in lines()):
        rows = [row for row in lines() if row["set"] == name]
        held = sum(1 for row in rows if codes(row))
        yield f"\n## {name}: {held} of {len(rows)} checked\n"
        yield "| public check | ours, or why none |"
        yield "| --- | --- |"
        for row in rows:
            ours = [f"{code} {rules[code].kind.title}" for code in codes(row)]
            yield f"| {row['check']} | {'; '.join([*ours, *([row['reason']] if row['reason'] else [])])} |"


def test_the_table_is_current() -> None:
    assert TABLE.read_text(encoding="utf-8") == text(), "run python tests/sense_checks/test_coverage.py"


@pytest.mark.parametrize("row", lines(), ids=lambda row: row["check"])
def test_a_public_check_has_ours_or_a_reason(row: dict[str, str]) -> None:
    known = {rule.kind.code for rule in all_rules()}
    assert set(codes(row)) <= known
    assert codes(row) or row["reason"]


def test_a_source_that_is_named_is_in_the_table() -> None:
    public = {row["check"]: codes(row) for row in lines()}
    for rule in all_rules():
        named = rule.sense.source.replace(",", "").split() if rule.sense else []
        for name in named:
            if name.startswith("check_"):
                assert rule.kind.code in public.get(name.rstrip(";"), []), (rule.kind.code, name)


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8", newline="\n")
