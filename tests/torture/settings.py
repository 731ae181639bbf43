"""Mutators of study.toml: keys that are none, values that are not allowed, names that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from mutant import Mutant, codes, family
from trial import Trial

ANY = family("STU", 1, 29)
NOWHERE = ANY + " RAW001 RAW003 RAW006 RAW007 RAW009 RAW014 RAW015 SPC001 SPC002 CLI001 MAP005"
ASSIGNMENT = re.compile(r"^(?P<key>[A-Za-z_]+)(?P<is>\s*=\s*)(?P<value>.+?)(?P<rest>\s*(#.*)?)$")
OF_MAPPINGS = "MAP007 MAP133"
VALUES = {
    "time": ['"yesterday"', '"2024-13-45T00:00:00"', "true"],
    "data_cut": ["2031-13-01", '"never"', "7"],
    "ct": ['"2026-13-45"', '"1999-01-01"'],
    "sdtmig": ['"banana"', '"9.9"'],
    "adamig": ['"0.1"'],
    "define": ['"1.0"'],
    "synthetic": ['"perhaps"'],
    "subjects": ['"nobody"'],
    "subject_key": ['"NOKEY"'],
    "usubjid": ['"{NOTHING}-{SUBJID}"', '""'],
    "id": ['""', '"A B"'],
    "file": ['"site/none.csv"', '"../outside.csv"', '""'],
    "subject": ['"NOCOLUMN"', "7"],
    "key": ['["NOCOLUMN"]'],
    "encoding": ['"rot13"', '"klingon"'],
    "delimiter": ['"ab"', '""'],
    "decimal": ['"x"'],
    "sheet": ['"NOSHEET"'],
    "header_line": ["0", "999", '"seven"'],
    "dictionary": ['"raw/none.csv"'],
    "raw": ['"nowhere"'],
    "specs": ['"nowhere"'],
    "mappings": ['"nowhere"'],
    "treatment_emergent_until": ["-1", "99999999999999", '"many"'],
    "mode": ['"open"'],
    "form": ['"noform"'],
    "real": ['"restricted/none.csv"'],
    "on": ['"2099-01-01"', '"soon"'],
    "by": ['""'],
    "column": ['"ic.NOCOLUMN"'],
    "agrees_with": ['"nothing"'],
    "language": ['"xx"'],
    "written": ['"hh-ss"'],
}
"""Values that each key refuses."""


def assignments(trial: Trial) -> list[tuple[int, re.Match[str]]]:
    lines = (trial.folder / "study.toml").read_text(encoding="utf-8").splitlines()
    found = [(number, ASSIGNMENT.match(line)) for number, line in enumerate(lines, start=1)]
    return [(number, match) for number, match in found if match]


def _mutant(mutator: str, number: int, old: str, new: str, told: str) -> Mutant:
    def apply(folder: Path) -> None:
        path = folder / "study.toml"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines[number - 1] = new
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    name = f"line {number}: {old.strip()!r} becomes {new.strip()!r}"
    return Mutant(mutator, name, "keys of study.toml", codes(told), f"study.toml:{number}", apply, alone=True)


def _of_mappings(trial: Trial) -> set[int]:
    """The lines of the tables [trial] and [trial.…]."""
    table, found = "", set[int]()
    for number, line in enumerate((trial.folder / "study.toml").read_text(encoding="utf-8").splitlines(), 1):
        table = line.strip("[] ") if line.startswith("[") else table
        if table.split(".")[0] == "trial":
            found.add(number)
    return found


def keys_misspelt(trial: Trial, random: Random) -> Iterator[Mutant]:
    seen: set[str] = set()
    own = _of_mappings(trial)
    for number, match in random.sample(assignments(trial), len(assignments(trial))):
        if match["key"] in seen or match["key"].isupper() or match["key"] in ("MDD", "BD"):
            continue
        seen.add(match["key"])
        new = match.string.replace(match["key"], match["key"] + "z", 1)
        made = _mutant("setting: key misspelt", number, match.string, new, ANY)
        # the keys of [trial] are the trial's own: the mapping that misses one is where it shows
        yield replace(made, codes=codes(OF_MAPPINGS), place="") if number in own else made


def values_refused(trial: Trial, random: Random) -> Iterator[Mutant]:
    taken: dict[str, int] = {}
    for number, match in random.sample(assignments(trial), len(assignments(trial))):
        for value in VALUES.get(match["key"], ()):
            if taken.get(value + match["key"], 0) >= 1 or value == match["value"]:
                continue
            taken[value + match["key"]] = 1
            new = f"{match['key']}{match['is']}{value}"
            yield _mutant("setting: value refused", number, match.string, new, NOWHERE)


def not_toml(trial: Trial, random: Random) -> Iterator[Mutant]:
    for number, match in random.sample(assignments(trial), 3):
        new = match.string.replace("=", "", 1)
        yield _mutant("setting: no TOML", number, match.string, new, "STU001")


def sections_gone(trial: Trial, random: Random) -> Iterator[Mutant]:
    lines = (trial.folder / "study.toml").read_text(encoding="utf-8").splitlines()
    heads = [n for n, line in enumerate(lines) if line.startswith("[")]
    for start in random.sample(heads, min(6, len(heads))):
        end = next((n for n in heads if n > start), len(lines))

        def apply(folder: Path, start: int = start, end: int = end) -> None:
            (folder / "study.toml").write_text(
                "\n".join(lines[:start] + lines[end:]) + "\n", encoding="utf-8"
            )

        if lines[start] in ("[deferred]", "[analysis]", "[text]", "[[agreements]]", "[crf]"):
            continue  # a trial may do without
        told = NOWHERE + " RAW106 RAW015 MAP005 SPC127 SPC123 RAW142 ADM012 MAP007 RAW125"
        yield Mutant(
            "setting: section gone", lines[start], "forms in use", codes(told), "", apply, alone=True
        )


MUTATORS = (keys_misspelt, values_refused, not_toml, sections_gone)
