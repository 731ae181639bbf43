"""[start]: a build that begins with finished datasets takes them as they are and does the rest as usual."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from il2cdisc.transport.xpt import read_xpt

TRIAL = Path(__file__).parent
Command = Callable[..., object]
HEAD = """[study]
id = "SYN-ROSE3"
TITLE
protocol = "ROSE-3"
sponsor = "Invented Remedies"
synthetic = true

[build]
time = "2024-12-20T16:30:00"
data_cut = 2024-11-30

[analysis]
treatment_emergent_until = 7

TRIAL
"""


def head() -> str:
    """The tables of study.toml but for [start]; title and [trial] are those of the second trial."""
    text = (TRIAL / "study.toml").read_text()
    title = next(line for line in text.splitlines() if line.startswith("title = "))
    facts = text[text.index("[trial.") : text.index("[text]")]
    return HEAD.replace("TITLE", title).replace("TRIAL", facts)


def trial_from(datasets: Path, standard: str, folder: Path) -> Path:
    """A trial without a raw export, which starts from copies of the datasets of a build."""
    ignored = shutil.ignore_patterns("__pycache__", "define*", "acrf.pdf")
    shutil.copytree(datasets, folder / "received", ignore=ignored)
    for name in ("specs", "mappings"):
        shutil.copytree(TRIAL / name, folder / name, ignore=ignored)
    (folder / "study.toml").write_text(f'{head()}[start]\n{standard} = "received"\n')
    return folder


@pytest.fixture(scope="module")
def from_sdtm(second: Path, tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A trial that starts from the SDTM of the whole build, built."""
    trial = trial_from(second / "sdtm", "sdtm", tmp_path_factory.mktemp("start") / "trial")
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the build starts from the datasets in received; raw export and mappings of SDTM" in done.stdout
    return trial


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def same_files(mine: Path, other: Path, folders: tuple[str, ...]) -> None:
    for folder in folders:
        names = files_of(other / folder) - {"acrf.pdf"}
        assert names == files_of(mine / folder)
        for name in names - ({"define.html"} if folder == "sdtm" else set()):  # made of define.xml
            read = without_crf if (folder, name) == ("sdtm", "define.xml") else Path.read_bytes
            assert read(mine / folder / name) == read(other / folder / name), name


def without_crf(define: Path) -> bytes:
    """A define.xml as it is without an annotated CRF, which needs the mappings and the data dictionary."""
    tree = etree.parse(define)
    crf = "@leafID='LF.acrf' or @ID='LF.acrf'"
    for found in tree.xpath(f"//*[{crf}] | //*[local-name()='AnnotatedCRF']"):
        found.getparent().remove(found)
    for element in tree.iter():
        element.text, element.tail = (element.text or "").strip(), ""
    return etree.tostring(tree)


def test_from_sdtm_all_that_follows_is_that_of_the_whole_build(from_sdtm: Path, second: Path) -> None:
    same_files(from_sdtm / "outputs", second, ("sdtm", "adam", "results"))
    made = {path.name for path in (from_sdtm / "outputs").iterdir()}
    assert made == {"sdtm", "adam", "results", "tlf", "lineage", "checks", "manifest.json"}
    assert not (from_sdtm / "outputs" / "checks" / "queries.xlsx").exists()


def test_from_sdtm_in_blocks_gives_the_same_files(from_sdtm: Path, tmp_path: Path, command: Command) -> None:
    """In one block, as by default, and in one for each subject: the folders are the same in every byte."""
    whole = from_sdtm / "outputs"
    done = command("build", "--trial", from_sdtm, "--out", tmp_path / "out", "--block-subjects", 1)
    assert done.returncode == 0, done.stdout + done.stderr
    made, found = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (whole, tmp_path / "out")
    )
    assert {"lineage/ADAE.parquet", "adam/adsl.xpt", "manifest.json"} <= set(made)
    assert found == made


def test_from_adam_results_are_those_of_the_whole_build(
    second: Path, tmp_path: Path, command: Command
) -> None:
    trial = trial_from(second / "adam", "adam", tmp_path / "trial")
    (trial / "specs" / "sdtm.xlsx").unlink()
    shutil.rmtree(trial / "mappings")
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    same_files(trial / "outputs", second, ("adam",))
    every, made = (
        pd.read_csv(out / "results" / "results.csv", dtype="str") for out in (second, trial / "outputs")
    )
    left_out = set(every["display"]) - set(made["display"])
    assert left_out == set(
        re.findall(r"(\S+) is not made: it shows [A-Z ]+, and the build starts", done.stdout)
    )
    assert left_out
    kept = every[~every["display"].isin(left_out)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, made)
    assert not (trial / "outputs" / "sdtm").exists()
    assert command("check", "--trial", trial).returncode == 0


