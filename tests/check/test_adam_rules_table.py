"""`docs/adam-rules.md` has every drafted conformance rule of ADaM once, with the codes that check it."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from il2cdisc.check.rules import all_rules
from il2cdisc.run.kinds import all_kinds

PAGE = Path(__file__).parents[2] / "docs" / "adam-rules.md"
PUBLISHED = re.compile(r"AD\d{4}")
CODE = re.compile(r"\b[A-Z]{3}\d{3}\b")
# The ids that CDISC has drafted for its rules engine, as first and last of a run.
DRAFTED = (
    (1, 1), (5, 7), (10, 10), (13, 14), (16, 17), (19, 32), (39, 39), (41, 41), (46, 47), (49, 55),
    (60, 61), (64, 64), (70, 72), (80, 80), (88, 89), (111, 113), (143, 145), (159, 160), (163, 164),
    (166, 167), (169, 169), (176, 176), (178, 178), (194, 198), (204, 204), (211, 211), (252, 252),
    (254, 254), (261, 262), (268, 271), (278, 279), (363, 364), (373, 373), (522, 525), (529, 530),
    (619, 621), (623, 633), (800, 800), (802, 802), (804, 807), (809, 809), (811, 895),
)  # fmt: skip


def drafted() -> list[str]:
    """The ids, in order."""
    return [f"AD{number:04}" for first, last in DRAFTED for number in range(first, last + 1)]


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """Id, what is checked and where, of a table of the page; an id that is there twice fails."""
    part = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in part.splitlines()]
    found = [line for line in cells if PUBLISHED.fullmatch(line[0])]
    assert len({line[0] for line in found}) == len(found)
    return {published: (what, where) for published, what, where in found}


def test_every_drafted_rule_is_in_the_table() -> None:
    assert len(drafted()) == 190
    assert list(rows("Drafted rules")) == drafted()


@pytest.mark.skipif("IL2CDISC_ADAM_DRAFTS" not in os.environ, reason="IL2CDISC_ADAM_DRAFTS names no file")
def test_the_drafted_rules_are_those_of_the_file() -> None:
    """The file is CDISC's list as CSV, with a column `adam_rule_id`."""
    with Path(os.environ["IL2CDISC_ADAM_DRAFTS"]).open(encoding="utf-8", newline="") as stream:
        found = {int(row["adam_rule_id"].removeprefix("AD")) for row in csv.DictReader(stream)}
    assert [f"AD{number:04}" for number in sorted(found)] == drafted()


def test_each_row_has_a_code_that_exists_or_a_reason() -> None:
    known = set(all_kinds())
    for published, (what, where) in {
        **rows("Drafted rules"),
        **rows("Further rules of the catalogue"),
    }.items():
        codes = CODE.findall(where)
        assert what, published
        assert set(codes) <= known, published
        assert codes or where.startswith("needs "), published


def test_the_table_and_the_pages_of_the_rules_say_the_same() -> None:
    pages = {
        (published, rule.kind.code)
        for rule in all_rules()
        if "CHK200" <= rule.kind.code < "CHK220"
        for published in PUBLISHED.findall(rule.page)
    }
    table = {
        (published, code)
        for published, (_, where) in {
            **rows("Drafted rules"),
            **rows("Further rules of the catalogue"),
        }.items()
        for code in CODE.findall(where)
        if "CHK200" <= code < "CHK220"
    }
    assert table == pages
