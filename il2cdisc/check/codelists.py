"""Values outside a codelist, with the term that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Address, did_you_mean
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.table import CheckedTable, Rows
from il2cdisc.spec.models import Codelist

MAX_HINTS = 50
"""For how many distinct values a near term is looked for."""


def outside(
    context: CheckContext,
    table: CheckedTable,
    variable: str,
    codelist: Codelist,
    spec: Address,
    among: Rows | None = None,
) -> Iterator[RuleHit]:
    """Hits for values (of the rows in `among`, if given) that are none of the codelist's terms.

    Values that the standard's own codelist has are told apart: the workbook need only list them.
    """
    column, terms = table.distinct(variable), frozenset(codelist.values)
    rows = column.where(lambda text: text not in terms, among)
    if not len(rows):
        return
    standard = context.terms(codelist.nci_code) if codelist.nci_code else frozenset[str]()
    known = column.where(standard.__contains__, rows)
    if len(known):
        what = f"a term of {codelist.nci_code} that codelist {codelist.id} of the workbook does not list"
        yield RuleHit(table.name, what, variable, known, spec=spec)
    unknown = column.where(lambda text: text not in standard, rows)
    if len(unknown):
        texts = sorted(column.texts[code] for code in column.present(unknown))[:MAX_HINTS]
        hints = {text: near for text in texts if (near := did_you_mean(text, codelist.values))}
        what = f"not a term of codelist {codelist.id}"
        yield RuleHit(table.name, what, variable, unknown, hints=hints, spec=spec)
