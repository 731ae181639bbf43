"""Subjects and events by hierarchical terms: each level of the hierarchy with n, percentage and events."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.frame import Cell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.stats.estimates import found

MISSING = "Missing"


def run(work: Work) -> pd.DataFrame:
    """Statistics n, p (percent of N) and events for every term found, the broader term before the narrower.

    Sort `Frequency`: most subjects in all columns together first, then by name; else by name. A subject
    counts once in each term. Rows without a term stand under the option `missing`.
    """
    names = [item.name for item in work.analysis.variables]
    missing = work.analysis.options.get("missing", MISSING)
    terms = work.rows[["USUBJID", work.treatment, *names]].copy()
    empty = {name: terms[name].isna() for name in names}
    for name in names:
        terms[name] = terms[name].astype("str").fillna(missing)
    if terms.empty:
        return frame_of([])
    tables = [_counts(work, terms, names[: depth + 1]) for depth in range(len(names))]
    absent = {name: missing if empty[name].any() else None for name in names}
    cells: list[Cell] = []
    for row, path in enumerate(_ordered(terms, names, work.analysis.sort == "Frequency")):
        cells += _cells(work, row, names, path, tables[len(path) - 1], absent)
    return frame_of(cells)


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
    absent: dict[str, str | None],
) -> list[Cell]:
    def condition(name: str, term: str) -> Condition:
        return equals(name, "" if term == absent[name] else term)

    broader = tuple(zip(names, path[:-1], strict=False))
    own = names[len(path) - 1]
    conditions = tuple(condition(name, term) for name, term in zip(names, path, strict=False))
    cells: list[Cell] = []
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


METHOD = Method(
    run=run,
    statistics=("n", "p", "events"),
    needs=("Variables",),
    most=3,
    options=("missing",),
    takes=("Lines", "Sort", "Decimals"),
)
