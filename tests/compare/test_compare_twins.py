"""Twins of small datasets: what is refused, what is compared, and how it is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.compare.built import TwinsOutcome, compare_twins

Run = Callable[..., TwinsOutcome]
TWIN = "import pandas as pd\n\ndef adsl(dm):\n    "


def dataset(name: str, keys: tuple[str, ...], **columns: list[object]) -> Dataset:
    frame = pd.DataFrame({n: pd.Series(v, dtype="str" if isinstance(v[0], str) else "float64")
                          for n, v in columns.items()})  # fmt: skip
    variables = tuple(
        Variable(n, n, "Num", 8, "DATE9." if n.endswith("DT") else "")
        if frame[n].dtype == "float64"
        else Variable(n, n, "Char", 20)
        for n in frame
    )
    return Dataset(name, name, variables, keys, frame, no_edges())


DM = dataset("DM", ("STUDYID", "USUBJID"), STUDYID=["T"] * 3, USUBJID=["S-1", "S-2", "S-3"],
             AGE=[41.0, 38.0, 67.0], SEX=["F", None, "M"])  # fmt: skip
ADSL = dataset("ADSL", ("STUDYID", "USUBJID"), STUDYID=["T"] * 3, USUBJID=["S-1", "S-2", "S-3"],
               AGE=[41.0, 38.0, 67.0], SEX=["F", None, "M"], TRTSDT=[23380.0, None, 23381.0])  # fmt: skip
ADVS = dataset("ADVS", ("USUBJID", "PARAMCD"), USUBJID=["S-1", "S-1", "S-3"],
               PARAMCD=["SYSBP", "DIABP", "SYSBP"], AVAL=[120.0, 80.0, 0.1 + 0.2])  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Writes twins, runs them, and gives what was found; other datasets in the place of ADSL and ADVS."""

    def call(*adam: Dataset, **twins: str) -> TwinsOutcome:
        for name, text in twins.items():
            (tmp_path / f"{name}.py").write_text(text)
        return compare_twins(tmp_path, "mappings/qc", [DM], adam or (ADSL, ADVS))

    return call


def test_a_twin_that_agrees_in_the_variables_that_it_makes(run: Run) -> None:
    """Blank text is missing, days come as dates, in another order and without the identifier of the study."""
    found = run(
        adsl=TWIN + 'out = dm[["USUBJID", "SEX"]].fillna("")\n'
        '    days = pd.to_datetime(["2024-01-05", None, "2024-01-06"])\n'
        "    return out.assign(TRTSDT=days).iloc[::-1]\n"
    )
    assert (found.problems, found.count, found.complete) == ((), 0, True)
    assert found.compared[0].compared == 3
    assert found.lines() == (
        "independent twins: 1 of 2 datasets compared (ADSL): identical",
        "independent twins: no twin: ADVS",
    )


def test_keys_may_come_as_the_index_of_groups(run: Run) -> None:
    found = run(adsl=TWIN + 'return dm.groupby("USUBJID")[["AGE"]].max()\n')
    assert (found.problems, found.count, found.compared[0].compared) == ((), 0, 2)


def test_differences_of_values_and_records(run: Run) -> None:
    found = run(
        adsl=TWIN + 'return dm[["USUBJID", "AGE"]].assign(AGE=[41.0, 39.0, 67.0 * (1 + 1e-12)])\n',
        advs="import pandas as pd\n\ndef advs(dm):\n"
        '    out = pd.DataFrame({"USUBJID": ["S-1", "S-3", "S-2"], "AVAL": [120, 0.3, 1]})\n'
        '    return out.assign(PARAMCD="SYSBP")\n',
    )
    adsl, advs = found.compared
    (age,) = adsl.variables
    assert (age.name, age.left.tolist(), age.greatest) == ("AGE", [1], 1.0)
    assert advs.variables == ()
    assert (advs.matching.only_left.tolist(), advs.matching.only_right.tolist()) == ([1], [2])
    assert found.lines()[0].endswith("(ADSL, ADVS): 3 differences in ADSL, ADVS")


