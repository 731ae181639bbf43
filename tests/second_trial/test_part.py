"""`il2cdisc build NAME... --out FOLDER`: a part of the trial, with what it needs and no more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyreadstat
import pytest

from il2cdisc.run.part import part_of
from il2cdisc.run.plan import Plan
from il2cdisc.run.stages import LastStage
from il2cdisc.run.survey import make_plan
from il2cdisc.study import load_study
from il2cdisc.transport.xpt import XptFile, read_xpt

TRIAL = Path(__file__).parent
Command = Callable[..., object]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load_study(TRIAL))


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory, command) -> Path:
    """A part of three datasets and a display, asked for in any case of letters."""
    out = tmp_path_factory.mktemp("part") / "some"
    done = command("build", "ae", "ADLB", "TV", "t-2", "--trial", TRIAL, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"done: {out} (open {out}/tlf/index.html, {out}/checks/findings.xlsx)\n")
    return out


def test_a_part_holds_what_was_named(part: Path) -> None:
    files = {str(p.relative_to(part)) for p in part.rglob("*") if p.is_file()}
    assert {name for name in files if name.endswith(".xpt")} == {
        "sdtm/ae.xpt", "sdtm/suppae.xpt", "sdtm/tv.xpt", "adam/adlb.xpt",
    }  # fmt: skip
    assert {name for name in files if name.startswith("tlf/")} == {
        "tlf/displays.csv", "tlf/index.html", "tlf/t-2.html", "tlf/t-2.pdf", "tlf/t-2.rtf",
    }  # fmt: skip
    assert not {"sdtm/define.xml", "raw/ledger_columns.csv", "raw/ledger_rows.csv"} & files
    assert json.loads((part / "manifest.json").read_text())["part"] == ["AE", "ADLB", "TV", "T-2"]


def test_values_are_those_of_the_whole_build(part: Path, second: Path) -> None:
    for file in part.glob("*/*.xpt"):
        mine, _ = pyreadstat.read_xport(file)
        whole, _ = pyreadstat.read_xport(second / file.relative_to(part))
        assert mine.equals(whole), file.name
    for name in ("t-2.html", "t-2.pdf", "t-2.rtf"):
        assert (part / "tlf" / name).read_bytes() == (second / "tlf" / name).read_bytes()


def test_only_lengths_may_differ_and_each_is_of_its_own_dataset(part: Path, second: Path) -> None:
    def without_lengths(file: XptFile) -> list[tuple[str, str, str, str]]:
        return [(v.name, v.label, v.type, v.format) for v in file.variables]

    shorter: list[str] = []
    for path in part.glob("*/*.xpt"):
        mine, whole = read_xpt(path), read_xpt(second / path.relative_to(part))
        assert (mine.name, mine.label) == (whole.name, whole.label)
        assert without_lengths(mine) == without_lengths(whole)
        for variable in mine.variables:
            if variable.type == "Char":
                longest = mine.frame[variable.name].dropna().str.len().max()
                assert variable.length == max(1, 0 if longest != longest else longest), variable
        lengths = [[v.length for v in file.variables] for file in (mine, whole)]
        same_bytes = path.read_bytes() == (second / path.relative_to(part)).read_bytes()
        assert same_bytes == (lengths[0] == lengths[1])
        shorter += [] if same_bytes else [mine.name]
    assert shorter == ["TV"]


def test_a_file_is_the_same_whatever_else_is_named(part: Path, tmp_path: Path, command) -> None:
    done = command("build", "SUPPAE", "--trial", TRIAL, "--out", tmp_path / "ae")
    assert done.returncode == 0, done.stderr
    for name in ("sdtm/ae.xpt", "sdtm/suppae.xpt"):
        assert (tmp_path / "ae" / name).read_bytes() == (part / name).read_bytes()
    # a part takes the place of a part; what was read is what it needs
    again = command("build", "DS", "--trial", TRIAL, "--out", tmp_path / "ae")
    assert again.returncode == 0, again.stderr
    assert [p.name for p in (tmp_path / "ae").glob("*/*.xpt")] == ["ds.xpt"]
    receipts = json.loads((tmp_path / "ae" / "raw" / "receipts.json").read_text())
    assert {item["form"] for item in receipts}.isdisjoint({"assays", "events"})


@pytest.mark.parametrize(
    ("names", "sdtm", "adam"),
    [
        (["TV"], [], []),
        (["DM"], ["dm", "ex", "se"], []),
        (["LB"], ["dm", "ex", "lb", "se"], []),
        (["SUPPLB"], ["dm", "ex", "lb", "se"], []),
        (["ADSL"], ["dm", "ds", "ex", "se", "sv"], ["adsl"]),
        (["T-1"], ["dm", "ds", "ex", "se", "sv"], ["adsl"]),
        (["T-2"], ["ae", "dm", "ds", "ex", "se", "sv"], ["adae", "adsl"]),
        (["AE", "T-1"], ["ae", "dm", "ds", "ex", "se", "sv"], ["adsl"]),
    ],
)
def test_what_a_part_maps(plan: Plan, names: list[str], sdtm: list[str], adam: list[str]) -> None:
    made = part_of(plan, names)
    assert (sorted(made.sdtm_order), sorted(made.adam_order)) == (sdtm, adam)


def test_findings_are_those_of_the_whole_build(part: Path, second: Path) -> None:
    def found(folder: Path) -> set[tuple[str, str, str]]:
        told = json.loads((folder / "checks" / "findings.json").read_text())
        return {(item["code"], item["where"], item["what"]) for item in told["findings"]}

    assert found(part) <= found(second)
    assert any("raw/site/events.txt:8" in where for _, where, _ in found(part))


def test_the_way_back_from_a_part(part: Path, command) -> None:
    args = ["--trial", TRIAL, "--out", part]
    told = command("trace", "AE", "SYN-ROSE3.DE7.5001", "1", *args)
    assert "raw/site/events.txt:2" in told.stdout
    assert "event_txt = " in told.stdout
    told = command("trace", "ADLB", "SYN-ROSE3.DE7.5001", *args)
    assert told.returncode == 2
    assert "TRC006 ADLB: the outputs are a part of a build, without ADSL, " in told.stderr


def test_forms_that_are_empty_or_damaged_and_not_needed(tmp_path: Path, command) -> None:
    trial = tmp_path / "trial"
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / name, trial / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", trial)
    (trial / "raw" / "lab" / "results.txt").unlink()
    args = ["--trial", trial, "--out", tmp_path / "part"]
    events = trial / "raw" / "site" / "events.txt"
    events.write_text(events.read_text().splitlines()[0] + "\n")
    done = command("build", "AE", "DM", *args)
    assert done.returncode == 0, done.stderr
    assert "AE has no record, and so no file\n" in done.stdout
    assert [path.name for path in (tmp_path / "part").glob("*/*.xpt")] == ["dm.xpt"]
    done = command("build", "LB", *args)
    assert done.returncode == 2
    assert "RAW001 raw/lab/results.txt" in done.stderr
    assert done.stderr.endswith(f"{tmp_path / 'part'} still holds the previous build\n")


def test_refusals(part: Path, second: Path, tmp_path: Path, command, snapshot: object) -> None:
    """No folder; the outputs; over a whole build; unknown names; with CORE; a part that is checked."""
    calls = [
        ["build", "AE"],
        ["build", "AE", "--out", TRIAL / "outputs"],
        ["build", "AE", "--out", second],
        ["build", "AEE", "adls", "T-22", "DM", "--out", tmp_path / "new"],
        ["build", "AE", "--core", "--out", tmp_path / "new"],
        ["check", "--out", part],
    ]
    told: list[str] = []
    for call in calls:
        done = command(*call, "--trial", TRIAL)
        assert done.returncode == 2, done.stdout
        told.append(done.stderr)
    text = "\n".join(told)
    for place, shown in ((part, "<part>"), (second, "<whole>"), (tmp_path, "<tmp>"), (TRIAL, "<trial>")):
        text = text.replace(str(place), shown)
    assert text == snapshot
    assert not (tmp_path / "new").exists()
    assert not (TRIAL / "outputs").exists()


def test_a_build_until_the_checks_has_the_files_of_a_whole_one_but_the_displays(
    second: Path, tmp_path: Path, command
) -> None:
    done = command("build", "--trial", TRIAL, "--out", tmp_path / "out", "--until", "checks")
    assert done.returncode == 0, done.stderr
    made = {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*") if p.is_file()}
    whole = {p.relative_to(second) for p in second.rglob("*") if p.is_file()}
    assert {path.parts[0] for path in whole - made} == {"tlf"}
    assert made < whole
    differ = {
        str(path) for path in made if (tmp_path / "out" / path).read_bytes() != (second / path).read_bytes()
    }
    assert differ == {"manifest.json"}
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["part"] == ["--until checks"]


def test_a_build_that_ends_before_the_checks_reports_its_findings_itself(tmp_path: Path, command) -> None:
    done = command("build", "--trial", TRIAL, "--out", tmp_path / "out", "--until", "sdtm")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "sdtm"]
    assert "MAP102 raw/site/events.txt:8 ceased_on: '31-JUN-2024' does not exist" in done.stderr
    assert "deriving ADaM" not in done.stdout
    assert done.stdout.rstrip().endswith(f"done until sdtm: {tmp_path / 'out'}")


def test_a_build_until_a_stage_never_goes_to_the_outputs(command) -> None:
    done = command("build", "--trial", TRIAL, "--until", "sdtm")
    assert done.returncode == 2
    assert "PRT001 --until sdtm: a part cannot be written to outputs, which holds whole builds" in done.stderr


def test_an_unknown_stage_is_refused_with_those_that_there_are(command) -> None:
    done = command("build", "--trial", TRIAL, "--until", "sdmt")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(f"'{stage}'" in done.stderr for stage in LastStage)
