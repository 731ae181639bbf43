"""What a user gets wrong, through the command line: told at its place, no traceback, outputs untouched.

One copy of the second trial for the whole module, and one of the shipped trial for what the second one lacks
(workbooks and SPSS files of raw data, a treatment list): a test changes files of it, and they are put back.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import resource
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from typer.testing import CliRunner

from il2cdisc.cli import app
from il2cdisc.deliver import publish
from il2cdisc.deliver.manifest import write_manifest

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"
READ = ("raw", "accept")
"""The command that reads the raw export and nothing else, so that no mapping is tried before."""
PARTS = ("study.toml", "raw", "specs", "mappings")
PASSWORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024) + "EncryptedPackage".encode("utf-16-le")


def tree(folder: Path) -> dict[str, str]:
    """Every file and folder below `folder` with its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
        if path.name != ".outputs.lock"
    }


class Trial:
    """A copy of a trial with a build of before; `tell` gives what a build says of its changes."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.source, self.folder = source, folder
        for name in PARTS:
            copy = shutil.copytree if (source / name).is_dir() else shutil.copy
            copy(source / name, folder / name)
        shutil.rmtree(folder / "mappings" / "__pycache__", ignore_errors=True)
        (folder / "outputs").mkdir()
        (folder / "outputs" / "kept.txt").write_text("the last good build")
        study = tomllib.loads((folder / "study.toml").read_text())["study"]["id"]
        write_manifest(folder / "outputs", study=study, time="", treatment="", synthetic=True, standards={})
        self.changed: set[str] = set()

    def put(self, name: str, content: bytes | str | None) -> None:
        """Replace a file, or remove it."""
        path = self.folder / name
        self.changed.add(name)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, name: str, *changes: tuple[str, str], encoding: str = "utf-8") -> None:
        """Replace texts in a text file, each of which must be there."""
        text = (self.folder / name).read_bytes().decode(encoding)
        for old, new in changes:
            assert old in text, f"{name} has no {old!r}"
            text = text.replace(old, new, 1)
        self.put(name, text.encode(encoding))

    def workbook(self, name: str, change: Callable[[Any], None]) -> None:
        """Change a workbook as a person does in a spreadsheet."""
        book = openpyxl.load_workbook(self.folder / name)
        change(book)
        stream = io.BytesIO()
        book.save(stream)
        self.put(name, stream.getvalue())

    def tell(self, *arguments: str, command: Sequence[str] = ("build",), code: int = 2) -> str:
        """Run a command in this process; what it tells, and the proof that nothing else happened."""
        before = tree(self.folder)
        done = CliRunner().invoke(app, [*command, "--trial", str(self.folder), *arguments])
        assert done.exit_code == code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert "Traceback" not in done.output
        assert tree(self.folder) == before
        return self.shown(done.stderr)

    def shown(self, text: str) -> str:
        """What was told, without what changes when the shipped trial grows: lines, sizes, rows below all."""
        text = text.replace(str(self.folder), "<trial>")
        text = re.sub(r"(study\.toml|mappings/\w+/\w+\.py):(\d+)", self._line, text)
        text = re.sub(r"unpacks to 30[\d,]+ bytes( in \d+ parts)?", "unpacks to 300 MB", text)
        return re.sub(r"!([A-Z]+)[1-9]\d\d+\b", r"!\1<end>", text)

    def _line(self, found: re.Match[str]) -> str:
        """A line that was told becomes the text that stands there."""
        lines = (self.folder / found[1]).read_text().splitlines()
        return f"{found[1]}:<{lines[int(found[2]) - 1].strip()}>"

    def restore(self) -> None:
        for name in self.changed:
            path = self.folder / name
            if (self.source / name).exists():
                shutil.copy(self.source / name, path)
            else:
                path.unlink(missing_ok=True)
        self.changed.clear()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(SECOND, tmp_path_factory.mktemp("bad"))


@pytest.fixture
def trial(copied: Trial) -> Iterator[Trial]:
    """The second trial."""
    yield copied
    copied.restore()


@pytest.fixture(scope="module")
def copied_shipped(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(ROOT, tmp_path_factory.mktemp("bad"))


@pytest.fixture
def shipped(copied_shipped: Trial) -> Iterator[Trial]:
    """The shipped trial."""
    yield copied_shipped
    copied_shipped.restore()


def bomb(path: Path, name: str) -> bytes:
    """A workbook with one part that unpacks to 300 MB of blanks."""
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
        with new.open(name, "w") as part:
            for _ in range(300):
                part.write(b" " * 1_000_000)
    return stream.getvalue()


def cell_of(sheet: Any, header: str, row: int) -> Any:
    names = [cell.value for cell in sheet[1]]
    return sheet[f"{get_column_letter(names.index(header) + 1)}{row}"]


# Workbooks


def test_three_workbooks_that_are_none(trial: Trial, snapshot: object) -> None:
    trial.put("specs/sdtm.xlsx", PASSWORD)
    trial.put("specs/adam.xlsx", "a,b\n1,2\n")
    trial.put("specs/tlf.xlsx", b"")
    assert trial.tell() == snapshot


def test_workbooks_that_are_missing_or_bombs(trial: Trial, snapshot: object) -> None:
    trial.put("specs/sdtm.xlsx", None)
    trial.put("specs/adam.xlsx", bomb(SECOND / "specs/adam.xlsx", "xl/worksheets/sheet1.xml"))
    trial.put("specs/tlf.xlsx", (SECOND / "specs/tlf.xlsx").read_bytes()[:5000])
    assert trial.tell() == snapshot


def test_sheets_renamed_missing_merged(trial: Trial, snapshot: object) -> None:
    def change(book: Any) -> None:
        book["Variables"].title = "Variabels"
        del book["Methods"]
        book["Datasets"].merge_cells("B3:B4")
        book["Codelists"].cell(row=1, column=1).value = "Id"
        sheet = book["ValueLevel"]
        cell_of(sheet, "Label", 1).value = None

    trial.workbook("specs/adam.xlsx", change)
    assert trial.tell() == snapshot


def test_cells_of_every_kind_of_mistake(trial: Trial, snapshot: object) -> None:
    def change(book: Any) -> None:
        sheet = book["Variables"]
        cell_of(sheet, "Data Type", 5).value = "txt"
        cell_of(sheet, "Label", 6).value = '=CONCATENATE("Unique ","Subject")'
        cell_of(sheet, "Length", 7).value = "long"
        cell_of(sheet, "Codelist", 8).value = "NOSUCHLIST"
        sheet.append([cell.value for cell in sheet[9]])

    trial.workbook("specs/adam.xlsx", change)
    assert trial.tell() == snapshot


# Raw files


def test_raw_files_of_every_kind_of_damage(shipped: Trial, snapshot: object) -> None:
    shipped.put("raw/edc/vs.csv", None)
    shipped.put("raw/edc/pe.csv", b"")
    shipped.edit("raw/edc/cm.csv", ("\n01,", "\n01,more,"))
    shipped.put("raw/edc/mh.csv", "SITENO,SUBJID\n01,caff\u00e8\n".encode("latin-1"))
    shipped.edit("raw/edc/ae.csv", ("AESEV", "AESEVERITY"))
    lines = (ROOT / "raw/edc/su.csv").read_text().splitlines()
    shipped.put("raw/edc/su.csv", "\n".join([lines[0] + ",EXTRA", *(line + "," for line in lines[1:]), ""]))
    shipped.put("raw/lab/lab.xlsx", PASSWORD)
    shipped.put("raw/scales/hdrs.sav", (ROOT / "raw/scales/hdrs.sav").read_bytes()[:3000])
    shipped.put("raw/edc/notes.csv", "a\n1\n")
    assert shipped.tell() == snapshot


def test_a_raw_workbook_that_unpacks_without_end(shipped: Trial, snapshot: object) -> None:
    shipped.put("raw/lab/lab.xlsx", bomb(ROOT / "raw/lab/lab.xlsx", "xl/worksheets/sheet1.xml"))
    assert shipped.tell(command=READ) == snapshot


def test_raw_sheets_renamed_merged_with_formulas(shipped: Trial, snapshot: object) -> None:
    def change(book: Any) -> None:
        book["LBHEM"].title = "LBHAEM"
        book["LBCHEM"].merge_cells("A9:A10")
        book["LBTHY"]["E9"] = "=1+1"

    shipped.workbook("raw/lab/lab.xlsx", change)
    assert shipped.tell(command=READ) == snapshot


def test_keys_that_link_nowhere_or_twice(shipped: Trial, snapshot: object) -> None:
    shipped.edit("raw/edc/ae.csv", ("\n01,01-001,", "\n01,01-901,"))
    shipped.edit("raw/edc/dm.csv", ("\n01,01-002,", "\n01,01-001,,,,,,,,,\n01,01-002,"))
    shipped.edit("raw/lab/flow.csv", ("\nF100086;", "\nF999086;"), encoding="latin-1")
    shipped.edit(
        "raw/lab/samples.csv", ("\nF100004;", "\nF100086;01-001;;;;;;;\nF100004;"), encoding="latin-1"
    )
    assert shipped.tell(command=READ) == snapshot


def test_a_column_that_nobody_maps(trial: Trial, snapshot: object) -> None:
    line = "\nevents,event_no,"
    trial.edit("raw/columns.csv", (line, f"\nevents,mood_txt,Mood,text,,,,invented{line}"))
    head, *rows = (SECOND / "raw/site/events.txt").read_text().splitlines()
    trial.put("raw/site/events.txt", "\n".join([head + "|mood_txt", *(row + "|good" for row in rows), ""]))
    assert trial.tell() == snapshot


def test_terms_that_a_closed_codelist_lacks(trial: Trial, snapshot: object) -> None:
    trial.edit("raw/site/events.txt", ("|likely|", "|probable|"), ("|unlikely|", "|hardly|"))
    trial.edit("raw/site/enrolment.csv", (",female,white", ",woman,white"))
    assert trial.tell() == snapshot


# study.toml


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("[standards]", "[standards"), id="broken"),
        pytest.param(('sponsor = "', 'sponsr = "'), id="unknown key"),
        pytest.param(('file = "edc/ae.csv"', 'file = "../../edc/ae.csv"'), id="outside"),
        pytest.param(('mode = "real"', 'mode = "true"'), id="unknown treatment"),
        pytest.param(('by = "Trial statistician, Example Sponsor"\n', ""), id="no unblinding record"),
    ],
)
def test_study_toml(shipped: Trial, snapshot: object, change: tuple[str, str]) -> None:
    shipped.edit("study.toml", change)
    assert shipped.tell() == snapshot


def test_no_study_toml(trial: Trial, snapshot: object) -> None:
    trial.put("study.toml", None)
    assert trial.tell() == snapshot


# Mappings


def test_modules_that_can_not_be_loaded(trial: Trial, snapshot: object) -> None:
    trial.edit("mappings/sdtm/ae.py", ("return dataset(", "return dataset(("))
    trial.edit("mappings/sdtm/ex.py", ("import pandas as pd", "import pandass as pd"))
    trial.edit(
        "mappings/adam/adlb.py", ("import pandas as pd", "from il2cdisc.adam import derive_vars_nothing")
    )
    assert trial.tell() == snapshot


def test_modules_that_fail_while_they_are_planned(trial: Trial, snapshot: object) -> None:
    trial.edit("mappings/sdtm/ex.py", ('collected("dispensed.pack_no")', 'collected("dispensed.packno")'))
    trial.edit("mappings/sdtm/ds.py", ("USUBJID=subject(", "USUBJID=subject(colour=1"))
    assert trial.tell() == snapshot


def test_a_module_that_fails_on_data(trial: Trial, snapshot: object) -> None:
    trial.edit(
        "mappings/adam/adsl.py",
        ("\ndef adsl(", "\ndef _divide(n: int) -> float:\n    return 1 / (0 if n else 1)\n\n\ndef adsl("),
    )
    text = (trial.folder / "mappings/adam/adsl.py").read_text()
    start = text.index('"""', text.index("\ndef adsl("))
    end = text.index('"""\n', start + 3) + 4
    trial.put("mappings/adam/adsl.py", text[:end] + "    _divide(len(dm))\n" + text[end:])
    assert trial.tell() == snapshot


