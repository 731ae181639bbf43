"""Subjects and events by hierarchical terms: each level of the hierarchy with n, percentage and events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, number, refuse_number
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, ResultRow, RowShape, ShownLine, head
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import found

MISSING = "Missing"


def run(work: Work) -> pd.DataFrame:
    """Statistics n, p (percent of N) and events for every term found, the broader term before the narrower.

    Sort `Frequency`: most subjects in all columns together first, then by name; else by name. A subject
    counts once in each term. Rows without a term are counted under the option `missing`. With the option
    `least` a narrowest term is shown only if at least so many percent of the subjects of a column have it.
    """
    names = [item.name for item in work.analysis.variables]
    terms, found = terms_of(work)
    found = frequent(work, terms, found)
    tables = [_counts(work, terms, names[: depth + 1]) for depth in range(len(names))]
    cells: list[ResultCell] = []
    for row, term in enumerate(found):
        counts = tables[len(term.path) - 1]
        cells += _cells(work, row, names, term.path, counts, term.conditions)
    return frame_of(cells)


@dataclass(frozen=True, slots=True)
class CountedTerm:
    """A term of a hierarchy: the levels from the broadest to its own, and the condition of its rows."""

    path: tuple[str, ...]
    conditions: tuple[Condition, ...]


def terms_of(work: Work) -> tuple[pd.DataFrame, list[CountedTerm]]:
    """The rows with the text of each of their terms, and every term found, in the order of the display."""
    names = [item.name for item in work.analysis.variables]
    missing = work.analysis.options.get("missing", MISSING)
    given = {name: level_texts(work.rows[name]) for name in names}
    terms = work.rows[["USUBJID", work.treatment]].assign(
        **{name: texts.fillna(missing) for name, texts in given.items()}
    )
    if terms.empty:
        return terms, []
    absent = {name: _absent(texts, missing) for name, texts in given.items()}

    def conditions(path: tuple[str, ...]) -> tuple[Condition, ...]:
        pairs = zip(names, path, strict=False)
        return tuple(equals(name, *(absent[name] if term == missing else (term,))) for name, term in pairs)

    ordered = _ordered(terms, names, work.analysis.sort == "Frequency")
    return terms, [CountedTerm(path, conditions(path)) for path in ordered]


def frequent(work: Work, terms: pd.DataFrame, found: Sequence[CountedTerm]) -> list[CountedTerm]:
    """The terms that are as frequent as the options `least` and `more` ask for, and what is broader.

    `least`: percent of the subjects of some column; `more`: so many percentage points more in another column
    than in the one of the option `reference`. Without subjects nothing is left out.
    """
    options, names = work.analysis.options, [item.name for item in work.analysis.variables]
    if not ({"least", "more"} & set(options)) or not any(work.sizes.values()):
        return list(found)
    counts = _counts(work, terms, names)  # of the narrowest terms
    least, more = number(work.analysis, "least", 0), number(work.analysis, "more", -math.inf)
    base = [column.label for column in work.display.columns if column.values == (options.get("reference"),)]

    def percents(path: tuple[str, ...]) -> dict[str, float]:
        sizes = {label: max(size, 1) for label, size in work.sizes.items()}
        return {label: 100 * counts[label].get(path, (0, 0))[0] / size for label, size in sizes.items()}

    kept: set[tuple[str, ...]] = set()
    for path in [term.path for term in found if len(term.path) == len(names)]:
        shares = percents(path)
        other = [share for label, share in shares.items() if label not in base]
        apart = max(other) - shares[base[0]] if base and other else math.inf
        if max(shares.values()) >= least and apart >= more:
            kept |= {path[: depth + 1] for depth in range(len(path))}
    return [term for term in found if term.path in kept]


def refuse_frequency(analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with `least` and `more`."""
    out = [bad for name in ("least", "more") for bad in refuse_number(analysis, name, above=0, below=100)]
    if "more" in analysis.options and "reference" not in analysis.options:
        out.append(BadCell("the option more needs the option reference"))
    return out


def _refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    return refuse_frequency(analysis)


def _absent(texts: pd.Series, missing: str) -> tuple[str, ...]:
    """The values that are counted under the term `missing`: none, and that term where the data have it."""
    there = (texts == missing).any()
    return (*([""] if texts.isna().any() else []), *([missing] if there else []))


Counts = dict[str, dict[tuple[str, ...], tuple[int, int]]]


def _counts(work: Work, terms: pd.DataFrame, names: list[str]) -> Counts:
    """By column label and path of terms: number of subjects and of events."""
    out: Counts = {}
    for column, part in work.columns(terms):
        grouped = part.groupby(names, sort=False)["USUBJID"].agg(["nunique", "size"])
        keys = [key if isinstance(key, tuple) else (key,) for key in grouped.index.tolist()]
        values = zip(grouped["nunique"].tolist(), grouped["size"].tolist(), strict=True)
        out[column.label] = dict(zip(keys, values, strict=True))
    return out


def _ordered(terms: pd.DataFrame, names: list[str], by_frequency: bool) -> list[tuple[str, ...]]:
    """Every path of terms, broader before narrower, in display order."""
    sizes: dict[tuple[str, ...], int] = {}
    for depth in range(len(names)):
        grouped = terms.groupby(names[: depth + 1], sort=False)["USUBJID"].nunique()
        for key, n in zip(grouped.index.tolist(), grouped.tolist(), strict=True):
            sizes[key if isinstance(key, tuple) else (key,)] = int(n)

    def place(path: tuple[str, ...]) -> tuple[tuple[int, str, str], ...]:
        prefixes = (path[: i + 1] for i in range(len(path)))
        return tuple(
            (-sizes[prefix] if by_frequency else 0, prefix[-1].casefold(), prefix[-1]) for prefix in prefixes
        )

    return sorted(sizes, key=place)


def _cells(
    work: Work,
    row: int,
    names: list[str],
    path: tuple[str, ...],
    counts: Counts,
    conditions: tuple[Condition, ...],
) -> list[ResultCell]:
    broader = tuple(zip(names, path[:-1], strict=False))
    own = names[len(path) - 1]
    cells: list[ResultCell] = []
    for column in work.display.columns:
        n, events = counts[column.label].get(path, (0, 0))
        size = work.sizes[column.label]
        for name, estimate in (("n", found(n)), ("p", percentage(n, size)), ("events", found(events))):
            cells.append(
                work.cell(
                    row,
                    name,
                    estimate,
                    column=column,
                    groups=broader,
                    variable=own,
                    level=path[-1],
                    conditions=conditions,
                    denominator=float(size),
                )
            )
    return cells


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each term, one step further in than the broader term; a broadest term begins a block."""
    out = [head(analysis.label)] if analysis.label else []
    top, block = len(out), 0
    for row in found:
        broadest = not row.path
        block += broadest and bool(out)
        out.append(
            RowShape(
                label=row.level,
                result=row.number,
                template=lines[0].template,
                indent=top + len(row.path),
                keep=broadest and len(analysis.variables) > 1,
                block=block,
                heads=tuple((top + depth, label) for depth, label in enumerate(row.path)),
            )
        )
    return out


METHOD = Method(
    name="Occurrence",
    run=run,
    rows=rows,
    statistics={"n": WHOLE, "p": PERCENT, "events": WHOLE},
    lines=(Line(label="", template="{n} ({p}) [{events}]"),),
    alone="n",
    failure=NO_SUBJECTS,
    needs=("Variables",),
    takes=("Lines", "Sort", "Decimals"),
    most={"Lines": 1},
    options=("missing", "least"),
    refuse=_refuse,
)
