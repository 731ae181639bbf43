"""PE: body systems examined; what is abnormal in English, the original text in SUPPPE."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    collected,
    constant,
    dataset,
    date,
    decoded,
    gather,
    mapped,
    prepared,
    stack,
    subject,
    translated,
)
from mappings.common import (
    DMY,
    administrative,
    answered,
    in_english,
    not_done,
    reason_without_result,
    status,
    visit,
    with_visit,
)

SYSTEMS = {
    "pe.PEGEN": "GENAPP",
    "pe.PESKIN": "SKIN",
    "pe.PEHEENT": "HEENT",
    "pe.PECARD": "CARDIO",
    "pe.PERESP": "RESP",
    "pe.PEABD": "ABDOMEN",
    "pe.PELYMPH": "LYMPH",
    "pe.PEMSK": "MUSCSKEL",
    "pe.PENEURO": "NEURO",
}
FINDINGS = {"N": "NORMAL", "A": "ABNORMAL", "ND": None}


def pe(raw_pe: pd.DataFrame, raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Physical examination: one record per body system per visit per subject."""
    done, undone = answered(with_visit(raw_pe, "pe.VISIT", raw_sv), "pe.PEYN", "PEREASND", "PEDAT")
    rows, unused = in_english(done, "pe.PEDESC", raw_coding, "PE")
    systems = gather(rows, fields=list(SYSTEMS))
    found = decoded(systems, "value", {"N": False, "A": True, "ND": False}).fillna(False)
    described = found & systems["pe.PEDESC"].notna()
    return stack(abnormal(systems[described], unused), normal(systems[~described]), form_not_done(undone))


def abnormal(rows: pd.DataFrame, unused: dict[str, pd.DataFrame]) -> Mapped:
    """Body systems with a description of what is abnormal; the form has one for all of them."""
    return dataset(
        "PE",
        rows,
        USUBJID=subject(),
        PETESTCD=by_field(SYSTEMS),
        PEORRES=translated("coding.ENGLISH", original="pe.PEDESC"),
        VISIT=visit("pe.VISIT"),
        PEDTC=date("pe.PEDAT", DMY),
        supplemental={"PEDESCOR": collected("pe.PEDESC")},
        dropped=administrative("pe", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        left_out=unused,
    )


def normal(rows: pd.DataFrame) -> Mapped:
    """Body systems that are normal, abnormal without a description, or were not examined."""
    rows = rows.assign(
        finding=decoded(rows, "value", FINDINGS, keep=True), reason=reason_without_result(rows["value"])
    )
    return dataset(
        "PE",
        rows,
        USUBJID=subject(),
        PETESTCD=by_field(SYSTEMS),
        PEORRES=prepared(
            "finding",
            sources=list(SYSTEMS),
            rule="NORMAL, or ABNORMAL when nothing describes it; a text that is no code as collected",
            origin=Origin.COLLECTED,
        ),
        PESTAT=status("finding", sources=list(SYSTEMS), of="finding"),
        PEREASND=prepared("reason", sources=list(SYSTEMS), rule="why there is no finding"),
        VISIT=visit("pe.VISIT"),
        PEDTC=date("pe.PEDAT", DMY),
    )


def form_not_done(rows: pd.DataFrame) -> Mapped:
    """Visits without an examination: one record stands for all body systems."""
    return dataset(
        "PE",
        rows,
        USUBJID=subject(),
        PETESTCD=constant("PEALL"),
        PESTAT=not_done("pe.PEYN"),
        PEREASND=mapped("pe.PEREASND", codelist="REASND", origin=Origin.DERIVED),
        VISIT=visit("pe.VISIT"),
        PEDTC=date("pe.PEDAT", DMY),
    )