def test_inputs_are_those_of_twins_or_of_the_build_and_no_twin_changes_them(run: Run) -> None:
    takes = 'import pandas as pd\n\ndef advs({0}):\n    assert {0}["AGE"].tolist() == {1}\n'
    rest = '    return pd.DataFrame({"USUBJID": ["S-1"], "PARAMCD": ["SYSBP"]})\n'
    adsl = TWIN + 'dm.loc[:, "AGE"] = 1.0\n    dm["NEW"] = 2.0\n    return dm[["USUBJID", "AGE"]]\n'
    assert run(adsl=adsl, advs=takes.format("adsl", [1.0] * 3) + rest).problems == ()
    assert run(adsl=adsl, advs=takes.format("built_adsl", [41.0, 38.0, 67.0]) + rest).problems == ()
    assert run(adsl=adsl, advs=takes.format("dm", [41.0, 38.0, 67.0]) + rest).problems == ()


def test_what_is_wrong_with_twins(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    of_adsl = "def advs(adsl):\n    return adsl\n"
    cases = {
        "none at all": {},
        "imports": {"adsl": "import pandas\nfrom il2cdisc.adam import needs\nimport os, numpy as np\n"},
        "relative import": {"adsl": "from .common import x\n"},
        "hidden import": {"adsl": "os = __import__('os')\n"},
        "itself": {"adsl": "def adsl(built_adsl):\n    return built_adsl\n"},
        "syntax": {"adsl": "def adsl(dm:\n"},
        "raises on import": {"adsl": "x = 1 / 0\n"},
        "raises": {"adsl": 'def adsl(dm):\n    return dm["AGEE"]\n'},
        "exits": {"adsl": "def adsl(dm):\n    raise SystemExit(0)\n"},
        "no function": {"adsl": "adsl = 1\n"},
        "no frame": {"adsl": "def adsl(dm):\n    return 1\n"},
        "columns twice": {"adsl": TWIN + 'return dm[["USUBJID", "AGE", "AGE"]]\n'},
        "index as well": {"adsl": TWIN + 'return dm.set_index("USUBJID", drop=False)\n'},
        "unknown input": {"adsl": "def adsl(dmm):\n    return dmm\n"},
        "unknown dataset": {"adsll": "def adsll(dm):\n    return dm\n"},
        "circle": {"adsl": "def adsl(advs):\n    return advs\n", "advs": of_adsl},
        "of a failed one": {"adsl": "def adsl(dm):\n    return 1\n", "advs": of_adsl},
        "unknown variable": {"adsl": TWIN + 'return dm[["USUBJID"]].assign(TRTSDTT=1)\n'},
        "another type": {"adsl": TWIN + 'return dm[["USUBJID"]].assign(AGE="41", SEX=1)\n'},
        "a type of Python": {"adsl": TWIN + 'return dm[["USUBJID"]].assign(AGE=[{1}, {2}, {3}])\n'},
        "no key": {"adsl": TWIN + 'return dm[["AGE"]]\n'},
        "too few keys": {"advs": 'def advs(dm):\n    return dm[["USUBJID"]]\n'},
        "repeated keys": {"adsl": TWIN + "return pd.concat([dm, dm.head(1)])\n"},
    }  # fmt: skip
    told: list[str] = []
    for name, twins in cases.items():
        for path in tmp_path.glob("*.py"):
            path.unlink()
        found = run(**twins)
        if name not in ("unknown variable", "another type", "a type of Python", "repeated keys"):
            assert not found.complete, name
        told += [f"--- {name}", *map(str, found.problems), *found.lines()]
    assert "\n".join(told) == snapshot


def test_the_folder_of_the_trial_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    run(adsl=TWIN + 'return dm[["USUBJID"]]\n')
    assert [path.name for path in tmp_path.iterdir()] == ["adsl.py"]
