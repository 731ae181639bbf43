"""Mappings of the whole study: all subjects seen, records yielded block by block, what follows from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from il2cdisc.adam import Analysis, SubjectBlocks, analysis_dataset, whole_study
from il2cdisc.adam.plan import derive, derive_blocks
from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.run.blocks import split_received
from il2cdisc.run.derivation import Derivation
from il2cdisc.run.plan import Plan
from il2cdisc.sdtm.modules import guarded
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec

AGES = {"S01": 40.0, "S02": 51.0, "S03": 33.0, "S04": 67.0, "S05": 58.0}


def spec_of(standard: str, **datasets: dict[str, str]) -> Spec:
    """A workbook with datasets of variables and their types, a record a subject."""
    found = {
        name: DatasetSpec(
            name=name,
            keys=("USUBJID",),
            variables=tuple(VariableSpec(dataset=name, name=v, data_type=t) for v, t in types.items()),
        )
        for name, types in datasets.items()
    }
    return Spec(shown=f"{standard.lower()}.xlsx", standard=standard, define={}, datasets=found)


SDTM = spec_of("SDTM", DM={"USUBJID": "text", "AGE": "float"})
ADAM = spec_of(
    "ADaM",
    ADSL={"USUBJID": "text", "AGE": "float"},
    ADHALF={"USUBJID": "text", "OLDERFL": "text"},
    ADNEXT={"USUBJID": "text", "NEXTFL": "text"},
)


def adsl(dm: pd.DataFrame) -> Analysis:
    return analysis_dataset("ADSL", dm)


@whole_study
def adhalf(adsl: SubjectBlocks) -> Iterator[Analysis]:
    middle = pd.concat([block["AGE"] for block in adsl]).median()
    for block in adsl:
        older = (block["AGE"] > middle).map({True: "Y", False: "N"}).astype("str")
        yield analysis_dataset("ADHALF", block.assign(OLDERFL=older))


def adnext(adhalf: pd.DataFrame) -> Analysis:
    """A mapping of single subjects that asks for one of the whole study."""
    return analysis_dataset("ADNEXT", adhalf.assign(NEXTFL=adhalf["OLDERFL"]))


def dm() -> ReceivedDataset:
    frame = pd.DataFrame({"USUBJID": list(AGES)[::-1], "AGE": list(AGES.values())[::-1]})
    variables = (Variable("USUBJID", "Subject", "Char", 3), Variable("AGE", "Age", "Num", 8))
    return ReceivedDataset("DM", "Demographics", variables, ("USUBJID",), CodedTable.of(frame))


@whole_study
def adhalf_of_numbers(adsl: SubjectBlocks) -> Iterator[Analysis]:
    """What the workbook wants as text is made as numbers, of each subject another."""
    for block in adsl:
        yield analysis_dataset("ADHALF", block.assign(OLDERFL=block["AGE"]))


Derived = dict[str, tuple[list[list[object]], list[tuple[int, str, int]]]]


def derived(size: int, folder: Path, half: Callable[..., Iterator[Analysis]] = adhalf) -> Derived:
    """Records and edges of each dataset, derived in blocks of so many subjects."""
    functions = {"adsl": adsl, "adhalf": half, "adnext": adnext}
    plan = Plan(
        study=SimpleNamespace(analysis=None, trial=None, blinded=False),  # type: ignore[arg-type]
        sdtm=SDTM,
        adam=ADAM,
        displays=(),
        dictionary={},
        sdtm_functions={},
        sdtm_order=(),
        adam_functions=functions,
        adam_order=list(functions),
        adam_needs={"adsl": ("dm",), "adhalf": ("adsl",), "adnext": ("adhalf",)},
        adam_whole=frozenset({"adhalf", "adnext"}),
        block_subjects=size,
    )
    sdtm = {"DM": dm()}
    blocks = list(split_received(sdtm, size))
    derivation = Derivation(plan, len(blocks), folder, {})
    for block in blocks:
        derivation.add(block)
    made = derivation.datasets(sdtm, Problems())
    return {
        name: (
            pd.concat(item.frames()).to_numpy(dtype=object).tolist(),
            [edge[:3] for part in item.edge_tables() for edge in part.itertuples(index=False, name=None)],
        )
        for name, item in made.items()
    }


@pytest.mark.parametrize("size", [1, 2, 4])
def test_blocks_of_any_size_give_the_same_records_and_the_same_way_back(size: int, tmp_path: Path) -> None:
    one = derived(9, tmp_path)
    assert one["ADHALF"][0] == [["S01", "N"], ["S02", "N"], ["S03", "N"], ["S04", "Y"], ["S05", "Y"]]
    assert one["ADSL"][1] == [(row, "DM", 4 - row) for row in range(5)]  # in the order of DM's own records
    assert {edge for _, edges in (one["ADNEXT"], one["ADHALF"]) for edge in edges} >= {(4, "ADHALF", 4)}
    assert derived(size, tmp_path) == one


@pytest.mark.parametrize("size", [9, 2])
def test_a_stop_of_one_block_does_not_hide_those_of_others(size: int, tmp_path: Path) -> None:
    with pytest.raises(Stopped) as stopped:
        derived(size, tmp_path, adhalf_of_numbers)
    reported = [value for problem in stopped.value.problems for value in problem.values]
    assert {problem.code for problem in stopped.value.problems} == {"ADM010"}
    assert reported == [str(age) for age in AGES.values()]


def blocks(*parts: list[str]) -> SubjectBlocks:
    frames = [pd.DataFrame({"USUBJID": part}) for part in parts]
    return SubjectBlocks(("USUBJID",), lambda: iter(frames))


@whole_study
def all_at_once(adsl: SubjectBlocks) -> Iterator[Analysis]:
    yield analysis_dataset("ADHALF", pd.concat(adsl))


@whole_study
def twice(adsl: SubjectBlocks) -> Iterator[Analysis]:
    for block in [*adsl, *adsl]:
        yield analysis_dataset("ADHALF", block[:0])


@whole_study
def backwards(adsl: SubjectBlocks) -> Iterator[Analysis]:
    for block in [*adsl][::-1]:
        yield analysis_dataset("ADHALF", block)


@whole_study
def frames_alone(adsl: SubjectBlocks) -> Iterator[Analysis]:
    yield from adsl  # type: ignore[misc]


@whole_study
def returned(adsl: SubjectBlocks) -> Iterator[Analysis]:
    return analysis_dataset("ADHALF", pd.concat(adsl))  # type: ignore[return-value]


@whole_study
def failing(adsl: SubjectBlocks) -> Iterator[Analysis]:
    for block in adsl:
        yield analysis_dataset("ADHALF", block.assign(A=block["NONE"]))


@pytest.mark.parametrize("mapping", [all_at_once, twice, backwards, frames_alone, returned, failing])
def test_a_mapping_that_does_not_yield_each_block_is_refused(
    mapping: Callable[..., Iterator[Analysis]], snapshot: object
) -> None:
    function = guarded({mapping.__name__: mapping}, "adam", folder=Path(__file__).parent)[mapping.__name__]
    with pytest.raises(Stopped) as stopped:
        list(derive_blocks(function, {"adsl": blocks(["S1", "S2"], ["S3"])}, 2, ADAM))
    assert [re.sub(r"py:\d+", "py:<line>", str(item)) for item in stopped.value.problems] == snapshot


def test_all_subjects_are_one_block_where_nothing_else_is_given() -> None:
    frame = pd.DataFrame({"USUBJID": list(AGES), "AGE": list(AGES.values())})
    assert derive(adhalf, {"adsl": frame}, ADAM).frame["OLDERFL"].tolist() == ["N", "N", "N", "Y", "Y"]
