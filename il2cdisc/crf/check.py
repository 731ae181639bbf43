"""What the workbook says of collected variables, held against the annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem
from il2cdisc.crf.annotations import Annotation
from il2cdisc.crf.problems import NOT_ON_CRF, PAGES_GIVEN
from il2cdisc.define.pages import CollectedOn, CrfPages
from il2cdisc.spec.models import DescribedItem, Spec

ON_CRF = ("Investigator", "Subject")
"""Sources of what is collected on the CRF; a vendor's data are transferred (Define-XML 2.1, section 4.9)."""


def uncited(spec: Spec, annotations: Sequence[Annotation]) -> Iterator[Problem]:
    """A finding for each variable or value level that was collected on the CRF and is annotated nowhere."""
    pages = CrfPages.of_items(CollectedOn(x.dataset, x.variable, 1, x.conditions) for x in annotations)
    for item, variable in _collected(spec):
        if not pages.of_item(spec, item, variable):
            what = f"{item.dataset} {variable} is collected from the {item.source}, and on no form"
            yield NOT_ON_CRF.at(item.at("Origin"), what)


def given_pages(spec: Spec) -> Iterator[Problem]:
    """One note for all origins whose pages the workbook gives: they are those of the CRF that is made."""
    rows = [row for dataset in spec.datasets.values() for row in dataset.variables]
    places = [row.at("Pages") for row in (*rows, *spec.value_levels) if row.pages]
    if places:
        what = "pages of origins are taken from the annotated CRF, not from the workbook"
        yield PAGES_GIVEN.at(places[0], what, records=places)


def _collected(spec: Spec) -> Iterator[tuple[DescribedItem, str]]:
    for dataset in spec.datasets.values():
        for variable in dataset.variables:
            if _is_on_crf(variable) and not (dataset.no_data or variable.no_data):
                yield variable, variable.name
    for row in spec.value_levels:
        if _is_on_crf(row):
            yield row, row.variable


def _is_on_crf(item: DescribedItem) -> bool:
    return item.origin is Origin.COLLECTED and item.source in ON_CRF
