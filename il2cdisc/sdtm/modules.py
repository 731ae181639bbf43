"""Mapping modules of a trial: loaded by path, ordered by what they ask for, run."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
import traceback
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from il2cdisc.base.dependencies import in_dependency_order
from il2cdisc.base.problems import Address, Problem, Stopped, did_you_mean
from il2cdisc.base.rowids import id_column, id_columns
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import Mapped, evaluate
from il2cdisc.sdtm.problems import BROKEN_MODULE, CIRCLE, MADE_TWICE, UNKNOWN_INPUT
from il2cdisc.sdtm.rows import DoubleKey
from il2cdisc.sdtm.steering import Undecided, check_codes, steering
from il2cdisc.sdtm.undecided import settle
from il2cdisc.study.trial import ADD_KEY, ADD_TABLE, NO_TABLE, PARAMETER, TrialKeyError

PACKAGE = "mappings"
Function = Callable[..., Any]


def load_functions(folder: Path, package: str, *, shown: str = "mappings") -> dict[str, Function]:
    """Functions of the modules in `folder/package`; raises `Stopped` with every module that fails."""
    functions, problems = read_functions(folder, package, shown=shown)
    if problems:
        raise Stopped(problems)
    return functions


def read_functions(
    folder: Path, package: str, *, shown: str = "mappings"
) -> tuple[dict[str, Function], list[Problem]]:
    """Functions of the modules in `folder/package` (`sdtm`, `adam`), by name: `ae.py` has `def ae(...)`.

    While they load, the trial's folder is importable as `mappings`; afterwards that name is free again,
    so that modules of two trials live side by side. Also gives a problem for every module that fails.
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
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the trial's code never ends a command
                problems.append(broken(error, place, folder, shown=shown))
                continue
            function = getattr(module, path.stem, None)
            if not callable(function):
                continue
            try:
                inspect.signature(function)
            except ValueError:
                what = f"{path.stem} is {function!r}, which does not say what it asks for"
                problems.append(BROKEN_MODULE.at(place, what, fix="Write it as a function of the module."))
                continue
            functions[path.stem] = function
    return functions, problems


def in_order(
    functions: Mapping[str, Function], offered: Iterable[str], *, shown: str = "mappings"
) -> list[str]:
    """Names of the functions so that each comes after what it asks for; `Stopped` with all problems."""
    order, problems = workable(functions, offered, shown=shown)
    if problems:
        raise Stopped(problems)
    return order


def workable(
    functions: Mapping[str, Function],
    offered: Iterable[str],
    *,
    broken: Collection[str] = (),
    shown: str = "mappings",
) -> tuple[list[str], list[Problem]]:
    """Names of the functions that can be called, each after what it asks for; and why the others can't.

    `broken`: modules that could not be loaded, which is reported already.
    """
    have = set(offered)
    problems: list[Problem] = []
    needs: dict[str, list[str]] = {}
    for name, function in functions.items():
        asked = inputs_of(function)
        unknown = [item for item in asked if item not in {*have, *functions, *broken}]
        problems += [_unknown_input(name, item, [*have, *functions], shown) for item in unknown]
        needs[name] = [item for item in asked if item in functions or item not in have]
    while lost := [name for name in needs if any(item not in needs for item in needs[name])]:
        needs = {name: asked for name, asked in needs.items() if name not in lost}
    try:
        return by_need(needs, shown=shown), problems
    except Stopped as stopped:
        return [], [*problems, *stopped.problems]


def _unknown_input(name: str, asked: str, offered: Iterable[str], shown: str) -> Problem:
    place = Address(file=f"{shown}/{name}.py")
    if asked == PARAMETER:
        return UNKNOWN_INPUT.at(place, f"{name} asks for {asked}, and {NO_TABLE}", fix=ADD_TABLE)
    what = f"{name} asks for {asked}, which nothing offers"
    return UNKNOWN_INPUT.at(place, what, hint=did_you_mean(asked, offered))


def by_need(needs: Mapping[str, Iterable[str]], *, shown: str = "mappings") -> list[str]:
    """Names so that each comes after those that it needs, else by the alphabet; `Stopped` for a circle."""
    ordered, circle = in_dependency_order(needs)
    if circle:
        raise Stopped([CIRCLE.at(Address(file=shown), f"{', '.join(circle)} need each other")])
    return ordered


def inputs_of(function: Function) -> list[str]:
    """What a mapping function asks for: the names of its parameters."""
    return list(inspect.signature(function).parameters)


def guarded(functions: Mapping[str, Function], package: str, *, folder: Path, shown: str = "mappings"):
    """The same functions; one that fails raises `Stopped` with the line of the trial's code."""

    def guard(name: str, function: Function) -> Function:
        @contextmanager
        def at_trial_line(*given: Any) -> Iterator[None]:
            try:
                yield
            except Stopped:
                raise
            except (Exception, SystemExit) as error:
                place = Address(file=f"{shown}/{package}/{name}.py")
                raise Stopped([broken(error, place, folder, shown=shown, names=_columns(given))]) from error

        def one_by_one(made: Iterator[Any], *given: Any) -> Iterator[Any]:
            end = object()
            while True:
                with at_trial_line(*given):
                    item = next(made, end)
                if item is end:
                    return
                yield item

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            given = (*args, *kwargs.values())
            with at_trial_line(*given):
                made = function(*args, **kwargs)
            return one_by_one(made, *given) if isinstance(made, Iterator) else made

        return call

    return {name: guard(name, function) for name, function in functions.items()}


