"""TA, TE and TV from the protocol sheets (SDTMIG 3.4 section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from il2cdisc.spec.models import Spec


def trial_design(spec: Spec) -> dict[str, pd.DataFrame]:
    """Frames of TA, TE and TV, as far as the workbook has the datasets and their variables."""
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
    }
    return {
        name: frame[[column for column in frame if column in spec.datasets[name].by_name]]
        for name, frame in frames.items()
        if name in spec.datasets
    }


def _frame(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(names))
    for name in names:
        number = name.endswith(("ORD", "NUM", "DY"))
        frame[name] = frame[name].astype("float64") if number else frame[name].astype("str")
        if not number:
            frame[name] = frame[name].where(frame[name] != "")
    return frame
