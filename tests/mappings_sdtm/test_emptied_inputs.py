"""Each mapping of both trials, called with each of its inputs emptied alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import id_columns
from il2cdisc.raw import link, load_dictionary, read_export
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import evaluate
from il2cdisc.sdtm.modules import in_order, inputs_of, load_functions, run_mappings
from il2cdisc.spec.load import load_spec
from il2cdisc.study import load_study

ROOT = Path(__file__).parents[2]
TRIALS = {"shipped": ROOT, "second": ROOT / "tests" / "second_trial"}


@dataclass(frozen=True)
class Trial:
    """Mapping functions of a trial with all that they may ask for."""

    functions: dict[str, Callable[..., Any]]
    inputs: dict[str, Any]
    context: Context


def read_trial(folder: Path) -> Trial:
    study = load_study(folder)
    dictionary = load_dictionary(study.dictionary)
    export = link(read_export(study, dictionary), study)
    spec = load_spec(study.specs / "sdtm.xlsx", "specs/sdtm.xlsx")
    functions = load_functions(study.mappings, "sdtm")
    inputs: dict[str, Any] = {f"raw_{name}": frame for name, frame in export.frames().items()}
    inputs |= study.parameters | {"protocol": spec.protocol}
    context = Context(spec, Problems(), lambda form, row, column: Address(file=form, line=row, column=column))
    order = in_order(functions, inputs)
    mappings, made = run_mappings(functions, order, inputs, context, folder=study.mappings)
    frames = {name: made[item.name].frame for name, item in zip(order, mappings, strict=True)}
    return Trial(functions, {**inputs, **frames}, context)


TRIALS_READ: dict[str, Trial] = {}


def trial_of(name: str) -> Trial:
    if name not in TRIALS_READ:
        TRIALS_READ[name] = read_trial(TRIALS[name])
    return TRIALS_READ[name]


def frame_of(trial: Trial, name: str, **instead: pd.DataFrame) -> pd.DataFrame:
    asked = {item: instead.get(item, trial.inputs[item]) for item in inputs_of(trial.functions[name])}
    return evaluate(trial.functions[name](**asked), trial.context).frame


def rows_by(frame: pd.DataFrame, columns: list[str]) -> Counter[tuple[Any, ...]]:
    """How many rows have each combination of row ids."""
    ids = frame.reindex(columns=columns).astype("object")
    return Counter(ids.where(ids.notna(), None).itertuples(index=False, name=None))


CASES = [
    (trial, path.stem)
    for trial, folder in TRIALS.items()
    for path in sorted((folder / "mappings" / "sdtm").glob("[!_]*.py"))
]


@pytest.mark.parametrize(("of", "name"), CASES)
def test_rows_of_the_other_inputs_are_the_same_and_none_is_of_nobody(of: str, name: str) -> None:
    trial = trial_of(of)
    before = frame_of(trial, name)
    for item in inputs_of(trial.functions[name]):
        given = trial.inputs[item]
        if not isinstance(given, pd.DataFrame):
            continue
        after = frame_of(trial, name, **{item: given.iloc[:0]})
        assert after["USUBJID"].notna().all(), item
        gone = id_columns(given)
        others = [column for column in id_columns(before) if column not in gone]
        of_others = before[before.reindex(columns=gone).isna().all(axis=1)]
        left, had = rows_by(after, others), rows_by(before, others)
        assert rows_by(of_others, others) <= left, f"{item} emptied: rows of other inputs are gone"
        assert left <= had, f"{item} emptied: rows that were not there before"
