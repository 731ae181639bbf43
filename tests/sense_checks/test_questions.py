"""What is asked about the findings of the checks, and what is not: each cause once, medical review never."""

from __future__ import annotations

import re

import pytest

from il2cdisc.base.problems import Address
from il2cdisc.check.asked_once import asked_once
from il2cdisc.check.findings import Finding, Level, Occurrence
from il2cdisc.check.rules import Rule, all_rules, codes_of_class, sense_questions
from il2cdisc.check.sense import SenseKind

CHECKS = [
    rule for rule in all_rules() if rule.sense is not None and not "CHK320" <= rule.kind.code < "CHK330"
]


def finding(code: str, *lines: int) -> Finding:
    records = tuple(
        Occurrence(where=f"record {line}", source=(Address(file="raw/ae.csv", line=line, column="AEENDAT"),))
        for line in lines
    )
    return Finding(code, "title", Level.WARNING, "what", records=records, where=records[0].where)


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_a_question_asks_and_never_suggests(rule: Rule) -> None:
    assert rule.sense is not None
    asked = sense_questions().get(rule.kind.code, "")
    assert bool(asked) == rule.sense.kind.is_asked
    if asked:
        assert rule.sense.question.startswith("Please ")
        assert rule.sense.question.endswith(".")
        assert not re.search(r"\b(should|must|instead|change to|set to)\b", rule.sense.question)


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_a_page_says_class_source_and_when_it_is_right(rule: Rule) -> None:
    for word in ("What: ", "Why: ", "Example: ", "Fix: ", "Class: ", "Scope: ", "Source: ", "Right when: "):
        assert word in rule.page


def test_medical_review_is_never_asked() -> None:
    assert {"CHK242", "CHK312"} <= codes_of_class(SenseKind.MEDICAL_REVIEW)
    assert not codes_of_class(SenseKind.MEDICAL_REVIEW) & set(sense_questions())


def test_a_cell_that_could_not_be_read_is_asked_about_once() -> None:
    # the end on line 3 is a day that does not exist, that on line 4 is missing
    found = [finding("MAP102", 3), finding("CHK254", 3, 4), finding("CHK052", 3)]
    kept = [(item.code, [record.where for record in item.records]) for item in asked_once(found)]
    assert kept == [("MAP102", ["record 3"]), ("CHK254", ["record 4"]), ("CHK052", ["record 3"])]
    assert [item.code for item in asked_once([finding("MAP102", 3), finding("CHK254", 3)])] == ["MAP102"]


def test_a_reading_far_from_the_planned_time_is_asked_about_by_the_plan_of_the_trial() -> None:
    def of_rows(code: str, *rows: int) -> Finding:
        records = tuple(Occurrence(where=f"VS {row}", dataset="VS", row=row) for row in rows)
        return Finding(code, "title", Level.WARNING, "what", records=records, where=records[0].where)

    found = [of_rows("CHK295", 1, 2), of_rows("CHK329", 2)]
    kept = [(item.code, [record.row for record in item.records]) for item in asked_once(found)]
    assert kept == [("CHK295", [1]), ("CHK329", [2])]
    assert [item.code for item in asked_once([of_rows("CHK295", 2), of_rows("CHK329", 2)])] == ["CHK329"]
