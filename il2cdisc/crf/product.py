"""Product: the annotated CRF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset
from il2cdisc.crf.plan import CrfPlan
from il2cdisc.define.pages import CollectedOn, CrfPages
from il2cdisc.package import ACRF

if TYPE_CHECKING:
    from il2cdisc.crf.boxes import PlacedBox


def write(folder: Path, crf_plan: CrfPlan, datasets: Sequence[AnyDataset]) -> CrfPages:
    """`acrf.pdf`; the pages that define.xml cites. Its variables are those of `datasets`."""
    from il2cdisc.crf.annotations import of_made
    from il2cdisc.crf.make import make_crf

    names = {item.name: _names(item) for item in datasets if item.rows}
    annotations = tuple(of_made(crf_plan.annotations, names))
    made = make_crf(replace(crf_plan, annotations=annotations))
    (folder / ACRF).write_bytes(made.content)
    return CrfPages.of_items(_cited(made.placed))


def _names(dataset: AnyDataset) -> set[str]:
    """Variables of a dataset, of SUPP-- its qualifiers."""
    if dataset.name.startswith("SUPP"):
        return set(dataset.table(["QNAM"]).frame()["QNAM"])
    return {variable.name for variable in dataset.variables}


def _cited(placed: Iterable[PlacedBox]) -> Iterable[CollectedOn]:
    for item in placed:
        if item.annotation is not None and item.annotation.variable:
            about = item.annotation
            yield CollectedOn(about.dataset, about.variable, item.page + 1, about.conditions)


PRODUCT = Product("acrf", write, title="writing the annotated CRF")
