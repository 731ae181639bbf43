"""Commands that need no trial: the version, and what each code means."""

from __future__ import annotations

import subprocess
import sys

import pytest
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from il2cdisc import __version__
from il2cdisc.check.rules import all_rules
from il2cdisc.cli import app
from il2cdisc.run.kinds import all_kinds, page_of


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def test_the_version_by_every_way() -> None:
    assert said("--version") == f"il2cdisc {__version__}\n"
    command = [sys.executable, "-m", "il2cdisc", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"il2cdisc {__version__}\n"


@pytest.mark.parametrize("code", ["CHK070", "raw126", "TXT101"])
def test_the_page_of_a_code(code: str, snapshot: SnapshotAssertion) -> None:
    assert said("rule", code) == snapshot


def test_a_code_that_is_none() -> None:
    told = said("rule", "RAW12Z", code=2)
    assert "CLI004: 'RAW12Z' is not a code of il2cdisc." in told
    assert "did you mean: RAW12" in told


def test_every_code_has_a_page_with_what_to_do() -> None:
    codes = said("rule").splitlines()
    assert [line.split()[0] for line in codes] == sorted(all_kinds())
    assert {rule.kind.code for rule in all_rules()} < set(all_kinds())
    without = [code for code in all_kinds() if "Fix: " not in page_of(code)]
    assert without == []
