"""Independent twins of a trial: one that agrees, one that finds a fault of a mapping, one that fails; and two
builds compared by the keys of define.xml and of the workbooks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyreadstat
import pytest
from typer.testing import CliRunner

from il2cdisc.base.datasets import Dataset, no_edges
from il2cdisc.check.dispositions import Category, Disposition, undisposed
from il2cdisc.check.findings import Finding, Level
from il2cdisc.check.report import read_json
from il2cdisc.cli import app
from il2cdisc.compare.built import compare_twins
from il2cdisc.package import dataset_files, read_dataset
from il2cdisc.spec.load import load_spec
from tests.conftest import without_displays

TRIAL = Path(__file__).parent
Command = Callable[..., "subprocess.CompletedProcess[str]"]
ADSL = '''"""ADSL again: the first day with a tablet, and who had one."""

import pandas as pd


def adsl(dm, ex):
    first = ex.assign(TRTSDT=pd.to_datetime(ex["EXSTDTC"])).groupby("USUBJID")["TRTSDT"].min()
    out = dm[["USUBJID", "AGE"]].merge(first.reset_index(), on="USUBJID", how="left")
    out["SAFFL"] = out["TRTSDT"].notna().map({True: "Y", False: "N"})
    return out.sample(frac=1, random_state=1)
'''
ADLB = '''"""ADLB again: results, half the limit below it, and the last one before the first tablet."""

import numpy as np
import pandas as pd


def adlb(lb, adsl):
    out = lb.merge(adsl[["USUBJID", "TRTSDT"]], on="USUBJID")
    out["ADT"] = pd.to_datetime(out["LBDTC"].str[:10])
    out["AVAL"] = np.where(out["LBSTRESC"].str.startswith("<"), out["LBLLOQ"] / 2, out["LBSTRESN"])
    out = out.rename(columns={"LBTESTCD": "PARAMCD"})
    before = out[(out["ADT"] <= out["TRTSDT"]) & out["AVAL"].notna()]
    last = before.sort_values(["ADT", "VISITNUM"]).groupby(["USUBJID", "PARAMCD"]).tail(1).index
    out["ABLFL"] = pd.Series("Y", index=last).reindex(out.index)
    return out[["USUBJID", "PARAMCD", "ADT", "LBSEQ", "AVAL", "ABLFL"]]
'''
ADAE = '''"""ADAE again, with an error."""


def adae(ae, built_adsl):
    out = ae.merge(built_adsl[["USUBJID", "TRTSDT"]], on="USUBJID")
    return out[["USUBJID", "AESEQ", "AETERMM"]]
'''


@dataclass(frozen=True)
class TwinBuild:
    """A build with twins: how the command ended, what it wrote, and what its checks found."""

    done: subprocess.CompletedProcess[str]
    trial: Path

    @property
    def outputs(self) -> Path:
        return self.trial / "outputs"

    @property
    def found(self) -> list[Finding]:
        everything = read_json(self.outputs / "checks" / "findings.json", other_than=("none",))
        return [item for item in everything if item.code.startswith("QC")]


def copied(folder: Path, **twins: str) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "test_*.py", "conftest.py", "__snapshots__")
    trial = shutil.copytree(TRIAL, folder / "trial", ignore=ignored)
    (trial / "mappings" / "qc").mkdir()
    for name, text in twins.items():
        (trial / "mappings" / "qc" / f"{name}.py").write_text(text)
    return trial


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory, command: Command) -> TwinBuild:
    """The mapping of ADLB flags the first result before treatment as the baseline; built in blocks."""
    trial = without_displays(copied(tmp_path_factory.mktemp("faulty"), adsl=ADSL, adlb=ADLB, adae=ADAE))
    mapping = trial / "mappings" / "adam" / "adlb.py"
    text = mapping.read_text(encoding="utf-8")
    assert text.count('mode="last"') == 1
    mapping.write_text(text.replace('mode="last"', 'mode="first"'), encoding="utf-8")
    return TwinBuild(command("build", "--qc", "--block-subjects", 7, "--trial", trial), trial)


def test_twins_that_agree(second: Path, tmp_path: Path) -> None:
    """With the mapping as it is, the same twins find no difference."""
    for name, text in (("adsl", ADSL), ("adlb", ADLB)):
        (tmp_path / f"{name}.py").write_text(text)
    sdtm, adam = (list(datasets(second / name)) for name in ("sdtm", "adam"))
    found = compare_twins(tmp_path, "mappings/qc", sdtm, adam)
    assert found.lines() == (
        "independent twins: 2 of 3 datasets compared (ADLB, ADSL): identical",
        "independent twins: no twin: ADAE",
    )
    assert found.complete
    assert [item.compared for item in found.compared] == [6, 4]
    assert [item.keys for item in found.compared] == [("USUBJID", "PARAMCD", "ADT", "LBSEQ"), ("USUBJID",)]


def datasets(folder: Path) -> Iterator[Dataset]:
    """The datasets of a built folder, with the keys of the workbook."""
    spec = load_spec(TRIAL / "specs" / f"{folder.name}.xlsx")
    for path in dataset_files(folder):
        file = read_dataset(path)
        keys = spec.datasets[file.name].keys if file.name in spec.datasets else ()
        yield Dataset(file.name, file.label, file.variables, keys, file.frame, no_edges())


def test_twins_change_nothing_else(faulty: TwinBuild, second: Path) -> None:
    for path in sorted((second / "sdtm").iterdir()):
        assert (faulty.outputs / "sdtm" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_fault_of_a_mapping_is_found(faulty: TwinBuild) -> None:
    """Each record with another baseline flag, by its keys, with both values and the raw line behind it."""
    (flag,) = [item for item in faulty.found if item.code == "QC010"]
    assert (flag.dataset, flag.variable, flag.level) == ("ADLB", "ABLFL", Level.ERROR)
    adlb, _ = pyreadstat.read_xport(faulty.outputs / "adam" / "adlb.xpt")
    before = adlb[(adlb["ADT"] <= adlb["TRTSDT"]) & adlb["AVAL"].notna()]
    of_results = before.groupby(["USUBJID", "PARAMCD"])
    moved = of_results.filter(lambda rows: len(rows) > 1).groupby(["USUBJID", "PARAMCD"]).ngroups
    assert flag.count == 2 * moved > 50  # one flag too many, and one missing, of each
    first = flag.first
    assert first.where == "ADLB USUBJID=SYN-ROSE3.DE7.5001, PARAMCD=ALT, ADT=2024-01-08, LBSEQ=1 ABLFL"
    assert (first.usubjid, first.seq, first.row) == ("SYN-ROSE3.DE7.5001", 1, 1)
    assert first.value == "Y, twin: missing"
    assert first.source[0].file == "raw/lab/results.txt"
    assert flag.out_of == len(adlb)
    assert flag.spec == "mappings/qc/adlb.py"
    assert f"ADSL): {flag.count} differences in ADLB" in faulty.done.stdout


def test_a_twin_that_fails_is_named_with_its_line_and_the_build_is_written(faulty: TwinBuild) -> None:
    assert faulty.done.returncode == 2
    assert "Traceback" not in faulty.done.stdout + faulty.done.stderr
    (failed,) = [item for item in faulty.found if item.code == "QC002"]
    line = 1 + ADAE.splitlines().index('    return out[["USUBJID", "AESEQ", "AETERMM"]]')
    assert failed.where == f"mappings/qc/adae.py:{line}"
    assert "not in index" in failed.what
    assert "independent twins: not compared: ADAE (findings QC002)" in faulty.done.stdout
    assert (faulty.outputs / "manifest.json").is_file()
    assert (faulty.outputs / "checks" / "findings.xlsx").is_file()


def test_the_workbook_of_the_comparison(faulty: TwinBuild) -> None:
    book = openpyxl.load_workbook(faulty.outputs / "qc" / "qc.xlsx")
    assert book["Summary"]["A1"].value == "SYNTHETIC DATA"
    rows = [row[:2] for row in book["Summary"].iter_rows(values_only=True)]
    assert ("ADLB", "different") in rows
    assert ("ADSL", "identical") in rows
    assert ("DM", "no twin") not in rows  # twins are of analysis datasets
    (flag,) = [item for item in faulty.found if item.code == "QC010"]
    values = list(book["Values"].iter_rows(min_row=3, values_only=True))
    assert len(values) == flag.count
    assert (values[0][3], values[0][4] or "") == ("Y", "")


def test_check_counts_findings_of_twins_until_they_have_a_disposition(faulty: TwinBuild) -> None:
    out = said("check", "--trial", faulty.trial, code=1)
    assert "QC010 Value differs from the twin (error, 1, " in out
    (flag,) = [item for item in faulty.found if item.code == "QC010"]
    half, whole = flag.records[0].id, flag.id
    reason = (Category.FALSE_POSITIVE, "The twin is wrong.")
    assert undisposed([flag], [Disposition("QC010", (half,), *reason)]) == [flag]
    assert undisposed([flag], [Disposition("QC010", (whole,), *reason)]) == []


def test_a_part_has_no_twins(tmp_path: Path) -> None:
    out = said("build", "ADSL", "--qc", "--trial", TRIAL, "--out", tmp_path / "part", code=2)
    assert "PRT003 ADSL: independent twins need the datasets of a whole build" in out


def test_two_builds_by_the_keys_of_define_xml_and_of_the_workbooks(second: Path, faulty: TwinBuild) -> None:
    out = said("compare", second, faulty.outputs, code=1)
    assert out.startswith("SYNTHETIC DATA\n")
    assert f"records matched by STUDYID, USUBJID ({second / 'sdtm' / 'define.xml'})" in out
    assert "DM: identical" in out
    assert out.splitlines()[-1].startswith("different: ADLB; 15 datasets, ")
    keys = "records matched by STUDYID, USUBJID, PARAMCD, AVISITN, ADT, LBSEQ"
    assert f"{keys} ({second / 'adam' / 'define.xml'})" in out
    out = said("compare", second, faulty.outputs, "--trial", TRIAL, code=1)
    assert f"{keys} (specs/adam.xlsx)" in out
    (flag,) = [item for item in faulty.found if item.code == "QC010"]
    assert f"ABLFL: {flag.count} of 295 records differ" in out


def said(*arguments: object, code: int) -> str:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.output
