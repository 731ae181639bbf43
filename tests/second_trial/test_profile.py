"""The profile of one subject of the second trial, through the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from il2cdisc.cli import app

TRIAL = Path(__file__).parent


def profile(second: Path, *arguments: str) -> tuple[int, str]:
    given = ["profile", *arguments, "--trial", str(TRIAL), "--package", str(second)]
    done = CliRunner().invoke(app, given)
    return done.exit_code, done.stdout + done.stderr


@pytest.fixture(scope="session")
def subject(read) -> str:
    """A subject with adverse events."""
    return str(read("ae")["USUBJID"].iloc[0])


def test_profile_has_the_records_of_one_subject_alone(second, read, subject, tmp_path):
    file = tmp_path / "profile.html"
    code, told = profile(second, subject, "--out", str(file))
    assert (code, told.strip()) == (0, f"done: {file}")
    text = file.read_text("utf-8")
    assert "SYNTHETIC DATA" in text
    for heading in ("Demographics and disposition", "Exposure", "Adverse events"):
        assert f">{heading}<" in text
    terms = read("ae")
    own = set(terms.loc[terms["USUBJID"] == subject, "AEDECOD"])
    others = set(terms["AEDECOD"]) - own
    assert all(term in text for term in own)
    assert not [term for term in others if re.search(rf">{re.escape(term)}<", text)]


def test_two_profiles_have_the_same_bytes(second, subject, tmp_path):
    files = [tmp_path / name for name in ("one.rtf", "two.rtf")]
    for file in files:
        assert profile(second, subject, "--out", str(file))[0] == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_what_can_not_be_written_is_said(second, subject, tmp_path, snapshot):
    told = [
        profile(second, f"{subject}9", "--out", str(tmp_path / "a.html")),
        profile(second, subject, "--out", str(tmp_path / "a.docx")),
        profile(tmp_path, subject, "--out", str(tmp_path / "a.html")),
    ]
    shown = [(code, re.sub(r"did you mean: .*", "did you mean: ...", text)) for code, text in told]
    assert [(code, text.replace(str(tmp_path), "<here>")) for code, text in shown] == snapshot
    assert not list(tmp_path.glob("a.*"))
