"""Values outside a codelist, with the term that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from il2cdisc.base.problems import Address, did_you_mean
from il2cdisc.check.context import Context, Distinct, Hit, distinct, where_not_in
from il2cdisc.spec.models import Codelist

MAX_HINTS = 50
"""For how many distinct values a near term is looked for."""


def outside(
    context: Context,
    dataset: str,
    variable: str,
    values: pd.Series | Distinct,
    codelist: Codelist,
    spec: Address,
) -> Iterator[Hit]:
    """Hits for values that are none of the codelist's terms; positions are those within `values`.

    Values that the standard's own codelist has are told apart: the workbook need only list them.
    """
    terms = codelist.values
    column = values if isinstance(values, Distinct) else distinct(values)
    rows = where_not_in(column, terms)
    if not len(rows):
        return
    found = pd.Series(column.shown(rows))
    standard = context.terms(codelist.nci_code) if codelist.nci_code else frozenset[str]()
    known = found.isin(standard).to_numpy()
    if known.any():
        what = f"a term of {codelist.nci_code} that codelist {codelist.id} of the workbook does not list"
        yield Hit(dataset, what, variable, rows[known], spec=spec)
    if not known.all():
        unknown = sorted(found[~known].unique())[:MAX_HINTS]
        hints = {value: near for value in unknown if (near := did_you_mean(value, terms))}
        what = f"not a term of codelist {codelist.id}"
        yield Hit(dataset, what, variable, rows[~known], hints=hints, spec=spec)