def run_mappings(
    functions: Mapping[str, Function],
    order: Iterable[str],
    inputs: Mapping[str, Any],
    context: Context,
    *,
    folder: Path,
    shown: str = "mappings",
) -> tuple[list[Mapped], dict[str, MappedDataset]]:
    """`try_mappings`; raises `Stopped` with every function that fails."""
    mappings, made, problems = try_mappings(functions, order, inputs, context, folder=folder, shown=shown)
    if problems:
        raise Stopped(problems)
    return mappings, made


def try_mappings(
    functions: Mapping[str, Function],
    order: Iterable[str],
    inputs: Mapping[str, Any],
    context: Context,
    *,
    folder: Path,
    shown: str = "mappings",
) -> tuple[list[Mapped], dict[str, MappedDataset], list[Problem]]:
    """Call the functions in `order` and evaluate what they return; mappings, and mapped datasets by name.

    `inputs`: raw frames and what else they may ask for; each function's own frame is added under its name.
    Also gives a problem for every function that fails, with the line of the trial's code where it does;
    those that need a failed one are not called.
    """
    offered = dict(inputs)
    mappings: list[Mapped] = []
    made: dict[str, MappedDataset] = {}
    makers: dict[str, str] = {}
    problems: list[Problem] = []
    undecided: list[tuple[int, Undecided]] = []
    for name in order:
        asked = inputs_of(functions[name])
        if any(item not in offered for item in asked):
            continue  # what it needs has failed, and is told
        arguments = {item: offered[item] for item in asked}
        place = Address(file=f"{shown}/sdtm/{name}.py")
        try:
            with steering(folder, shown) as run:
                mapping = functions[name](**arguments)
                done = evaluate(mapping, context) if isinstance(mapping, Mapped) else None
            problems.extend(check_codes(run.named, context.codes))
            if done is None:
                what = f"{name} returns {type(mapping).__name__}, not what dataset(...) gives"
                problems.append(BROKEN_MODULE.at(place, what, fix="End it with `return dataset(...)`."))
                continue
        except DoubleKey as double:
            problems.append(_double(double, _line_of(double, place, folder, shown), context))
            continue
        except Stopped as stopped:
            problems.extend(stopped.problems)
            continue
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the trial's code never ends a command
            names = _columns(arguments.values())
            problems.append(broken(error, place, folder, shown=shown, names=names))
            continue
        if mapping.name in makers:
            what = f"{name} makes {mapping.name}, which {makers[mapping.name]} makes already"
            problems.append(MADE_TWICE.at(place, what))
        undecided.extend((len(mappings), item) for item in run.undecided)
        mappings.append(mapping)
        makers[mapping.name] = name
        made[mapping.name] = done
        offered[name] = done.frame
    return settle(mappings, undecided, made, context), made, problems


def broken(
    error: BaseException, place: Address, folder: Path, *, shown: str = "mappings", names: Iterable[str] = ()
) -> Problem:
    """The problem of trial code that fails, at the innermost line of that code; else at `place`.

    `folder` holds the trial's code and is called `shown` in messages; `names` are columns that were there,
    for a hint where one that is not there was asked for.
    """
    if isinstance(error, TrialKeyError):
        place = _line_of(error, place, folder, shown)
        return BROKEN_MODULE.at(place, error.what, hint=error.hint, fix=ADD_KEY)
    text = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())[:300]
    hint = ""
    if isinstance(error, KeyError) and error.args:
        hint = did_you_mean(str(error.args[0]), names)
        text = f"{error.args[0]!r} is not there"
    elif isinstance(error, ImportError):
        text = text.partition(" (")[0]
        hint = _import_hint(error, folder)
    place = _line_of(error, place, folder, shown)
    return BROKEN_MODULE.at(place, f"{type(error).__name__}: {text}", hint=hint)


def _line_of(error: BaseException, place: Address, folder: Path, shown: str) -> Address:
    """The innermost line of the trial's code that an error went through; else `place`."""
    if isinstance(error, SyntaxError) and error.filename:
        found = [(error.filename, error.lineno or 0)]
    else:
        found = [(f.filename, f.lineno or 0) for f in traceback.extract_tb(error.__traceback__)]
    inside = [(Path(f), line) for f, line in found if Path(f).is_relative_to(folder)]
    if not inside:
        return place
    file, line = inside[-1]
    return Address(file=f"{shown}/{file.relative_to(folder).as_posix()}", line=line)


def _double(error: DoubleKey, line: Address, context: Context) -> Problem:
    """The problem of a look-up that is not unique, at its raw records; at the mapping if it has none."""
    problem = error.problems[0]
    what = f"{problem.what.removesuffix('.')}; {line} joins by that."
    named = [id_column(key.partition(".")[0]) for key in error.keys]
    source = next((name for name in (*named, *id_columns(error.rows)) if name in error.rows), "")
    ids = error.rows[source].explode().dropna().unique() if source else ()
    records = tuple(context.address(source[1:], int(row), error.keys[-1]) for row in ids)
    return replace(problem, where=(*records, line)[0], what=what, records=records)


def _columns(arguments: Iterable[Any]) -> list[str]:
    """Names of the columns of all frames among the arguments."""
    return [str(c) for frame in arguments if hasattr(frame, "columns") for c in frame.columns]


def _import_hint(error: ImportError, folder: Path) -> str:
    """What an import that fails may have meant: a name of the module, or a module of the trial."""
    if isinstance(error, ModuleNotFoundError):
        modules = (p.relative_to(folder).with_suffix("").parts for p in folder.rglob("*.py"))
        return did_you_mean(error.name or "", (".".join((PACKAGE, *m)) for m in modules))
    wanted = re.match(r"cannot import name '(\w+)'", str(error))
    module = sys.modules.get(error.name or "")
    return did_you_mean(wanted[1], dir(module)) if wanted and module else ""


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
