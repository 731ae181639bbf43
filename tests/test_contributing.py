"""The worked examples of CONTRIBUTING.md: each added to a copy of the engine, and used by the command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "il2cdisc"
SECOND = ROOT / "tests" / "second_trial"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def example(title: str) -> str:
    """The first block of code below a heading of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}\n.*?```python\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"CONTRIBUTING.md has no example of {title}"
    return found[1]


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """A copy of the engine that a test may add a file to."""
    return shutil.copytree(
        ENGINE, tmp_path / "site" / "il2cdisc", ignore=shutil.ignore_patterns("__pycache__")
    )


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A copy of the second trial."""
    ignored = shutil.ignore_patterns("__pycache__", "test_*.py", "conftest.py", "__snapshots__")
    return shutil.copytree(SECOND, tmp_path / "trial", ignore=ignored)


@pytest.fixture
def run(engine: Path, trial: Path) -> Run:
    """The command of the copied engine, on the copied trial."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "il2cdisc", *arguments, "--trial", str(trial)]
        environment = {**os.environ, "PYTHONPATH": str(engine.parent)}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=engine.parent, env=environment
        )

    return call


def add_row(workbook: Path, sheet: str, **cells: object) -> None:
    """A further row of a sheet, by the headers of its first row."""
    book = openpyxl.load_workbook(workbook)
    headers = [cell.value for cell in book[sheet][1]]
    book[sheet].append([cells.get(str(header)) for header in headers])
    book.save(workbook)


def test_a_conformance_rule(engine: Path, run: Run) -> None:
    (engine / "check" / "rules" / "visit_on_weekend.py").write_text(example("A conformance rule"))
    done = run("build")
    assert done.returncode == 0, done.stderr
    assert "CHK900 Visit on a weekend" in done.stdout
    page = subprocess.run(
        [sys.executable, "-m", "il2cdisc", "rule", "CHK900"],
        capture_output=True, text=True, check=True, cwd=engine.parent,
        env={**os.environ, "PYTHONPATH": str(engine.parent)},
    )  # fmt: skip
    assert "Why: the site is closed" in page.stdout


def test_a_display_method_and_an_output_format(engine: Path, trial: Path, run: Run) -> None:
    """A row of the workbook names the method; before the file is there it is unknown."""
    book = openpyxl.load_workbook(trial / "specs" / "tlf.xlsx")
    headers = [cell.value for cell in book["Analyses"][1]]
    first = dict(zip(headers, [cell.value for cell in book["Analyses"][2]], strict=True))
    row = {"Display": first["Display"], "Order": 99, "Analysis": "WIDTH", "Label": "Width of the ages",
           "Method": "Range", "Dataset": "ADSL", "Variables": "AGE"}  # fmt: skip
    add_row(trial / "specs" / "tlf.xlsx", "Analyses", **row)
    done = run("build")
    assert done.returncode == 2
    assert "RES003" in done.stderr
    (engine / "results" / "methods" / "range.py").write_text(example("A display method"))
    (engine / "tlf" / "writers" / "txt.py").write_text(example("An output format of displays"))
    done = run("build")
    assert done.returncode == 0, done.stderr
    results = pd.read_csv(trial / "outputs" / "results" / "results.csv")
    ages = results[(results["analysis"] == "WIDTH") & (results["statistic"] == "range")]
    adsl, _ = pyreadstat.read_xport(trial / "outputs" / "adam" / "adsl.xpt")
    assert len(ages) > 1
    assert ages["value"].max() <= adsl["AGE"].max() - adsl["AGE"].min()
    text = (trial / "outputs" / "tlf" / f"{str(first['Display']).lower()}.txt").read_text()
    assert "Width of the ages" in text
    assert re.search(r"Range \(n\) \| [0-9]", text)


def test_a_step_of_complete(engine: Path, trial: Path, run: Run) -> None:
    """A variable of the workbook that nothing makes, until the step is there."""
    book = openpyxl.load_workbook(trial / "specs" / "sdtm.xlsx")
    headers = [cell.value for cell in book["Variables"][1]]
    orders = [cells[headers.index("Order")].value for cells in book["Variables"].iter_rows(min_row=2)
              if cells[headers.index("Dataset")].value == "LB"]  # fmt: skip
    row = {"Dataset": "LB", "Order": max(int(order) for order in orders) + 1, "Variable": "LBUSCHFL",
           "Label": "Unscheduled Flag", "Data Type": "text", "Length": 1, "Mandatory": "No",
           "Origin": "Derived", "Source": "Sponsor", "Role": "Timing"}  # fmt: skip
    add_row(trial / "specs" / "sdtm.xlsx", "Variables", **row)
    before = run("spec", "check")
    assert re.search(r"SPC090 .*LBUSCHFL|SPC090 .*\n?.*LBUSCHFL", before.stderr), before.stderr
    (engine / "sdtm" / "complete" / "unscheduled.py").write_text(example("A step of complete"))
    assert "SPC090" not in run("spec", "check").stderr
    done = run("build")
    assert done.returncode == 0, done.stderr
    lb, _ = pyreadstat.read_xport(trial / "outputs" / "sdtm" / "lb.xpt")
    tv, _ = pyreadstat.read_xport(trial / "outputs" / "sdtm" / "tv.xpt")
    unplanned = ~lb["VISITNUM"].isin(tv["VISITNUM"])
    assert set(lb.loc[unplanned, "LBUSCHFL"]) <= {"Y"}
    assert set(lb.loc[~unplanned, "LBUSCHFL"]) == {""}


def test_a_thing_that_a_build_writes(engine: Path, trial: Path, run: Run) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r'^```text\n(\("\w+", True, .+PRODUCT\)),$', text, re.MULTILINE)
    assert found is not None
    (engine / "compare").mkdir()
    (engine / "compare" / "__init__.py").write_text("")
    (engine / "compare" / "product.py").write_text(example("A thing that a build writes"))
    path = engine / "run" / "build.py"
    source = path.read_text()
    last = '        ("sdtm", True, deliver.PRODUCT),\n'
    assert last in source
    source = source.replace(last, f"        {found[1]},\n{last}").replace(
        "import il2cdisc.check.product as check\n",
        "import il2cdisc.check.product as check\nimport il2cdisc.compare.product\n",
    )
    path.write_text(source)
    done = run("build")
    assert done.returncode == 0, done.stderr
    assert "counting records\n" in done.stdout
    counts = pd.read_csv(trial / "outputs" / "checks" / "counts.csv").set_index("dataset")["records"]
    dm, _ = pyreadstat.read_xport(trial / "outputs" / "sdtm" / "dm.xpt")
    assert counts["DM"] == len(dm)


def test_each_line_of_the_table_has_its_example() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text[text.index("## Where a thing is added") : text.index("## Laws")]
    things = re.findall(r"^\| (an? .+?) \|", table, re.MULTILINE)
    assert len(things) >= 6
    for thing in things:
        assert f"## {thing[0].upper()}{thing[1:]}\n" in text, thing
