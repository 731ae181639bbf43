"""The complete step: mapped datasets to SDTM, by the workbook, for every domain alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.emergence import EmergentUntil
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.problems import UNKNOWN_DATASET
from il2cdisc.sdtm.complete.steps import all_steps
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import Spec
from il2cdisc.study import TextFacts

Locate = Callable[[str, int, str], Address]


def complete(
    mapped: Mapping[str, MappedDataset],
    spec: Spec,
    *,
    study_id: str,
    emergent_until: EmergentUntil | None,
    problems: Problems,
    address: Locate | None = None,
    text: TextFacts | None = None,
) -> dict[str, Dataset]:
    """SDTM datasets by name, in the workbook's order; SUPP-- next to their parents.

    `mapped` needs DM (RFSTDTC, RFXSTDTC, RFXENDTC) for study days, baselines and the emergent flag, and
    SE for EPOCH. `emergent_until`: up to when an event is treatment-emergent; None makes no flag. `text`:
    how free text is spelled in ASCII; None leaves it as it is. What is wrong goes to `problems`; those that
    stop are for the caller to raise.
    """
    domains = {item.name: item for item in _domains(mapped, spec, problems, address)}
    study = Tabulation(
        spec, study_id, problems, domains, emergent_until=emergent_until, text=text, address=address
    )
    for step in all_steps():
        study = step.applied(study)
    order = list(spec.datasets)
    return dict(
        sorted(study.datasets.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else 999)
    )


def _domains(
    mapped: Mapping[str, MappedDataset], spec: Spec, problems: Problems, address: Locate | None
) -> Iterator[Domain]:
    """The mapped datasets that the workbook describes; the others are reported."""
    for name, item in mapped.items():
        wanted = spec.datasets.get(name)
        if wanted is None:
            problems.add(UNKNOWN_DATASET.at(Address(dataset=name), f"the workbook has no dataset {name}"))
            continue
        yield Domain(item, wanted, item.frame, item.supplemental, RawPlaces(item, address))
