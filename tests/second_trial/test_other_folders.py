"""Messages name the folders that `[paths]` of study.toml gives, whatever they are called."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from il2cdisc.cli import app

TRIAL = Path(__file__).parent
NAMES = {"raw": "export", "specs": "books", "mappings": "code", "outputs": "package", "terminology": "terms"}
OLD = re.compile(r"\b(raw/(?!receipts|ledger)|specs/|mappings/|outputs\b/?)")


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the trial whose folders have other names, built."""
    folder = tmp_path_factory.mktemp("renamed")
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / name, folder / NAMES[name], ignore=shutil.ignore_patterns("__pycache__"))
    text = (TRIAL / "study.toml").read_text()
    paths = "".join(f'{key} = "{name}"\n' for key, name in NAMES.items())
    old = '[paths]\ndictionary = "raw/columns.csv"\n'
    assert old in text
    (folder / "study.toml").write_text(
        text.replace(old, f'[paths]\ndictionary = "export/columns.csv"\n{paths}')
    )
    told = run(folder, "build", code=0)
    assert "export/site/events.txt:8 ceased_on" in told
    assert f"done: {folder}/package" in told
    return folder


def run(folder: Path, *arguments: str, code: int) -> str:
    """What a command tells, none of it with a folder's usual name."""
    done = CliRunner().invoke(app, [*arguments, "--trial", str(folder)])
    assert done.exit_code == code, done.output
    assert not OLD.search(done.output.replace(str(folder), "<trial>")), done.output
    return done.output


def test_the_same_datasets_and_no_other_names_in_the_package(renamed: Path, second: Path) -> None:
    package = renamed / "package"
    files = sorted(p.relative_to(second) for p in second.glob("*/*.xpt"))
    assert files
    for file in files:
        assert (package / file).read_bytes() == (second / file).read_bytes()
    assert "Program: books/tlf.xlsx" in (package / "tlf" / "t-1.html").read_text()
    for file in [*package.glob("tlf/*.*"), *package.glob("checks/*.txt"), *package.glob("raw/*.*")]:
        assert not OLD.search(file.read_text(encoding="utf-8", errors="replace")), file
    assert not (renamed / "outputs").exists()


def test_other_commands(renamed: Path) -> None:
    assert "package/sdtm/ae.xpt" not in run(renamed, "check", code=1)
    assert "export/site/enrolment.csv:2" in run(renamed, "trace", "DM", "SYN-ROSE3.DE7.5001", code=0)
    run(renamed, "spec", "check", code=0)
    (renamed / "package" / "sdtm" / "ae.xpt").rename(renamed / "ae.xpt")
    assert "package/sdtm/ae.xpt" in run(renamed, "check", code=1)
    (renamed / "ae.xpt").rename(renamed / "package" / "sdtm" / "ae.xpt")
    assert "TER006 terms: nothing is imported" in run(renamed, "ct", "diff", code=2)


AE = "sdtm/ae.py"
LINK = '        links=[link("EY", EXSEQ=constant(1))],\n        dropped='


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        pytest.param([(AE, '"events.event_no"', '"events.no"')], "code/sdtm/ae.py AESPID:", id="column"),
        pytest.param([(AE, "raw_events: pd", "raw_event: pd")], "code/sdtm/ae.py:", id="form"),
        pytest.param([(AE, "AESPID=", "AESPIDD=")], "code/sdtm/ae.py AESPIDD:", id="no such variable"),
        pytest.param(
            [("sdtm/ds.py", "def ds(", "def ds(lb, "), ("sdtm/lb.py", "def lb(", "def lb(ds, ")],
            "code/sdtm:",
            id="circle",
        ),
        pytest.param([(AE, "def ae(", "def ae((")], "code/sdtm/ae.py:22:", id="syntax"),
        pytest.param([(AE, "USUBJID=subject(", "USUBJID=subject(1")], "code/sdtm/ae.py:", id="call"),
        pytest.param(
            [(AE, "        dropped=", LINK), (AE, "    derived,\n", "    derived,\n    link,\n")],
            "code/sdtm/ae.py links:",
            id="link",
        ),
        pytest.param(
            [("adam/adlb.py", "(lb: pd", "(adae, lb: pd"), ("adam/adae.py", "(ae: pd", "(adlb, ae: pd")],
            "code/adam:",
            id="circle of ADaM",
        ),
        pytest.param([("adam/adae.py", "ATOXGR=out", "ATOXGR=ou")], "code/adam/adae.py:", id="call of ADaM"),
    ],
)
def test_mistakes_in_mappings(renamed: Path, edits: list[tuple[str, str, str]], told: str) -> None:
    with changed(renamed / "code", edits):
        assert told in run(renamed, "spec", "check", code=2)


def test_a_codelist_that_the_workbook_lacks(renamed: Path) -> None:
    with changed(renamed / "code", [(AE, 'codelist="ACN"', 'codelist="ACTION"')]):
        assert "MAP002 code/sdtm AEACN:" in run(renamed, "build", code=2)


@pytest.mark.parametrize(
    ("names", "command"),
    [(["sdtm.xlsx"], "spec check"), (["tlf.xlsx"], "spec check"), (["dispositions.xlsx"], "check")],
)
def test_mistakes_in_workbooks(renamed: Path, names: list[str], command: str) -> None:
    paths = [renamed / "books" / name for name in names]
    kept = {path: path.read_bytes() for path in paths if path.exists()}
    for path in paths:
        openpyxl.Workbook().save(path)
    told = run(renamed, *command.split(), code=2)
    for path in paths:
        path.unlink()
        if path in kept:
            path.write_bytes(kept[path])
        assert f"books/{path.name}" in told


@contextmanager
def changed(folder: Path, edits: list[tuple[str, str, str]]) -> Iterator[None]:
    """Texts of files are others for a while."""
    kept = {name: (folder / name).read_text() for name, _, _ in edits}
    try:
        for name, old, new in edits:
            text = (folder / name).read_text()
            assert old in text
            (folder / name).write_text(text.replace(old, new, 1))
        yield
    finally:
        for name, text in kept.items():
            (folder / name).write_text(text)
