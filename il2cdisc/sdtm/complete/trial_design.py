"""TA, TE, TV, TI and TS from the protocol sheets (SDTMIG 3.4 section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.rows import counted
from il2cdisc.sdtm.complete.long_text import split_long_text
from il2cdisc.sdtm.complete.records import as_dataset
from il2cdisc.sdtm.complete.steps import StudyStep
from il2cdisc.sdtm.complete.tabulation import Tabulation
from il2cdisc.spec.models import Spec


def _run(study: Tabulation) -> Tabulation:
    wanted, problems = study.spec.datasets, study.problems
    frames = trial_design(study.spec)
    made = {n: as_dataset(frame, wanted[n], study.study_id, problems).dataset for n, frame in frames.items()}
    return study.with_datasets(made)


STEP = StudyStep("trial_design", _run, datasets=("TA", "TE", "TV", "TI", "TS"))


def trial_design(spec: Spec) -> dict[str, pd.DataFrame]:
    """Frames of TA, TE, TV, TI and TS, as far as the workbook has the datasets and their variables."""
    protocol = spec.protocol
    names = {row.element_code: row.element for row in protocol.elements}
    arms = {row.arm_code: row.arm for row in protocol.arms}
    frames = {
        "TA": _frame(
            ["ARMCD", "ARM", "TAETORD", "ETCD", "ELEMENT", "TABRANCH", "TATRANS", "EPOCH"],
            [
                (
                    row.arm_code,
                    row.arm,
                    float(row.order),
                    row.element_code,
                    names.get(row.element_code),
                    row.branch,
                    row.transition,
                    row.epoch,
                )
                for row in protocol.arms
            ],
        ),
        "TE": _frame(
            ["ETCD", "ELEMENT", "TESTRL", "TEENRL", "TEDUR"],
            [(e.element_code, e.element, e.start_rule, e.end_rule, e.duration) for e in protocol.elements],
        ),
        "TV": _frame(
            ["VISITNUM", "VISIT", "VISITDY", "ARMCD", "ARM", "TVSTRL", "TVENRL"],
            [
                (
                    v.visit_number,
                    v.visit,
                    None if v.planned_day is None else float(v.planned_day),
                    v.arm_code,
                    arms.get(v.arm_code),
                    v.start_rule,
                    v.end_rule,
                )
                for v in protocol.visits
            ],
        ),
        "TI": _criteria(spec),
        "TS": _summary(spec),
    }
    return {
        name: frame[[column for column in frame if column in spec.datasets[name].by_name]]
        for name, frame in frames.items()
        if name in spec.datasets
    }


def _criteria(spec: Spec) -> pd.DataFrame:
    """Criteria with their texts, the decodes of their codes."""
    text = _decodes(spec, "TI", "IETESTCD")
    return _frame(
        ["IETESTCD", "IETEST", "IECAT", "TIRL", "TIVERS"],
        [(c.code, text.get(c.code), c.category, c.rule, c.version) for c in spec.protocol.criteria],
    )


def _summary(spec: Spec) -> pd.DataFrame:
    """Summary parameters, numbered within each; a value over 200 bytes goes on in TSVAL1 and so on."""
    text = _decodes(spec, "TS", "TSPARMCD")
    frame = _frame(
        ["TSPARMCD", "TSPARM", "TSVAL", "TSVALNF", "TSVALCD", "TSVCDREF", "TSVCDVER"],
        [
            (
                row.parameter,
                text.get(row.parameter),
                row.value,
                row.null_flavor,
                row.code,
                row.dictionary,
                row.dictionary_version,
            )
            for row in spec.protocol.summary
        ],
    )
    frame = frame.assign(TSSEQ=counted([frame["TSPARMCD"]]).astype("float64"))
    labels = {v.name: v.label for v in spec.datasets["TS"].variables} if "TS" in spec.datasets else {}
    return split_long_text(frame, pd.DataFrame(index=frame.index), labels)[0]


def _decodes(spec: Spec, dataset: str, variable: str) -> dict[str, str]:
    found = spec.variable(dataset, variable)
    listed = spec.codelists.get(found.codelist) if found else None
    return {term.value: term.decode for term in listed.terms if term.decode} if listed else {}


def _frame(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    numbers = ("ORD", "NUM", "DY", "SEQ")
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return pd.DataFrame(
        {
            name: pd.array([value or None for value in values], dtype="str")
            if not name.endswith(numbers)
            else np.array(values, dtype="float64")
            for name, values in zip(names, columns, strict=True)
        }
    )
