"""QS: versions of the suicidality scale, forms not done, scores against the raw files."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import evaluate
from il2cdisc.spec.models import Spec
from mappings.common import with_visit
from mappings.sdtm.qs import CSSRS, suicidality


def nowhere(form: str, row: int, column: str) -> Address:
    return Address(file=form, line=row + 1, column=column)


def scale(raw, spec: Spec, rows: list[tuple[str | None, ...]]) -> pd.DataFrame:
    items = " ".join(field.removeprefix("cssrs.") for field in CSSRS)
    form = raw("cssrs", f"SITENO SUBJID VISIT CSVERS CSYN CSREASND CSDAT {items} COMPBY QRYSTAT", rows)
    visits = raw("sv", "VISIT SVSTDAT", [])
    mapping = suicidality(with_visit(form, "cssrs.VISIT", visits))
    return evaluate(mapping, Context(spec, Problems(), nowhere)).frame


def line(visit: str, version: str, done: str, reason: str | None, answers: list[str | None]):
    return ("S1", "01", "01-001", visit, version, done, reason, "21/06/2021", *answers, "SC1", None)


def test_each_version_has_its_own_codes(raw, spec: Spec) -> None:
    answers: list[str | None] = ["S", "N", "N", "N", "N", "1", "N", "N", "N", "N", "N"]
    made = scale(
        raw,
        spec,
        [
            line("Screening", "BASELINE", "S", None, answers),
            line("Giorno 1", "DALL'ULTIMA VISITA", "S", None, answers),
        ],
    )
    codes = ["01", "02", "03", "04", "05", "06", "12", "15", "17", "19", "20"]
    first = made[made["VISIT"] == "SCREENING"]
    assert list(first["QSTESTCD"]) == [f"CSS01{code}" for code in codes]
    assert list(first["QSORRES"]) == ["Y", "N", "N", "N", "N", "1", *["N"] * 5]
    second = made[made["VISIT"] == "DAY 1"]
    assert list(second["QSTESTCD"]) == [f"CSS02{code}" for code in codes]
    assert set(second["QSCAT"]) == {"C-SSRS SINCE LAST VISIT"}


def test_a_scale_that_was_not_done_keeps_its_reason(raw, spec: Spec) -> None:
    nothing: list[str | None] = [None] * 11
    made = scale(raw, spec, [line("Giorno 8", "DALL'ULTIMA VISITA", "N", "dimenticanza", nothing)])
    assert set(made["QSSTAT"]) == {"NOT DONE"}
    assert set(made["QSREASND"]) == {"OVERSIGHT"}
    assert made["QSORRES"].isna().all()
