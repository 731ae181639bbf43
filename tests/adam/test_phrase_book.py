"""The phrase book: every name of il2cdisc in it exists, and every public verb of ADaM is in it."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import il2cdisc.adam
import il2cdisc.sdtm

BOOK = Path(__file__).parents[2] / "docs" / "phrase-book.md"
PUBLIC = {*il2cdisc.adam.__all__, *il2cdisc.sdtm.__all__}
VERBS = {name for name in il2cdisc.adam.__all__ if inspect.isfunction(getattr(il2cdisc.adam, name))}
CODE = re.compile(r"`([^`]+)`")
OURS = re.compile(r"(derive|compute|create|filter)_\w+")
Row = tuple[str, str, str, str]


def rows() -> list[Row]:
    """Heading, and the three cells of each line of the tables."""
    found: list[Row] = []
    heading = ""
    for line in BOOK.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("| ") and not line.startswith(
            ("| ---", "| admiral |", "| metatools |", "| sdtm.oak |")
        ):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            assert len(cells) == 3, line
            found.append((heading, cells[0], cells[1], cells[2]))
    return [row for row in found if row[1] != "for"]


def test_every_name_of_il2cdisc_exists():
    named = {name for _, _, ours, _ in rows() for name in CODE.findall(ours)}
    assert len(named) > 100
    assert sorted(named - PUBLIC) == []
    for _, theirs, ours, _ in rows():
        assert ours == "–" or CODE.sub("", ours).strip(", ") == "", f"{theirs}: {ours}"


def test_every_public_verb_is_in_the_book():
    named = {name for _, _, ours, _ in rows() for name in CODE.findall(ours)}
    assert sorted(VERBS - named) == []


def test_a_function_of_others_is_there_once_and_has_an_answer():
    theirs = [
        name for heading, names, *_ in rows() if heading != "Only in il2cdisc" for name in CODE.findall(names)
    ]
    assert len(theirs) > 190
    assert [name for name, count in Counter(theirs).items() if count > 1] == []
    empty = [names for _, names, ours, how in rows() if ours == "–" and not how]
    assert empty == []


def test_phrases_are_python_and_call_what_exists():
    phrases = [phrase for *_, how in rows() for phrase in CODE.findall(how)]
    checked = 0
    theirs = {name for _, names, *_ in rows() for name in CODE.findall(names)}
    for phrase in phrases:
        called = {found[0] for found in OURS.finditer(phrase)}
        assert called <= PUBLIC | theirs, phrase
        if "(" in phrase or "[" in phrase:
            text = phrase if not re.match(r"\w+=", phrase) else f"f({phrase})"
            ast.parse(text)
            checked += 1
    assert checked > 40
