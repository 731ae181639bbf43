"""Verbs of the mapping modules, and the complete step that makes SDTM of what they map."""

from il2cdisc.base.moments import days_after, in_time
from il2cdisc.sdtm.branches import decoded, part
from il2cdisc.sdtm.columns import (
    Column,
    by_field,
    carried,
    collected,
    constant,
    derived,
    gathered,
    limit_below,
    mapped,
    number,
    prepared,
    subject,
    translated,
)
from il2cdisc.sdtm.dates import date
from il2cdisc.sdtm.links import Link, link
from il2cdisc.sdtm.mapping import Mapped, dataset, stack
from il2cdisc.sdtm.rows import filter_not_exist, first, gather, join, last, planned_elements
from il2cdisc.sdtm.values import recoded, text_where

__all__ = [
    "Column",
    "Link",
    "Mapped",
    "by_field",
    "carried",
    "collected",
    "constant",
    "dataset",
    "date",
    "days_after",
    "decoded",
    "derived",
    "filter_not_exist",
    "first",
    "gather",
    "gathered",
    "in_time",
    "join",
    "last",
    "limit_below",
    "link",
    "mapped",
    "number",
    "part",
    "planned_elements",
    "prepared",
    "recoded",
    "stack",
    "subject",
    "text_where",
    "translated",
]
