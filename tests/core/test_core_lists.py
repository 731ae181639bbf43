"""The committed lists of CORE's rules over the shipped trial: run, and not run with the reason."""

from __future__ import annotations

from pathlib import Path

LISTS = Path(__file__).parent


def test_the_committed_lists_are_one_whole() -> None:
    ran = {line.split("\t")[0] for line in (LISTS / "rules_run.txt").read_text().splitlines()}
    rest = {line.split("\t")[0] for line in (LISTS / "rules_not_run.txt").read_text().splitlines()}
    assert not ran & rest
    assert len(ran | rest) == 430
