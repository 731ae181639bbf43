"""Records of an analysis dataset that carry no way back to the records that they were made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from il2cdisc.adam.finish import SEQUENCE, Analysis
from il2cdisc.adam.problems import NO_WAY_BACK
from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problem, Problems, at_record, records_of
from il2cdisc.base.rowids import MARK

SUBJECT_LEVEL = frozenset({"ADSL", "DM"})
"""Datasets of a record per subject: merged into all others, and seldom what a value is made of."""


def note_lineage(dataset: Dataset, analysis: Analysis, mapping: str, problems: Problems) -> None:
    """Report (ADM054) records without a row id, and note how many lead to each source (`lost_sources`).

    `analysis` is what the function `mapping` returned. The row ids (`@VS`) of its inputs ride along with the
    verbs of this package; pandas' own groupby, pivot and concat lose them, and with them the way from a
    number to the raw line. A mapping whose inputs have no row ids has nothing to lose.

    >>> vs = pd.DataFrame({"@VS": [0, 1], "USUBJID": ["S1", "S2"], "AVAL": [118.0, 121.0]})
    >>> mean = vs.groupby("USUBJID", as_index=False)["AVAL"].mean()
    >>> made = Analysis("ADVS", mean, frozenset(vs.columns))
    >>> lost = Dataset("ADVS", "", (), (), mean, edges=pd.DataFrame({"row": [], "source": [], "id": []}))
    >>> problems = Problems()
    >>> note_lineage(lost, made, "advs", problems)
    >>> [(problem.what, problem.count) for problem in problems.items]
    [('records that advs() returns have no row id (@VS): no way back to a record of VS', 2)]
    """
    codes, sources = pd.factorize(dataset.edges["source"])
    for source, count in zip(sources, np.bincount(codes, minlength=len(sources)), strict=True):
        problems.look(_edges_of(dataset.name, str(source)), int(count))
    problems.extend(_unlinked(dataset, analysis, mapping))


def _unlinked(dataset: Dataset, analysis: Analysis, mapping: str) -> Iterator[Problem]:
    sources = sorted(name[len(MARK) :] for name in analysis.inherited if name.startswith(MARK))
    frame = dataset.frame
    linked = np.zeros(len(frame), dtype=bool)
    linked[dataset.edges["row"].to_numpy("int64")] = True
    if not sources or linked.all():
        return
    rows = frame[~linked]
    subjects = rows["USUBJID"].fillna("").tolist() if "USUBJID" in rows else [""] * len(rows)
    numbers = rows[SEQUENCE].fillna(0).tolist() if SEQUENCE in rows else [0] * len(rows)
    records = [at_record(dataset.name, str(s), int(n)) for s, n in zip(subjects, numbers, strict=True)]
    ids, named = ", ".join(f"{MARK}{name}" for name in sources), " or ".join(sources)
    what = f"records that {mapping}() returns have no row id ({ids}): no way back to a record of {named}"
    place, of = at_record(dataset.name), records_of(dataset.name)
    yield NO_WAY_BACK.at(place, what, records=records, out_of=len(frame), of=of)


def lost_sources(looked_at: Mapping[str, int], asked: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """A finding (ADM054) for each dataset all of whose records lead to subject-level data alone.

    `asked`: the datasets that each mapping asks for, in lower case; `looked_at`: what `note_lineage` noted,
    over all blocks of subjects. Row ids of ADSL that come along with a merge hide that those of the records
    were lost; a dataset of which one record leads to another source is not reported.

    >>> [problem.what for problem in lost_sources({"edges from ADVS to ADSL": 2}, {"advs": ["vs", "adsl"]})]
    ['all records that advs() returns lead to ADSL alone: no way back to a record of VS']
    """
    for mapping, names in asked.items():
        dataset = mapping.upper()
        sources = {name.upper() for name in names}
        led = {name for name in sources if looked_at.get(_edges_of(dataset, name), 0)}
        others = sorted(sources - SUBJECT_LEVEL)
        if led and others and led <= SUBJECT_LEVEL and dataset not in SUBJECT_LEVEL:
            what = (
                f"all records that {mapping}() returns lead to {' and '.join(sorted(led))} alone: "
                f"no way back to a record of {' or '.join(others)}"
            )
            yield NO_WAY_BACK.at(at_record(dataset), what)


def _edges_of(dataset: str, source: str) -> str:
    """What is counted (`Problems.look`): edges from records of a dataset to those of a source."""
    return f"edges from {dataset} to {source}"
