"""SU: tobacco, alcohol and coffee, asked of every subject at screening."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Mapped,
    Origin,
    constant,
    dataset,
    date,
    decoded,
    derived,
    mapped,
    number,
    stack,
    subject,
    text_where,
)
from mappings.common import (
    DMY,
    administrative,
    began_before,
    unknown_written_out,
    visit,
    with_visit,
)

EVER = {"MAI": False, "EX": True, "ATTUALE": True}


def su(raw_su: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Substance use: one record per substance per subject."""
    rows = unknown_written_out(with_visit(raw_su, "su.VISIT", raw_sv), "su.CIGDAY", "su.ALCUNIT", "su.CAFDAY")
    return stack(
        substance(rows, "TOBACCO", "su.SMOKE", "su.CIGDAY", "CIGARETTE", "QD", stopped="su.SMKENDAT"),
        substance(rows, "ALCOHOL", "su.ALCOHOL", "su.ALCUNIT", "ALCOHOL UNIT", "EVERY WEEK"),
        substance(rows, "COFFEE", "su.CAFFE", "su.CAFDAY", "CUP", "QD"),
    )


def substance(
    rows: pd.DataFrame, name: str, use: str, amount: str, unit: str, often: str, *, stopped: str = ""
) -> Mapped:
    """Never, former or current use of a substance, and how much of it."""

    def used(f: pd.DataFrame) -> pd.Series:
        return decoded(f, use, EVER).fillna(False)

    end = {"SUENDTC": date(stopped, DMY)} if stopped else {}
    return dataset(
        "SU",
        rows,
        USUBJID=subject(),
        SUTRT=constant(name, origin=Origin.COLLECTED),
        SUCAT=constant("CAFFEINE" if name == "COFFEE" else name),
        SUPRESP=constant("Y"),
        SUOCCUR=mapped(use, codelist="NY"),
        SUDOSE=number(amount),
        SUDOSU=printed(unit, amount),
        SUDOSFRQ=printed(often, amount),
        VISIT=visit("su.VISIT"),
        SUDTC=date("su.SUDAT", DMY),
        **began_before("SU", "SCREENING", used, use),
        SUENRTPT=mapped(use, codelist="STENRF", where=used),
        SUENTPT=derived(
            lambda f: text_where("SCREENING", used(f)),
            sources=[use],
            rule="the reference of former and current use",
            origin=Origin.ASSIGNED,
        ),
        dropped=administrative("su", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        **end,
    )


def printed(text: str, amount: str) -> Column:
    """What the form prints beside an amount, where there is one."""
    return derived(
        lambda f: text_where(text, f[amount].notna()),
        sources=[amount],
        rule=f"{text} is printed on the form",
        origin=Origin.ASSIGNED,
    )
