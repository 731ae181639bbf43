"""Sixty damages to the second trial, several in a build, each reported; harmless changes change nothing."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("torture.py")


def torture(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--trial", "second", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_each_of_sixty_damages_is_reported(tmp_path: Path) -> None:
    done = torture("--mutants", "60", "--seed", "1", "--json", str(tmp_path / "score.json"))
    score = json.loads((tmp_path / "score.json").read_text())
    assert (score["mutants"], score["reported"], score["own errors"]) == (60, 60, 0), done.stdout
    assert score["at their place"] >= 0.95 * score["with a place"], done.stdout


def test_harmless_changes_change_no_output() -> None:
    done = torture("--harmless")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    changed = [line for line in lines if not line.endswith(": no output changed")]
    assert len(lines) == 6
    assert [line for line in changed if ": not tried: LibreOffice" not in line] == []
    if changed:
        pytest.skip(changed[0])  # the other five were tried


FAKE = """#!{python}
import sys
from pathlib import Path
place = Path({place!r})
place.write_text(place.read_text() + "x" if place.exists() else "x")
print("javaldx failed!")
if len(place.read_text()) >= {works}:
    out = Path(sys.argv[sys.argv.index("--outdir") + 1])
    out.mkdir()
    for name in sys.argv[sys.argv.index("--outdir") + 2 :]:
        (out / Path(name).name).write_text("saved")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
@pytest.mark.parametrize(("works", "starts"), [(1, 1), (2, 2), (3, 2)])
def test_a_libreoffice_that_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works: int, starts: int
) -> None:
    """It is started again once; when it still writes nothing, what it said is told and no file is changed."""
    monkeypatch.syspath_prepend(SCRIPT.parent)
    saved_by_libreoffice = importlib.import_module("harmless").saved_by_libreoffice
    program, count, specs = tmp_path / "soffice", tmp_path / "count", tmp_path / "specs"
    program.write_text(FAKE.format(python=sys.executable, place=str(count), works=works))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    specs.mkdir()
    for name in ("a.xlsx", "b.xlsx"):
        (specs / name).write_text("as it was")
    said = "LibreOffice did not write a.xlsx, b.xlsx; it said: javaldx failed! (exit code 0)"
    expected = pytest.raises(LookupError, match=re.escape(said)) if works > 2 else contextlib.nullcontext()
    with expected:
        saved_by_libreoffice(tmp_path)
    assert count.read_text() == "x" * starts
    assert {path.read_text() for path in specs.iterdir()} == {"as it was" if works > 2 else "saved"}
