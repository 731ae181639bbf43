"""Mapping modules run: what they need, what they make, and their plan before any data are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.adam.finish import Analysis
from il2cdisc.adam.problems import NO_ANALYSIS, NO_DATASET, NO_INPUT, NOT_BY_BLOCK, PLAN_DIFFERS
from il2cdisc.adam.whole import SubjectBlocks, is_whole
from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.base.problems import Problems, Stopped, did_you_mean
from il2cdisc.base.rowids import id_column, numbered
from il2cdisc.spec.models import DatasetSpec, Spec
from il2cdisc.study.trial import ADD_TABLE, NO_TABLE, PARAMETER, TrialFacts

FACTS = ("spec", "analysis", PARAMETER)
"""Parameters that name no dataset: the workbook, and the tables [analysis] and [trial] of `study.toml`."""
MappingFunction = Callable[..., Any]
"""A mapping: it returns an `Analysis`, or yields one for each block of subjects (`whole_study`)."""


def needs(function: MappingFunction) -> tuple[str, ...]:
    """Names of the datasets (lower case) that a mapping asks for by its parameters; `FACTS` apart.

    >>> def advs(vs, adsl, spec): ...
    >>> needs(advs)
    ('vs', 'adsl')
    """
    return tuple(name for name in inspect.signature(function).parameters if name not in FACTS)


def derive(
    function: MappingFunction,
    frames: Mapping[str, pd.DataFrame],
    spec: Spec,
    analysis: object = None,
    trial: TrialFacts | None = None,
) -> Analysis:
    """Call a mapping with the frames that it asks for, by lower-case names.

    Each frame has the id column of its dataset (`@DM`), see `with_ids`. The parameters `spec`, `analysis` and
    `trial` get the workbook, the conventions of the study, and what it has of its own. Raises `Stopped` with
    ADM014 when a parameter names no frame, or `trial` without such a table, and ADM015 when the mapping
    returns something else than `analysis_dataset(...)`. For one that is marked `@whole_study` the frames are
    the only block of subjects.

    >>> from il2cdisc.adam import analysis_dataset
    >>> def advs(vs):
    ...     return analysis_dataset("ADVS", vs.assign(AVAL=vs["VSSTRESN"]))
    >>> vs = with_ids("vs", pd.DataFrame({"USUBJID": ["S1"], "VSSTRESN": [118.0]}))
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={})
    >>> derive(advs, {"vs": vs}, spec).frame
       @VS USUBJID  VSSTRESN   AVAL
    0    0      S1     118.0  118.0
    """
    if is_whole(function):
        given = {name: SubjectBlocks.of(frame) for name, frame in frames.items()}
        (made,) = derive_blocks(function, given, 1, spec, analysis, trial)
        return made
    made = function(**_arguments(function, frames, spec, analysis, trial))
    if not isinstance(made, Analysis):
        raise Stopped([NO_ANALYSIS.at(f"{function.__name__}()", f"it returned a {type(made).__name__}")])
    return replace(made, inherited=_inherited(function, frames))


def derive_blocks(
    function: MappingFunction,
    blocks: Mapping[str, SubjectBlocks],
    count: int,
    spec: Spec,
    analysis: object = None,
    trial: TrialFacts | None = None,
) -> Iterator[Analysis]:
    """Call a mapping that is marked `@whole_study` with the blocks that it asks for; what it makes of each.

    `blocks` as the frames of `derive`, `count` of each dataset. Raises `Stopped` as `derive`, and with ADM055
    where the mapping yields more or less than one `analysis_dataset(...)` a block, or the records of a
    subject after those of a later one.

    >>> from il2cdisc.adam import analysis_dataset, whole_study
    >>> @whole_study
    ... def adhalf(adsl):
    ...     number = sum(len(block) for block in adsl)
    ...     for block in adsl:
    ...         yield analysis_dataset("ADHALF", block.assign(NUMBER=number))
    >>> parts = [pd.DataFrame({"USUBJID": [name]}) for name in ("S1", "S2")]
    >>> adsl = SubjectBlocks(("USUBJID",), lambda: iter(parts))
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets={})
    >>> [made.frame["NUMBER"].tolist() for made in derive_blocks(adhalf, {"adsl": adsl}, 2, spec)]
    [[2], [2]]
    """
    place = f"{function.__name__}()"
    yielded = function(**_arguments(function, blocks, spec, analysis, trial))
    if not isinstance(yielded, Iterator):
        what = f"marked @whole_study, it returned {type(yielded).__name__} and yielded nothing"
        raise Stopped([NOT_BY_BLOCK.at(place, what)])
    number, last = 0, ""
    for made in yielded:
        number += 1
        if not isinstance(made, Analysis):
            raise Stopped([NOT_BY_BLOCK.at(place, f"it yielded {type(made).__name__}")])
        subjects = made.frame["USUBJID"].dropna() if "USUBJID" in made.frame else pd.Series(dtype="str")
        if len(subjects) and str(subjects.min()) <= last:
            what = f"records of {subjects.min()} come in block {number}, after those of {last}"
            raise Stopped([NOT_BY_BLOCK.at(place, what)])
        last = str(subjects.max()) if len(subjects) else last
        if number > count:
            break
        made = replace(made, inherited=_inherited(function, blocks))
        yield made
        del made  # memory: the next one is made without it
    if number != count:
        yields = f"more than {count}" if number > count else f"{number} of {count}"
        raise Stopped([NOT_BY_BLOCK.at(place, f"it yielded {yields} blocks")])


def _inherited(
    function: MappingFunction, frames: Mapping[str, pd.DataFrame] | Mapping[str, SubjectBlocks]
) -> frozenset[str]:
    """The columns of everything that a mapping asks for."""
    return frozenset(str(column) for name in needs(function) for column in frames[name].columns)


def _arguments(
    function: MappingFunction,
    frames: Mapping[str, object],
    spec: Spec,
    analysis: object,
    trial: TrialFacts | None,
) -> dict[str, object]:
    """What a mapping is called with. Raises `Stopped` (ADM014) for what is not there."""
    wanted = needs(function)
    problems = [
        NO_INPUT.at(
            f"{function.__name__}()",
            f"needs {name}, which does not exist",
            hint=did_you_mean(name, frames),
        )
        for name in wanted
        if name not in frames
    ]
    asked = inspect.signature(function).parameters
    if PARAMETER in asked and trial is None:
        what = f"needs {PARAMETER}, and {NO_TABLE}"
        problems.append(NO_INPUT.at(f"{function.__name__}()", what, fix=ADD_TABLE))
    if problems:
        raise Stopped(problems)
    arguments: dict[str, object] = {name: frames[name] for name in wanted}
    facts = zip(FACTS, (spec, analysis, trial), strict=True)
    return arguments | {name: fact for name, fact in facts if name in asked}


def with_ids(name: str, frame: pd.DataFrame, places: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """A finished dataset's frame as mappings receive it: with the id column `@NAME` in front.

    `places`: of a part of a dataset, where its rows are among all.

    >>> vs = pd.DataFrame({"USUBJID": ["S1", "S1"], "VSSTRESN": [118.0, 121.0]})
    >>> with_ids("vs", vs)
       @VS USUBJID  VSSTRESN
    0    0      S1     118.0
    1    1      S1     121.0
    """
    return numbered(frame, name.upper(), places)


def empty_frame(dataset: DatasetSpec, name: str = "") -> pd.DataFrame:
    """A frame with a dataset's variables, their types and its id column, and no rows.

    >>> from il2cdisc.spec.models import VariableSpec
    >>> variable = VariableSpec(dataset="VS", name="VSSTRESN", data_type="float")
    >>> empty_frame(DatasetSpec(name="VS", variables=(variable,))).dtypes.astype("str").to_dict()
    {'@VS': 'Int64', 'VSSTRESN': 'float64'}
    """
    ids, text, number = (pd.array([], dtype=kind) for kind in ("Int64", "str", "float64"))
    columns: dict[str, Any] = {id_column((name or dataset.name).upper()): ids}
    for variable in dataset.variables:
        columns[variable.name] = text if variable.type == "Char" else number
    return pd.DataFrame(columns)


def plan(
    functions: Iterable[MappingFunction],
    inputs: Mapping[str, pd.DataFrame],
    spec: Spec,
    analysis: object = None,
    trial: TrialFacts | None = None,
) -> tuple[list[PlannedVariable], Problems]:
    """What each mapping makes, found by calling it with empty frames; and where the workbook disagrees.

    `inputs` are empty frames by lower-case name (see `empty_frame`). The plan has one line a workbook
    variable; its sources are the workbook's predecessor, or the datasets that the mapping asks for.

    >>> from il2cdisc.adam import analysis_dataset
    >>> from il2cdisc.spec.models import VariableSpec
    >>> def advs(vs):
    ...     return analysis_dataset("ADVS", vs)
    >>> variable = VariableSpec(dataset="ADVS", name="AVAL", predecessor="VS.VSSTRESN")
    >>> wanted = {"ADVS": DatasetSpec(name="ADVS", variables=(variable,))}
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets=wanted)
    >>> lines, problems = plan([advs], {"vs": pd.DataFrame({"VSSTRESN": []})}, spec)
    >>> lines[0].variable, lines[0].sources, len(problems)
    ('AVAL', ('VS.VSSTRESN',), 0)
    """
    lines: list[PlannedVariable] = []
    problems = Problems()
    for function in functions:
        try:
            made = derive(function, inputs, spec, analysis, trial)
        except Stopped as stopped:
            problems.extend(stopped.problems)
            continue
        dataset = spec.datasets.get(made.name)
        if dataset is None:
            what = f"{function.__name__}() makes {made.name}, which {spec.shown} does not describe"
            hint = did_you_mean(made.name, spec.datasets)
            fix = "Add it to the sheets Datasets and Variables, or correct the name in the mapping."
            problems.add(NO_DATASET.at(f"{function.__name__}()", what, hint=hint, fix=fix))
            continue
        asked = needs(function)
        for variable in dataset.variables:
            origin = variable.origin or Origin.DERIVED
            sources = (variable.predecessor,) if variable.predecessor else tuple(n.upper() for n in asked)
            method = spec.methods.get(variable.method)
            rule = method.description if method else variable.method
            lines.append(PlannedVariable(made.name, variable.name, origin, sources, rule))
            if not variable.predecessor:
                continue
            source, _, column = variable.predecessor.partition(".")
            frame = inputs.get(source.lower())
            if source.lower() not in asked or frame is None or column not in frame.columns:
                what = f"{made.name}.{variable.name} has the predecessor {variable.predecessor}, " + (
                    f"but its mapping does not ask for {source.lower()}"
                    if source.lower() not in asked
                    else "which does not exist"
                )
                hint = did_you_mean(column, frame.columns) if frame is not None else ""
                problems.add(PLAN_DIFFERS.at(variable.at("Predecessor"), what, hint=hint))
    return lines, problems
