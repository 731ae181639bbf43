"""The worked examples of CONTRIBUTING.md: each added to a copy of the engine, and used by the command."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from tests.conftest import run_each, run_here

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "il2cdisc"
SECOND = ROOT / "tests" / "second_trial"
Done = subprocess.CompletedProcess[str]


def example(title: str) -> str:
    """The first block of code below a heading of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}\n.*?```python\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"CONTRIBUTING.md has no example of {title}"
    return found[1]


@dataclass(frozen=True)
class Extended:
    """The second trial with a display and a variable that need the examples, before and with them."""

    engine: Path
    trial: Path
    before: Done
    built: str
    page: str

    def read(self, file: str) -> pd.DataFrame:
        """A transport file of the build."""
        return pyreadstat.read_xport(self.trial / "outputs" / file)[0]


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Extended:
    """A copy of the engine, and of the trial; all examples are added at once, each a file of its own."""
    folder = tmp_path_factory.mktemp("contributing")
    engine = shutil.copytree(ENGINE, folder / "site" / "il2cdisc")  # compiled files too: all is imported anew
    ignored = shutil.ignore_patterns("__pycache__", "test_*.py", "conftest.py", "__snapshots__")
    trial = shutil.copytree(SECOND, folder / "trial", ignore=ignored)

    ask_for_a_method(trial / "specs" / "tlf.xlsx")
    ask_for_a_step(trial / "specs" / "sdtm.xlsx")
    before = run_here("spec", "check", "--trial", trial)
    (engine / "check" / "rules" / "visit_on_weekend.py").write_text(example("A conformance rule"))
    (engine / "results" / "methods" / "range.py").write_text(example("A display method"))
    (engine / "tlf" / "writers" / "txt.py").write_text(example("An output format of displays"))
    (engine / "sdtm" / "complete" / "unscheduled.py").write_text(example("A step of complete"))
    (engine / "transport" / "codecs" / "tsv.py").write_text(example("A format of dataset files"))
    ask_for_a_format(trial / "study.toml")
    add_a_product(engine)
    commands = (("build", "--trial", trial), ("rule", "CHK900"))
    built, page = run_each(commands, engine.parent, PYTHONPATH=str(engine.parent))
    assert built.endswith("exit code 0\n"), built
    return Extended(engine, trial, before, built, page)


def add_row(workbook: Path, sheet: str, **cells: object) -> None:
    """A further row of a sheet, by the headers of its first row."""
    book = openpyxl.load_workbook(workbook)
    headers = [cell.value for cell in book[sheet][1]]
    book[sheet].append([cells.get(str(header)) for header in headers])
    book.save(workbook)


def first_display(workbook: Path) -> str:
    """The display of the first analysis."""
    sheet = openpyxl.load_workbook(workbook)["Analyses"]
    headers = [cell.value for cell in sheet[1]]
    return str(sheet.cell(2, headers.index("Display") + 1).value)


def ask_for_a_method(workbook: Path) -> None:
    row = {"Display": first_display(workbook), "Order": 99, "Analysis": "WIDTH", "Label": "Width of the ages",
           "Method": "Range", "Dataset": "ADSL", "Variables": "AGE"}  # fmt: skip
    add_row(workbook, "Analyses", **row)


def ask_for_a_step(workbook: Path) -> None:
    """A variable that nothing makes."""
    book = openpyxl.load_workbook(workbook)
    headers = [cell.value for cell in book["Variables"][1]]
    orders = [cells[headers.index("Order")].value for cells in book["Variables"].iter_rows(min_row=2)
              if cells[headers.index("Dataset")].value == "LB"]  # fmt: skip
    row = {"Dataset": "LB", "Order": max(int(order) for order in orders) + 1, "Variable": "LBUSCHFL",
           "Label": "Unscheduled Flag", "Data Type": "text", "Length": 1, "Mandatory": "No",
           "Origin": "Derived", "Source": "Sponsor", "Role": "Timing"}  # fmt: skip
    add_row(workbook, "Variables", **row)


def ask_for_a_format(study: Path) -> None:
    found, count = re.subn(r"^formats = .*$", 'formats = ["tsv"]', study.read_text(), flags=re.MULTILINE)
    assert count == 1
    study.write_text(found)


def add_a_product(engine: Path) -> None:
    """Its file, and its line in the list of a build, as CONTRIBUTING.md gives them."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r'^```text\n(\("\w+", True, .+PRODUCT\)),$', text, re.MULTILINE)
    assert found is not None
    (engine / "tally").mkdir()
    (engine / "tally" / "__init__.py").write_text("")
    (engine / "tally" / "product.py").write_text(example("A thing that a build writes"))
    path = engine / "run" / "build.py"
    source = path.read_text()
    last = '        ("sdtm", True, deliver.PRODUCT),\n'
    assert last in source
    source = source.replace(last, f"        {found[1]},\n{last}").replace(
        "import il2cdisc.check.product as check\n",
        "import il2cdisc.check.product as check\nimport il2cdisc.tally.product\n",
    )
    path.write_text(source)


