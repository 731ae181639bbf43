"""Links: which record of another dataset a record belongs to; they become RELREC (SDTMIG 3.4 section 8.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.sdtm.columns import ALL_FIELDS, Column
from il2cdisc.sdtm.problems import UNKNOWN_LINK
from il2cdisc.spec.models import Spec


@dataclass(frozen=True)
class Link:
    """Records of `other` whose variables have the values of `keys`, within the subject.

    >>> from il2cdisc.sdtm import collected
    >>> Link("AE", {"AESPID": collected("cm.EVENTNO")}).sources
    ('cm.EVENTNO',)
    """

    other: str
    keys: Mapping[str, Column]

    @property
    def sources(self) -> tuple[str, ...]:
        """Raw columns that the link is made of."""
        found = (s for column in self.keys.values() for s in column.sources if s != ALL_FIELDS)
        return tuple(dict.fromkeys(found))


def link(other: str, **keys: Column) -> Link:
    """A link to the records of dataset `other`, of the same subject, with these values.

    `links=[link("AE", AESPID=collected("cm.EVENTNO"))]` in the mapping of CM says: the record belongs to the
    adverse event whose AESPID is in the raw column EVENTNO. A record without a value of a key has no
    relation. The complete step resolves links when --SEQ is known: all records of both datasets that share a
    subject and the values of the keys have one RELID in RELREC. It makes no difference which of the two
    datasets names the other, nor which is mapped first. A value that no record of `other` has is a finding.

    >>> from il2cdisc.sdtm import collected
    >>> found = link("AE", AESPID=collected("cm.EVENTNO"))
    >>> found.other, list(found.keys)
    ('AE', ['AESPID'])
    """
    if not keys:
        raise ValueError(f"the link to {other} has no key: name a variable of {other} and its column")
    return Link(other, keys)


def planned_links(name: str, links: Iterable[Link]) -> list[PlannedVariable]:
    """Plan lines of the links of dataset `name`: what RELREC takes from raw columns."""
    return [
        PlannedVariable("RELREC", "RELID", Origin.ASSIGNED, item.sources, _rule(name, item)) for item in links
    ]


def check_links(
    links: Iterable[tuple[str, Link]], spec: Spec, made: Iterable[str], *, folder: str = "mappings/sdtm"
) -> list[Problem]:
    """Links (each with the dataset that has it) to datasets or variables that there are none of.

    `made`: datasets that mappings make; `folder`: where the mapping modules are, for the messages.
    """
    problems: list[Problem] = []
    have = list(made)
    for name, item in links:
        place = Address(file=f"{folder}/{name.lower()}.py", column="links")
        if item.other not in have:
            what = f"{name} links to {item.other}, which no mapping makes"
            problems.append(UNKNOWN_LINK.at(place, what, hint=did_you_mean(item.other, have)))
            continue
        if "RELREC" not in spec.datasets:
            what = f"{name} links to {item.other}, and the workbook has no dataset RELREC"
            fix = "Add RELREC to the sheets Datasets and Variables, or remove the link."
            problems.append(UNKNOWN_LINK.at(place, what, fix=fix))
        wanted = spec.datasets.get(item.other)
        for variable in item.keys if wanted else ():
            if wanted and variable not in wanted.by_name:
                what = f"{name} links to {item.other} by {variable}, which is not in {item.other}"
                hint = did_you_mean(variable, wanted.by_name)
                problems.append(UNKNOWN_LINK.at(place, what, hint=hint))
    return problems


def _rule(name: str, item: Link) -> str:
    return f"{name} and {item.other} of one subject with the same {', '.join(item.keys)}"
