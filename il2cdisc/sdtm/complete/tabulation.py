"""SDTM on its way through the steps: the rows of each domain, and the datasets that are finished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar, cast

import pandas as pd

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.emergence import EmergentUntil
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.complete.mapped import MappedDataset, with_new
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.spec.models import DatasetSpec, Spec
from il2cdisc.study import TextFacts

Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Domain:
    """One domain between two steps.

    `mapped`: as its mapping made it; `wanted`: its description in the workbook; `frame` and `qualifiers`: its
    rows, with what the steps have made so far, on the same index; `labels`: of the qualifiers that steps
    made; `places`: where its records come from.
    """

    mapped: MappedDataset
    wanted: DatasetSpec
    frame: pd.DataFrame
    qualifiers: pd.DataFrame
    places: RawPlaces
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        return self.mapped.name

    def with_variables(self, columns: Mapping[str, Any]) -> Domain:
        """With those of `columns` that the rows do not have: what a mapping makes is never overwritten."""
        return replace(self, frame=with_new(self.frame, columns))

    def with_qualifiers(self, columns: Mapping[str, Any]) -> Domain:
        """With those of `columns` that are not qualifiers of the rows yet."""
        return replace(self, qualifiers=with_new(self.qualifiers, columns))


@dataclass(frozen=True)
class Tabulation:
    """All domains between two steps, the datasets that are finished, and what a step may ask.

    `emergent_until`: up to when an event is treatment-emergent; None makes no flag. `text`: how free
    text is spelled in ASCII; None leaves it as it is. `address`: the place of a raw record.
    """

    spec: Spec
    study_id: str
    problems: Problems
    domains: Mapping[str, Domain]
    datasets: Mapping[str, Dataset] = field(default_factory=dict[str, Dataset])
    emergent_until: EmergentUntil | None = None
    text: TextFacts | None = None
    address: Callable[[str, int, str], Address] | None = None
    _facts: dict[object, Any] = field(default_factory=dict[object, Any], init=False, repr=False)

    def rows(self, name: str) -> pd.DataFrame | None:
        """The rows of a domain; None where the trial does not have it."""
        return self.domains[name].frame if name in self.domains else None

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """The rows of DM; none where there is no DM."""
        found = self.rows("DM")
        return pd.DataFrame({"USUBJID": pd.Series([], dtype="str")}) if found is None else found

    def of_subjects(self, variable: str) -> pd.Series | None:
        """A variable of DM by USUBJID; None where DM does not have it."""
        return self.fact(_by_subject).get(variable)

    def fact(self, of: Callable[[Tabulation], Fact]) -> Fact:
        """What a function makes of all domains, computed once for a step."""
        if of not in self._facts:
            self._facts[of] = of(self)
        return cast(Fact, self._facts[of])

    def with_datasets(self, datasets: Mapping[str, Dataset]) -> Tabulation:
        return replace(self, datasets={**self.datasets, **datasets})


def _by_subject(study: Tabulation) -> pd.DataFrame:
    return study.subjects.set_index("USUBJID")