def test_other_formats_give_the_same_transport_files(
    from_sdtm: Path, second: Path, tmp_path: Path, command: Command
) -> None:
    """A build writes its datasets as Parquet and Dataset-JSON; each of them is a dataset to start from."""
    trial = trial_from(second / "sdtm", "sdtm", tmp_path / "trial")
    formats = ["parquet", "json", "ndjson", "dsjc"]
    for number, path in enumerate(sorted((trial / "received").iterdir())):
        suffix = formats[number % len(formats)]
        shutil.copy(second / suffix / "sdtm" / f"{path.stem}.{suffix}", trial / "received")
        path.unlink()
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    same_files(trial / "outputs", from_sdtm / "outputs", ("sdtm", "adam", "results"))


def test_nothing_of_a_received_dataset_is_made_anew(
    from_sdtm: Path, tmp_path: Path, command: Command
) -> None:
    """Sequence numbers that are not 1, 2, 3 stay, and are a finding; a build that makes SDTM numbers them."""
    trial = shutil.copytree(from_sdtm, tmp_path / "trial")
    (trial / "specs" / "tlf.xlsx").unlink()  # displays are not looked at
    data = (trial / "received" / "ae.xpt").read_bytes()
    before = read_xpt(trial / "received" / "ae.xpt").frame["AESEQ"].tolist()
    one, nine = b"\x41\x10" + b"\0" * 6, b"\x41\x90" + b"\0" * 6
    (trial / "received" / "ae.xpt").write_bytes(data.replace(one, nine, 1))
    changed = read_xpt(trial / "received" / "ae.xpt").frame["AESEQ"].tolist()
    assert changed != before
    done = command("build", "--trial", trial)
    assert (trial / "outputs" / "sdtm" / "ae.xpt").read_bytes() == (
        trial / "received" / "ae.xpt"
    ).read_bytes()
    assert read_xpt(trial / "outputs" / "sdtm" / "ae.xpt").frame["AESEQ"].tolist() == changed
    assert "CHK032" in done.stdout


def test_a_trace_ends_at_the_received_file(from_sdtm: Path, command: Command) -> None:
    done = command("trace", "ADAE", "SYN-ROSE3.DE7.5001", "1", "--trial", from_sdtm)
    assert done.stdout.splitlines()[1:3] == [
        "  ← AE USUBJID=SYN-ROSE3.DE7.5001 AESEQ=1 AETERM=head ache",
        "    ← received/ae.xpt: the build starts from this dataset",
    ]


def test_a_part_takes_what_it_needs(from_sdtm: Path, tmp_path: Path, command: Command) -> None:
    done = command("build", "DM", "ADAE", "--trial", from_sdtm, "--out", tmp_path / "part")
    assert done.returncode == 0, done.stderr
    found = {path.relative_to(tmp_path / "part").as_posix() for path in (tmp_path / "part").rglob("*.xpt")}
    assert found == {"sdtm/dm.xpt", "adam/adae.xpt"}


@pytest.mark.parametrize(
    ("start", "code", "words"),
    [
        ('sdtm = "nowhere"', "STA001", "There is no such folder."),
        (
            'sdtm = "specs"',
            "STA001",
            "There is no dataset in the folder (.dsjc, .json, .ndjson, .parquet, .xpt).",
        ),
        ('sdtm = "../other"', "STU005", "The path leaves the study folder."),
        ('sdtm = "received"\nadam = "received"', "STU004", "[start] names one folder: sdtm or adam."),
        ("", "STU004", "[start] names one folder: sdtm or adam."),
        ('stdm = "received"', "STU002", "did you mean: sdtm"),
        ('sdtm = "received"\n[crf]\nfile = "blank.pdf"', "STU011", "no raw export"),
        ('sdtm = "received"\n[schedule]\nvisits = "a"\nvisit = "b"\ndate = "c"', "STU011", "no raw export"),
    ],
)
def test_what_can_be_wrong_in_start(
    from_sdtm: Path, tmp_path: Path, command: Command, start: str, code: str, words: str
) -> None:
    trial = shutil.copytree(from_sdtm, tmp_path / "trial")
    outputs = {path: path.stat().st_mtime_ns for path in (trial / "outputs").rglob("*")}
    (trial / "study.toml").write_text(f"{head()}[start]\n{start}\n")
    done = command("build", "--trial", trial)
    assert done.returncode == 2
    assert code in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert outputs == {path: path.stat().st_mtime_ns for path in (trial / "outputs").rglob("*")}


def test_damaged_and_double_datasets_are_reported_together(
    from_sdtm: Path, tmp_path: Path, command: Command
) -> None:
    trial = shutil.copytree(from_sdtm, tmp_path / "trial")
    for name in ("dm", "ae"):
        (trial / "received" / f"{name}.xpt").write_bytes(b"no transport file")
    done = command("build", "--trial", trial)
    assert done.returncode == 2
    assert "received/dm.xpt" in done.stderr
    assert "received/ae.xpt" in done.stderr
    (trial / "received" / "lb.parquet").write_bytes(b"")
    done = command("build", "--trial", trial)
    assert "STA002 received/lb.parquet: The dataset LB is in several files." in done.stderr
