"""Verbs of the mapping modules, and the complete step that makes SDTM of what they map."""

from il2cdisc.base.dates import day_of, iso_date, over_distinct, text_over_distinct
from il2cdisc.base.moments import days_after, in_time
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem
from il2cdisc.base.rowids import gathered_ids
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
from il2cdisc.spec.models import Protocol, Spec
from il2cdisc.study import TrialFacts

__all__ = [
    "Column",
    "Link",
    "Mapped",
    "Origin",
    "Problem",
    "Protocol",
    "Spec",
    "TrialFacts",
    "by_field",
    "carried",
    "collected",
    "constant",
    "dataset",
    "date",
    "day_of",
    "days_after",
    "decoded",
    "derived",
    "filter_not_exist",
    "first",
    "gather",
    "gathered",
    "gathered_ids",
    "in_time",
    "iso_date",
    "join",
    "last",
    "limit_below",
    "link",
    "mapped",
    "number",
    "over_distinct",
    "part",
    "planned_elements",
    "prepared",
    "recoded",
    "stack",
    "subject",
    "text_over_distinct",
    "text_where",
    "translated",
]
