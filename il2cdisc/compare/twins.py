"""Independent twins: modules of a trial that make datasets a second time, with pandas and numpy alone.

A twin is a module `<dataset>.py` with a function of that name. Its parameters are its inputs: `lb` is the
SDTM dataset LB of the build; `adsl` is what the twin of ADSL makes or, where ADSL has none, the ADSL of the
build; `built_adsl` is always that of the build. Inputs are plain frames; the function returns one, with the
key variables and those that it makes.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from il2cdisc.base.datasets import heading
from il2cdisc.base.dependencies import in_dependency_order
from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.base.stored import AnyDataset
from il2cdisc.compare.problems import (
    NO_TWINS,
    OTHER_IMPORT,
    TWIN_FAILED,
    TWIN_INPUT,
    TWIN_RESULT,
    TWIN_UNKNOWN,
)

ALLOWED = ("__future__", "numpy", "pandas")
BUILT = "built_"
"""In front of a dataset's name in the parameters of a twin: that of the build, whatever twins there are."""
Function = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Twin:
    """A twin that can be called. `name` in lower case; `place` is its module in messages."""

    name: str
    path: Path
    place: str
    function: Function

    @property
    def inputs(self) -> list[str]:
        return list(inspect.signature(self.function).parameters)


@dataclass
class TwinFrames:
    """What the twins made, by dataset in upper case, and what was wrong; `failed` made nothing."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict[str, pd.DataFrame])
    places: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[Problem] = field(default_factory=list[Problem])
    failed: set[str] = field(default_factory=set[str])

    def fail(self, name: str, problem: Problem) -> None:
        """Note why a twin made nothing."""
        self.failed.add(name.upper())
        self.problems.append(problem)


def run_twins(folder: Path, shown: str, sdtm: Sequence[AnyDataset], adam: Sequence[AnyDataset]) -> TwinFrames:
    """Load and call the twins in a folder, each after those that it takes; `shown` is the folder's name.

    What can't be loaded or called, or fails, is a problem, and the others go on.
    """
    out = TwinFrames()
    paths = [path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]
    if not paths:
        out.problems.append(NO_TWINS.at(shown, "there is no module of a twin"))
        return out
    built = {item.name.lower(): item for item in (*sdtm, *adam)}
    analysis = {item.name.lower() for item in adam}
    twins = {path.stem: twin for path in paths if (twin := _loaded(path, shown, built, out))}
    needs = {
        name: [item for item in twin.inputs if item in twins and item in analysis and item != name]
        for name, twin in twins.items()
    }
    order, circle = in_dependency_order(needs)
    for name in circle:
        what = f"the twins {', '.join(circle)} need each other"
        fix = f"Take the dataset of the build in one of them, such as {BUILT}{needs[name][0]}."
        out.fail(name, TWIN_INPUT.at(twins[name].place, what, fix=fix))
    for name in order:
        _call(twins[name], built, analysis, out)
    return out


def _loaded(path: Path, shown: str, built: Mapping[str, AnyDataset], out: TwinFrames) -> Twin | None:
    """The twin of a module; None, and the problem is noted, where there is none that can be called."""
    name, place = path.stem, f"{shown}/{path.name}"
    if name not in built:
        what, hint = f"the build has no dataset {name.upper()}", did_you_mean(name, built)
        out.fail(name, TWIN_UNKNOWN.at(place, what, hint=hint))
        return None
    try:
        tree = ast.parse(path.read_bytes(), str(path))
        foreign = list(_foreign(tree))
        for line, module in foreign:
            what = "the module imports more than pandas and numpy"
            out.fail(name, OTHER_IMPORT.at(Address(file=place, line=line), what, values=[module]))
        function = None if foreign else _function(path)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the trial's code never ends a build
        out.fail(name, failure(error, path, place))
        return None
    if foreign:
        return None
    if not inspect.isfunction(function):
        out.fail(name, TWIN_RESULT.at(place, f"the module has no function {name}"))
        return None
    twin = Twin(name, path, place, function)
    own = {name, BUILT + name} & set(twin.inputs)
    if own:
        what = f"the twin takes {name.upper()} itself, which it is to make anew"
        out.fail(name, OTHER_IMPORT.at(place, what, values=sorted(own)))
        return None
    return twin


def _foreign(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines of a module that import anything but what a twin may, and what they import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        elif isinstance(node, ast.Name) and node.id == "__import__":
            names = [node.id]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] not in ALLOWED)


def _function(path: Path) -> object:
    """What a module calls by its own name; the module is not importable afterwards."""
    spec = importlib.util.spec_from_file_location(f"twin_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return getattr(module, path.stem, None)


def _call(twin: Twin, built: Mapping[str, AnyDataset], analysis: set[str], out: TwinFrames) -> None:
    """Call a twin and keep its frame, or note why there is none."""
    given: dict[str, pd.DataFrame] = {}
    for asked in twin.inputs:
        dataset = asked.removeprefix(BUILT)
        if asked in analysis and asked.upper() in out.failed:
            what = f"the twin takes what the twin of {asked.upper()} makes, and that one made nothing"
            fix = f"Correct the twin of {asked.upper()}, or take {BUILT}{asked}."
            out.fail(twin.name, TWIN_INPUT.at(twin.place, what, fix=fix))
            return
        if asked in analysis and asked.upper() in out.frames:
            given[asked] = out.frames[asked.upper()].copy(deep=False)
        elif dataset in built:
            given[asked] = plain_frame(built[dataset])
        else:
            what, hint = f"the twin takes {asked}, which does not exist", did_you_mean(asked, built)
            out.fail(twin.name, TWIN_INPUT.at(twin.place, what, hint=hint))
            return
    try:
        made = twin.function(**given)
        if isinstance(made, pd.DataFrame):
            named = any(name is not None for name in made.index.names)  # keys of a group are variables, too
            made = made.reset_index(drop=not named)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the trial's code never ends a build
        names = [str(name) for frame in given.values() for name in frame.columns]
        out.fail(twin.name, failure(error, twin.path, twin.place, names))
        return
    if not isinstance(made, pd.DataFrame):
        what = f"the function returns {type(made).__name__}, not a frame"
        out.fail(twin.name, TWIN_RESULT.at(twin.place, what))
        return
    if not made.columns.is_unique:
        twice = made.columns[made.columns.duplicated()]
        what = "several columns of the frame have one name"
        out.fail(twin.name, TWIN_RESULT.at(twin.place, what, values=twice))
        return
    out.frames[twin.name.upper()] = made.rename(columns=str)
    out.places[twin.name.upper()] = twin.place


def plain_frame(item: AnyDataset) -> pd.DataFrame:
    """All records of a dataset, text as `str` and numbers as float64, missing NaN; changing it changes no
    other frame."""
    pieces: list[Any] = list(item.frames())
    if not pieces:
        return heading(item.variables)
    return pieces[0].copy(deep=False) if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)


def failure(error: BaseException, path: Path, place: str, names: Sequence[str] = ()) -> Problem:
    """The problem of a twin that fails, at the innermost line of its module; `names` are columns that it had,
    for a hint where one that is not there was asked for."""
    text = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())[:300]
    hint = ""
    if isinstance(error, KeyError) and error.args:
        text, hint = f"{error.args[0]!r} is not there", did_you_mean(str(error.args[0]), names)
    if isinstance(error, SyntaxError):
        lines = [error.lineno or 0]
    else:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno or 0 for frame in frames if Path(frame.filename) == path]
    where = Address(file=place, line=lines[-1] if lines else 0)
    return TWIN_FAILED.at(where, f"{type(error).__name__}: {text}", hint=hint)
