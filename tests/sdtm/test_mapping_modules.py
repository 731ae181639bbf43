"""Modules of a trial: what they need, their order, and what is told of those that fail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.sdtm.modules import in_order, load_functions, run_mappings

GOOD = """
from il2cdisc.sdtm import collected, dataset, subject
from mappings.common import UNIT

def vs(raw_vs):
    return dataset("VS", raw_vs, USUBJID=subject(), VSORRES=collected("vs.PULSE"))
"""


@pytest.fixture
def trial(tmp_path: Path) -> Callable[..., Path]:
    """A trial's folder `mappings` with modules by path."""

    def write(**modules: str) -> Path:
        folder = tmp_path / "mappings"
        (folder / "sdtm").mkdir(parents=True, exist_ok=True)
        for name, text in {"common": "UNIT = 'mm'\n", **modules}.items():
            path = folder / (f"{name}.py" if name == "common" else f"sdtm/{name}.py")
            path.write_text(text)
        return folder

    return write


def told(call: Callable[[], object]) -> str:
    with pytest.raises(Stopped) as stopped:
        call()
    return str(stopped.value)


def run(folder: Path, inputs: dict[str, Any], context: Any) -> Any:
    functions = load_functions(folder, "sdtm")
    return run_mappings(functions, in_order(functions, inputs), inputs, context(None), folder=folder)


@pytest.fixture
def inputs(make: Any) -> dict[str, pd.DataFrame]:
    return {"raw_vs": make.raw_frame("vs", "PULSE", [("S1", "60")]), "protocol": pd.DataFrame()}


def test_modules_run_in_the_order_of_their_needs(trial, inputs, context) -> None:
    second = GOOD.replace("def vs(raw_vs)", "def ae(vs)").replace('"VS", raw_vs', '"AE", vs')
    second = second.replace('VSORRES=collected("vs.PULSE")', 'AETERM=collected("VSORRES")')
    folder = trial(vs=GOOD, ae=second)
    mappings, made = run(folder, inputs, context)
    assert [m.name for m in mappings] == ["VS", "AE"]
    assert made["AE"].frame["AETERM"].tolist() == ["60"]
    assert list(made["AE"].frame["@vs"]) == [0]


def test_order_is_by_need_then_by_name() -> None:
    def needs(*names: str) -> Any:
        scope: dict[str, Any] = {}
        exec(f"def function({', '.join(names)}): ...", scope)
        return scope["function"]

    functions = {"a": needs("c"), "b": needs("raw_x"), "c": needs("b", "protocol"), "d": needs()}
    assert in_order(functions, ["raw_x", "protocol"]) == ["b", "d", "c", "a"]


def test_the_names_of_a_trial_are_free_again(trial) -> None:
    names = ("mappings", "mappings.sdtm.vs")
    before = [sys.modules.get(name) for name in names]
    assert set(load_functions(trial(vs=GOOD), "sdtm")) == {"vs"}
    assert [sys.modules.get(name) for name in names] == before


def test_a_module_of_helpers_is_no_mapping(trial) -> None:
    assert set(load_functions(trial(vs=GOOD, helper="X = 1\n", _private="1 / 0\n"), "sdtm")) == {"vs"}


def test_unknown_inputs_are_told_at_once(snapshot) -> None:
    def ae(raw_aee, vss): ...
    def vs(raw_vs, ex): ...

    assert told(lambda: in_order({"ae": ae, "vs": vs}, ["raw_ae", "raw_vs"])) == snapshot


def test_a_circle_is_told(snapshot) -> None:
    def ae(vs): ...
    def vs(ae): ...
    def cm(raw_cm): ...

    assert told(lambda: in_order({"ae": ae, "vs": vs, "cm": cm}, ["raw_cm"])) == snapshot


def test_modules_that_do_not_load_are_told_at_once_with_their_lines(trial, snapshot) -> None:
    folder = trial(
        ae="from il2cdisc.sdtm import colected\n",
        cm="\nfrom mappings.comon import UNIT\n",
        ds="def ds(:\n",
        eg="\n\nLIMIT = 1 / 0\n",
        vs=GOOD,
    )
    assert told(lambda: load_functions(folder, "sdtm")) == snapshot


def test_an_error_of_a_helper_is_told_at_the_helper(trial, inputs, context, snapshot) -> None:
    folder = trial(
        common="def half(frame):\n    return frame['vs.PULS'].str[0]\n",
        vs="from mappings.common import half\n\n\ndef vs(raw_vs):\n    return half(raw_vs)\n",
    )
    assert told(lambda: run(folder, inputs, context)) == snapshot


def test_every_failing_mapping_is_told_and_what_needs_it_is_not_called(
    trial, inputs, context, snapshot
) -> None:
    folder = trial(
        ae="def ae(raw_vs):\n    raw_vs.nothing()\n",
        cm="def cm(ae):\n    1 / 0\n",
        ds="def ds(raw_vs):\n    'forgot to return'\n",
        vs=GOOD,
        vs_again=GOOD.replace("def vs", "def vs_again"),
        eg=GOOD.replace("def vs", "def eg").replace('"VS"', '"EG"').replace("vs.PULSE", "vs.PULSEE"),
    )
    assert told(lambda: run(folder, inputs, context)) == snapshot


def test_a_derived_column_that_fails_is_told_at_its_line(trial, inputs, context) -> None:
    text = (
        "from il2cdisc.sdtm import dataset, derived, subject\n\n"
        "def vs(raw_vs):\n"
        "    half = derived(lambda f: f['vs.PULSE'] / 2, sources=['vs.PULSE'], rule='half')\n"
        "    return dataset('VS', raw_vs, USUBJID=subject(), VSORRES=half)\n"
    )
    lines = told(lambda: run(trial(vs=text), inputs, context)).splitlines()
    assert lines[0].startswith("MAP007 mappings/sdtm/vs.py:4: ")
