"""Mapping modules of a trial: loaded by path, ordered by what they ask for, run."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from il2cdisc.base.problems import Address, Problem, Stopped, did_you_mean
from il2cdisc.sdtm.problems import BROKEN_MODULE, CIRCLE, UNKNOWN_INPUT

PACKAGE = "mappings"
Function = Callable[..., Any]


def load_functions(folder: Path, package: str, *, shown: str = "mappings") -> dict[str, Function]:
    """Functions of the modules in `folder/package` (`sdtm`, `adam`), by name: `ae.py` has `def ae(...)`.

    While they load, the trial's folder is importable as `mappings`; afterwards that name is free again,
    so that modules of two trials live side by side. Raises `Stopped` with every module that fails.
    """
    functions: dict[str, Function] = {}
    problems: list[Problem] = []
    with _importable(folder):
        for path in sorted((folder / package).glob("*.py")):
            if path.stem.startswith("_"):
                continue
            place = Address(file=f"{shown}/{package}/{path.name}")
            try:
                module = importlib.import_module(f"{PACKAGE}.{package}.{path.stem}")
            except Stopped as error:
                problems.extend(error.problems)
                continue
            except Exception as error:  # noqa: BLE001 - any error of the trial's code is told, not raised
                problems.append(broken(error, place, folder))
                continue
            function = getattr(module, path.stem, None)
            if callable(function):
                functions[path.stem] = function
    if problems:
        raise Stopped(problems)
    return functions


def in_order(
    functions: Mapping[str, Function], offered: Iterable[str], *, shown: str = "mappings"
) -> list[str]:
    """Names of the functions so that each comes after what it asks for; problems are told all at once."""
    have = set(offered)
    problems: list[Problem] = []
    needs: dict[str, list[str]] = {}
    for name, function in functions.items():
        asked = list(inspect.signature(function).parameters)
        for item in asked:
            if item not in have and item not in functions:
                what = f"{name} asks for {item}, which nothing offers"
                hint = did_you_mean(item, [*have, *functions])
                problems.append(UNKNOWN_INPUT.at(Address(file=f"{shown}/{name}.py"), what, hint=hint))
        needs[name] = [item for item in asked if item in functions]
    if problems:
        raise Stopped(problems)
    done: list[str] = []
    while len(done) < len(needs):
        ready = [n for n in sorted(needs) if n not in done and all(x in done for x in needs[n])]
        if not ready:
            rest = sorted(set(needs) - set(done))
            what = f"{', '.join(rest)} need each other"
            raise Stopped([CIRCLE.at(Address(file=shown), what)])
        done.extend(ready)
    return done


def broken(error: Exception, place: Address, folder: Path) -> Problem:
    """The problem of trial code that fails, at its own line."""
    lines = [f for f in traceback.extract_tb(error.__traceback__) if str(folder) in f.filename]
    at = f" (line {lines[-1].lineno} of {Path(lines[-1].filename).name})" if lines else ""
    text = " ".join(str(error).split())[:300]
    return BROKEN_MODULE.at(place, f"{type(error).__name__}: {text}{at}")


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    saved = _take_out()
    package = types.ModuleType(PACKAGE)
    package.__path__ = [str(folder)]
    sys.modules[PACKAGE] = package
    writes = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        _take_out()
        sys.modules.update(saved)


def _take_out() -> dict[str, types.ModuleType]:
    names = [n for n in sys.modules if n == PACKAGE or n.startswith(PACKAGE + ".")]
    return {name: sys.modules.pop(name) for name in names}
