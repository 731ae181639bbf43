"""Codelists that a workbook takes from another: define.xml of ADaM repeats those of SDTM, from one source."""

from __future__ import annotations

from il2cdisc.spec.models import Spec


def with_shared_codelists(spec: Spec, other: Spec | None) -> Spec:
    """The workbook with each codelist and dictionary that it names and only `other` holds.

    They keep their places in the other workbook. Without one (None) the workbook as it is.
    """
    if other is None:
        return spec
    items = [*(row for dataset in spec.datasets.values() for row in dataset.variables), *spec.value_levels]
    named = dict.fromkeys(row.codelist for row in items)
    own = {**spec.codelists, **spec.dictionaries}
    missing = [name for name in named if name and name not in own]
    codelists = {name: other.codelists[name] for name in missing if name in other.codelists}
    dictionaries = {name: other.dictionaries[name] for name in missing if name in other.dictionaries}
    if not codelists and not dictionaries:
        return spec
    return spec.model_copy(
        update={
            "codelists": {**spec.codelists, **codelists},
            "dictionaries": {**spec.dictionaries, **dictionaries},
        }
    )
