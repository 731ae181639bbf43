"""What a mapping makes of each raw column, part by part: what the annotated CRF says at its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from il2cdisc.base.origins import FieldUse, Origin
from il2cdisc.sdtm.columns import ALL_FIELDS, Column
from il2cdisc.sdtm.mapping import Mapped, MappedPart, kept_text


def field_uses(mapped: Mapped) -> list[FieldUse]:
    """Every variable, qualifier and link of a mapping with each raw column that it is made of.

    A date column whose text is kept where it can't be read also gives the qualifier that keeps it.
    """
    return [use for part in mapped.parts for use in _of_part(mapped.name, part)]


def _of_part(dataset: str, part: MappedPart) -> Iterator[FieldUse]:
    for name, column in part.columns.items():
        for source in _raw(column):
            fixed = _conditions(part.columns, source)
            yield FieldUse(dataset, name, column.origin, source, fixed)
            if column.unread and column.original == source:
                yield FieldUse(dataset, kept_text(name), Origin.COLLECTED, source, supplemental=True)
        if column.fixed and column.origin is Origin.COLLECTED:
            fixed, forms = _conditions(part.columns, ""), _forms(part)
            yield FieldUse(dataset, name, column.origin, "", fixed, fixed=column.fixed, forms=forms)
    for name, column in part.supplemental.items():
        for source in _raw(column):
            yield FieldUse(dataset, name, column.origin, source, supplemental=True)
    for link in part.links:
        for source in link.sources:
            yield FieldUse("RELREC", "RELID", Origin.ASSIGNED, source, fixed=f"{dataset} and {link.other}")


def _raw(column: Column) -> list[str]:
    """Raw columns among the sources; one in upper case (`EC.ECTRT`) is a variable of another dataset."""
    found = (s for s in column.sources if s != ALL_FIELDS and "." in s)
    return [source for source in dict.fromkeys(found) if source.partition(".")[0].islower()]


def _conditions(columns: Mapping[str, Column], source: str) -> tuple[tuple[str, str], ...]:
    """Fixed values of the records that a raw column becomes."""
    out = {name: column.fixed for name, column in columns.items() if column.fixed}
    out |= {name: c.by_source[source] for name, c in columns.items() if source in c.by_source}
    return tuple(out.items())


def _forms(part: MappedPart) -> tuple[str, ...]:
    """Forms that the collected values of a part come from."""
    found = (s for c in part.columns.values() if c.origin is Origin.COLLECTED for s in _raw(c))
    return tuple(dict.fromkeys(source.partition(".")[0] for source in found))
