"""A comparison as text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from il2cdisc.compare.datasets import AttributeDifference
from il2cdisc.compare.report import (
    ComparisonReport,
    DatasetReport,
    DifferentVariable,
    RecordsAlone,
)

SHOW = 5
"""Records of a kind, or of a variable, that a terminal shows."""
RULE = "Blank and missing text are the same, and trailing blanks do not count."


def as_lines(report: ComparisonReport, *, show: int = SHOW) -> Iterator[str]:
    """The whole comparison; the last line says whether both are identical."""
    if report.notice:
        yield report.notice
    yield f"A: {report.a}"
    yield f"B: {report.b}"
    yield f"Tolerance: {report.tolerance}. {RULE}"
    yield from (f"{note[:1].upper()}{note[1:]}" for note in report.notes)
    for item in report.datasets:
        yield ""
        yield from dataset_lines(item, show=show)
    for side, names in (("A", report.only_a), ("B", report.only_b)):
        if names:
            yield ""
            yield f"Datasets only in {side}: {', '.join(names)}"
    yield ""
    yield verdict(report)


def verdict(report: ComparisonReport) -> str:
    """One line: identical or not, in which datasets, and how much was compared."""
    records = sum(item.records_common for item in report.datasets)
    values = sum(item.records_common * item.variables_compared for item in report.datasets)
    size = f"{_counted(len(report.datasets), 'dataset')}, {_counted(records, 'common record')}, "
    size += f"{_counted(values, 'value')} compared"
    failed = f"; {_counted(len(report.problems), 'problem')}, see above" if report.problems else ""
    if report.identical:
        return f"identical: {size}"
    if not report.different:
        return f"not all compared: {size}{failed}"
    return f"different: {', '.join(report.different)}; {size}{failed}"


def dataset_lines(item: DatasetReport, *, show: int) -> Iterator[str]:
    """What differs in one dataset; one line that says so where nothing does."""
    sides = [f"{n:,} records and {v:,} variables" for n, v in
             ((item.records_a, item.variables_a), (item.records_b, item.variables_b))]  # fmt: skip
    size = f"{sides[0]} in A and in B" if sides[0] == sides[1] else f"{sides[0]} in A, {sides[1]} in B"
    yield f"{item.name}: {'identical' if item.identical else 'different'} ({size}; {matched_by(item)})"
    if item.not_compared:
        yield f"  Not compared: {', '.join(item.not_compared)}"
    yield from _attributes(item.attributes)
    yield from _alone("A", item.only_a, show)
    yield from _alone("B", item.only_b, show)
    if item.values:
        of = f"{item.records_different:,} of {_counted(item.records_common, 'common record')}"
        yield f"  {_counted(item.values_different, 'value')} {_differ(item.values_different)}, in {of}"
    for variable in item.values:
        yield from _values(variable, item.records_common, show)


def matched_by(item: DatasetReport) -> str:
    """How records were matched."""
    if not item.keys:
        return "records matched by their number, as no keys are known; name them with --keys"
    return f"records matched by {', '.join(item.keys)} ({item.keys_from})"


def _attributes(found: Sequence[AttributeDifference]) -> Iterator[str]:
    for side, state in (("A", "present"), ("B", "absent")):
        names = [one.variable for one in found if one.attribute == "variable" and one.a == state]
        if names:
            yield f"  Variables only in {side}: {', '.join(names)}"
    for one in found:
        if one.attribute != "variable":
            what = f"{one.variable} {one.attribute}" if one.variable else _capital(one.attribute)
            quoted = _plain if one.attribute.startswith("order") else shown
            yield f"  {what}: {quoted(one.a)} in A, {quoted(one.b)} in B"


def _alone(side: str, found: RecordsAlone, show: int) -> Iterator[str]:
    if found.count:
        yield f"  Records only in {side}: {found.count:,}"
        yield from (f"    {record}" for record in found.first[:show])
        yield from _more(found.count - show)


def _values(found: DifferentVariable, records: int, show: int) -> Iterator[str]:
    greatest = f"; greatest difference {found.greatest}" if found.greatest else ""
    of = _counted(records, "record")
    yield f"  {found.variable}: {found.count:,} of {of} {_differ(found.count)}{greatest}"
    quoted = shown if found.type == "Char" else _plain
    for one in found.first[:show]:
        yield f"    {one.record}: {quoted(one.a)} in A, {quoted(one.b)} in B"
    yield from _more(found.count - show)


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"    and {count:,} more"


def shown(text: str) -> str:
    """A text in quotes; a missing one in words."""
    return repr(text) if text else "missing"


def _plain(text: str) -> str:
    return text or "missing"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _differ(count: int) -> str:
    return "differs" if count == 1 else "differ"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