def test_a_conformance_rule(extended: Extended) -> None:
    assert "CHK900 Visit on a weekend" in extended.built
    assert "Why: the site is closed" in extended.page


def test_a_display_method_and_an_output_format(extended: Extended) -> None:
    """A row of the workbook names the method; before the file is there it is unknown."""
    assert extended.before.returncode == 2
    assert "RES003" in extended.before.stderr
    assert "RES003" not in extended.built
    results = pd.read_csv(extended.trial / "outputs" / "results" / "results.csv")
    ages = results[(results["analysis"] == "WIDTH") & (results["statistic"] == "range")]
    adsl = extended.read("adam/adsl.xpt")
    assert len(ages) > 1
    assert ages["value"].max() <= adsl["AGE"].max() - adsl["AGE"].min()
    display = first_display(extended.trial / "specs" / "tlf.xlsx").lower()
    text = (extended.trial / "outputs" / "tlf" / f"{display}.txt").read_text()
    assert "Width of the ages" in text
    assert re.search(r"Range \(n\) \| [0-9]", text)


def test_a_step_of_complete(extended: Extended) -> None:
    """A variable of the workbook that nothing makes, until the step is there."""
    said = extended.before.stderr
    assert re.search(r"SPC090 .*LBUSCHFL|SPC090 .*\n?.*LBUSCHFL", said), said
    assert "SPC090" not in extended.built
    lb, tv = extended.read("sdtm/lb.xpt"), extended.read("sdtm/tv.xpt")
    unplanned = ~lb["VISITNUM"].isin(tv["VISITNUM"])
    assert set(lb.loc[unplanned, "LBUSCHFL"]) <= {"Y"}
    assert set(lb.loc[~unplanned, "LBUSCHFL"]) == {""}


def test_a_thing_that_a_build_writes(extended: Extended) -> None:
    assert "counting records\n" in extended.built
    path = extended.trial / "outputs" / "checks" / "counts.csv"
    counts = pd.read_csv(path).set_index("dataset")["records"]
    assert counts["DM"] == len(extended.read("sdtm/dm.xpt"))


def test_a_format_of_dataset_files(extended: Extended) -> None:
    lines = (extended.trial / "outputs" / "tsv" / "sdtm" / "dm.tsv").read_text().splitlines()
    assert lines[0].split("\t")[:3] == ["STUDYID", "DOMAIN", "USUBJID"]
    assert [line.split("\t")[2] for line in lines[1:]] == extended.read("sdtm/dm.xpt")["USUBJID"].tolist()


def test_each_line_of_the_table_has_its_example() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text[text.index("## Where a thing is added") : text.index("## Laws")]
    things = re.findall(r"^\| (an? .+?) \|", table, re.MULTILINE)
    assert len(things) >= 6
    for thing in things:
        assert f"## {thing[0].upper()}{thing[1:]}\n" in text, thing
