"""The shipped trial through the command line: what is there, what it says, the way back, the same bytes."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from il2cdisc.base.columns import CodedTable
from il2cdisc.package import listing_file
from il2cdisc.spec.tlf_load import load_displays
from il2cdisc.study import load_study
from il2cdisc.tlf.product import header_of
from il2cdisc.tlf.render import render
from il2cdisc.transport.xpt import read_xpt

ROOT = Path(__file__).parents[2]

SDTM = """ae cm co cp dm ds dv ec eg ex ie lb mh pe pr qs rs sc se su sv ta te tv vs
suppae suppcm suppdm suppdv suppeg suppmh supppe""".split()  # noqa: SIM905
ADAM = """adae adbdi adbmhd adcgi adcm adcp adcssrs adcyt adeg adex adfast adhamd adhdmi adice adlb admadrs
admh adsl adtte advs adymrs""".split()  # noqa: SIM905
DISPLAYS = [
    "t-14-1-7",
    "t-14-2-1",
    "t-14-2-2",
    "t-14-2-3",
    "t-14-2-11-2",
    "t-14-2-4",
    "t-14-3-1-2",
    "l-16-2-7",
    "f-14-2-13",
]


@cache
def frame(built: Path, name: str) -> pd.DataFrame:
    folder = "adam" if name.startswith("ad") else "sdtm"
    return read_xpt(built / folder / f"{name}.xpt").frame


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_every_dataset_is_there_with_rows(built: Path) -> None:
    assert set(SDTM) <= {p.stem for p in (built / "sdtm").glob("*.xpt")}
    assert {p.stem for p in (built / "adam").glob("*.xpt")} == set(ADAM)
    for path in built.glob("*/*.xpt"):
        found, meta = pyreadstat.read_xport(path, row_limit=1)
        assert len(found) == 1, path.name
        assert all(meta.column_labels), path.name


def test_displays_are_there_as_rtf_and_html_and_say_that_they_are_synthetic(built: Path) -> None:
    for name in DISPLAYS:
        assert "SYNTHETIC DATA" in (built / "tlf" / f"{name}.html").read_text()
        assert "SYNTHETIC DATA" in (built / "tlf" / f"{name}.rtf").read_text()


def test_subjects_of_the_trial(built: Path) -> None:
    dm, adsl = frame(built, "dm"), frame(built, "adsl")
    assert len(dm) == 44
    assert dm["ARMNRS"].value_counts().to_dict() == {"SCREEN FAILURE": 7, "SCREENING NOT COMPLETED": 1}
    treated = dm[dm["ACTARMCD"].notna()]
    assert treated["ACTARMCD"].value_counts().to_dict() == {"IL2": 24, "PBO": 12}
    assert (adsl["SAFFL"] == "Y").sum() == (adsl["FASFL"] == "Y").sum() == 36


@pytest.mark.parametrize("name", ["ec", "ex", "ae", "ds", "lb", "cp", "rs", "qs"])
def test_sequence_numbers_count_from_one_within_subjects(built: Path, name: str) -> None:
    data = frame(built, name)
    expected = data.groupby("USUBJID").cumcount() + 1.0
    assert (data[f"{name.upper()}SEQ"] == expected).all()


@pytest.mark.parametrize("name", ["lb", "cp", "rs", "qs", "vs"])
def test_findings_have_visits_epochs_and_one_baseline(built: Path, name: str) -> None:
    data, root = frame(built, name), name.upper()
    dm = frame(built, "dm").set_index("USUBJID")
    assert data["VISITNUM"].notna().all()
    dated = data[data[f"{root}DTC"].str.len().fillna(0) >= 10]
    assert dated["EPOCH"].notna().all()
    flagged = data[data[f"{root}LOBXFL"] == "Y"]
    first = flagged["USUBJID"].map(dm["RFXSTDTC"])
    assert (flagged[f"{root}DTC"].str[:10] <= first.str[:10]).all()
    # untimed records of the day of the first dose count as before it
    same_day = dated[(dated[f"{root}DTC"].str[:10] == dated["USUBJID"].map(dm["RFXSTDTC"]).str[:10])]
    assert (same_day.loc[same_day[f"{root}DTC"].str.len() == 10, "EPOCH"] == "SCREENING").all()


def test_units_are_standard_and_ranges_are_judged(built: Path) -> None:
    lb = frame(built, "lb")
    results = lb[lb["LBSTRESN"].notna()]
    assert (results.groupby("LBTESTCD")["LBSTRESU"].nunique() <= 1).all()
    judged = results[results["LBNRIND"].notna()]
    low = judged["LBSTRESN"] < judged["LBSTNRLO"].fillna(-1)
    high = judged["LBSTRESN"] > judged["LBSTNRHI"].fillna(float("inf"))
    assert ((judged["LBNRIND"] == "LOW") == low).all()
    assert ((judged["LBNRIND"] == "HIGH") == high).all()
    # creatinine is sent in mg/dL first and in umol/L later: one standard unit, one magnitude
    creatinine = results[results["LBTESTCD"] == "CREAT"]
    assert creatinine["LBORRESU"].nunique() == 2
    assert creatinine["LBSTRESN"].between(20, 200).all()


def test_treatment_emergent_flags_agree(built: Path) -> None:
    supp, adae = frame(built, "suppae"), frame(built, "adae")
    flags = supp[supp["QNAM"] == "AETRTEM"].set_index(["USUBJID", "IDVARVAL"])["QVAL"]
    keys = list(zip(adae["USUBJID"], adae["AESEQ"].map("{:g}".format), strict=True))
    both = flags.reindex(pd.MultiIndex.from_tuples(keys)).to_numpy()
    assert ((both == "Y") == (adae["TRTEMFL"] == "Y").to_numpy()).all()


def test_the_way_back_to_the_raw_line(built: Path, command) -> None:
    lines = command("trace", "LB", "SYN-IL2REG-01-001", "1", "--out", str(built)).stdout
    assert "raw/lab/" in lines
    lines = command("trace", "AE", "SYN-IL2REG-01-036", "--out", str(built))
    assert lines.returncode in (0, 2)
    hamd = command("trace", "ADHAMD", "SYN-IL2REG-01-001", "1", "--out", str(built))
    assert hamd.returncode == 0, hamd.stderr
    assert "raw/scales/hdrs.sav:" in hamd.stdout
    missing = command("trace", "LBB", "SYN-IL2REG-01-001", "1", "--out", str(built))
    assert missing.returncode == 2
    assert "did you mean: LB" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_the_check_of_the_last_build_tells_its_findings(built: Path, command) -> None:
    done = command("check", "--out", str(built))
    assert done.returncode == 1
    assert "finding" in done.stdout
    assert "PUB01" not in done.stdout


def test_the_same_bytes_in_blocks_on_one_processor_and_in_any_surroundings(
    built: Path, process, tmp_path: Path
) -> None:
    """All at once against the usual build: a difference says which file, and one of them is why.

    Up to the checks: what displays show are the results, which are there (drawn again in the next test).
    """
    out, scratch = tmp_path / "again", tmp_path / "scratch"
    scratch.mkdir()
    surroundings = {"TZ": "Asia/Tokyo", "LANG": "C", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"}
    arguments = ["--until", "checks", "--block-subjects", "7", "--scratch", scratch, "--out", out]
    done = process("build", *arguments, processors=1, **surroundings)
    assert done.returncode == 0, done.stdout + done.stderr
    again, first = hashes(out), hashes(built)
    assert {name.partition("/")[0] for name in first.keys() - again.keys()} == {"tlf", "registry"}
    assert sorted(name for name, value in again.items() if first.get(name) != value) == ["manifest.json"]
    said = (built.parent / "said.txt").read_text().splitlines()
    *again_said, last = done.stdout.splitlines()
    assert [line for line in again_said if line not in said] == []
    assert last == f"done: {out} (open {out}/checks/findings.xlsx)"
    assert list(scratch.iterdir()) == []


def test_displays_drawn_again_by_another_process_are_the_same_bytes(built: Path) -> None:
    """The smallest display of each kind and method: what a figure looks like must not depend on addresses of
    memory."""
    study = load_study(ROOT)
    results = pd.read_parquet(built / "results" / "results.parquet")
    every = [display for display in load_displays(ROOT / "specs" / "tlf.xlsx") if display.analyses]
    every.sort(
        key=lambda display: (built / "tlf" / f"{display.id.lower()}.html").stat().st_size, reverse=True
    )
    displays = {(display.kind, display.analyses[0].method): display for display in every}
    assert {kind for kind, _ in displays} == {"Table", "Listing", "Figure"}
    differ: list[str] = []
    for display in displays.values():
        own = results[results["display"] == display.id]
        path = built / "results" / listing_file(display.id)
        listed = CodedTable.of(pd.read_parquet(path)) if display.kind == "Listing" else None
        files = render(display, own, header_of(study), listed)
        differ += [name for name, content in files.items() if (built / "tlf" / name).read_bytes() != content]
    assert differ == []


def test_the_manifest_names_every_file(built: Path) -> None:
    manifest = json.loads((built / "manifest.json").read_text())
    assert manifest["synthetic"] is True
    listed = {f["path"] if isinstance(f, dict) else f for f in manifest["files"]}
    assert listed == set(hashes(built)) - {"manifest.json"}