# Outputs


def test_outputs_that_nobody_may_write(
    trial: Trial, snapshot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = os.open

    def refused(path: object, *rest: Any, **more: Any) -> int:
        if str(path).endswith(".outputs.lock"):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return usual(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(publish.os, "open", refused)
    assert trial.tell() == snapshot


def test_outputs_where_none_may_be(trial: Trial, snapshot: object) -> None:
    """A file, below one, among what a build reads, around it, in outputs, over work of others, nowhere."""
    folder = trial.folder
    work, circle = folder.parent / "work", folder.parent / "circle"
    work.mkdir()
    (work / "thesis.docx").write_text("mine")
    circle.symlink_to(circle)
    inside = ["study.toml", "study.toml/outputs", "raw", "raw/site/new", "specs/new", "mappings/sdtm/new"]
    places = [*(folder / name for name in inside), folder, folder / "outputs" / "part", work, circle / "new"]
    told = [trial.tell("--out", str(place)) for place in [*places, "/proc/new", folder / ("n" * 300)]]
    circle.unlink()  # who cleans up behind the tests does not follow it
    told = [text.replace(str(folder.parent), "<above>").replace("n" * 300, "<300 n>") for text in told]
    assert "\n".join(told) == snapshot
    assert [path.name for path in work.iterdir()] == ["thesis.docx"]


def test_outputs_of_study_toml_among_what_a_build_reads(shipped: Trial, snapshot: object) -> None:
    shipped.edit("study.toml", ("\n[paths]\n", '\n[paths]\nterminology = "outputs/terms"\n'))
    assert shipped.tell() == snapshot


@pytest.mark.slow
def test_a_disk_that_is_full(trial: Trial, snapshot: object) -> None:
    """No file may grow above 30 kB: the system refuses to write on, as it does on a full disk."""
    before = tree(trial.folder)
    code = "from il2cdisc.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "build", "--trial", str(trial.folder)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)),
    )
    assert done.returncode == 2, done.stdout
    assert trial.shown(done.stderr) == snapshot
    assert tree(trial.folder) == before
