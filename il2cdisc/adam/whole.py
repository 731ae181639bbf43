"""Mappings that need all subjects of a study at once: imputation draws, a split at the median."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")
_MARK = "whole_study"


@dataclass(frozen=True, slots=True)
class SubjectBlocks:
    """The records of a dataset, a frame for each block of subjects, read as often as they are asked for.

    Blocks are in the order of USUBJID and the same for all datasets; one without subjects is in each, whole.

    >>> import pandas as pd
    >>> blocks = [pd.DataFrame({"AGE": [age]}) for age in (40, 51)]
    >>> adsl = SubjectBlocks(("AGE",), lambda: iter(blocks))
    >>> [block["AGE"].tolist() for block in adsl]
    [[40], [51]]
    """

    columns: tuple[str, ...]
    read: Callable[[], Iterator[pd.DataFrame]]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return self.read()

    @classmethod
    def of(cls, frame: pd.DataFrame, count: int = 1) -> SubjectBlocks:
        """The same records in each of `count` blocks: those of all subjects as one block.

        >>> import pandas as pd
        >>> [len(frame) for frame in SubjectBlocks.of(pd.DataFrame({"USUBJID": ["S1", "S2"]}))]
        [2]
        """
        return cls(tuple(map(str, frame.columns)), lambda: iter([frame] * count))


def whole_study(function: Callable[P, Iterator[R]]) -> Callable[P, Iterator[R]]:
    """Mark a mapping of ADaM that is only right with all subjects: it runs once, after all blocks of them.

    It asks for datasets as `SubjectBlocks`, looks at all blocks of what it needs of all subjects, and yields
    the records of each block, in their order. What asks for its dataset runs afterwards, again block by
    block. ADSL, which every dataset asks for, can do neither.

    >>> from il2cdisc.adam import analysis_dataset
    >>> @whole_study
    ... def adhalf(adsl):
    ...     ages = sorted(age for block in adsl for age in block["AGE"])
    ...     for block in adsl:
    ...         older = (block["AGE"] > ages[len(ages) // 2]).map({True: "Y", False: "N"})
    ...         yield analysis_dataset("ADHALF", block.assign(OLDERFL=older))
    >>> in_whole({"adhalf": adhalf, "adsl": lambda dm: None}, {"adhalf": ("adsl",), "adsl": ("dm",)})
    ['adhalf']
    """
    setattr(function, _MARK, True)
    return function


def is_whole(function: Callable[..., object]) -> bool:
    """Whether a mapping is marked `@whole_study`."""
    return bool(getattr(function, _MARK, False))


def in_whole(functions: Mapping[str, Callable[..., object]], needs: Mapping[str, Iterable[str]]) -> list[str]:
    """The mappings that run after all blocks: those marked, and those that need one of them."""
    found = {name for name, function in functions.items() if is_whole(function)}
    while more := {name for name in functions if name not in found and found.intersection(needs[name])}:
        found |= more
    return [name for name in functions if name in found]
