"""PE: body systems examined; what is abnormal in English, the original text in SUPPPE."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.origins import Origin
from il2cdisc.sdtm import (
    Mapped,
    by_field,
    collected,
    constant,
    dataset,
    date,
    derived,
    gather,
    mapped,
    part,
    prepared,
    recoded,
    stack,
    subject,
    text_where,
    translated,
)
from mappings.common import (
    DMY,
    administrative,
    in_english,
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
FINDINGS = {"N": "NORMAL", "A": "ABNORMAL"}


def pe(raw_pe: pd.DataFrame, raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Physical examination: one record per body system per visit per subject."""
    done, not_done = part(with_visit(raw_pe, "pe.VISIT", raw_sv), raw_pe["pe.PEYN"] == "S")
    rows, unused = in_english(done, "pe.PEDESC", raw_coding, "PE")
    systems = gather(rows, fields=list(SYSTEMS))
    described, others = part(systems, (systems["value"] == "A") & systems["pe.PEDESC"].notna())
    return stack(abnormal(described, unused), normal(others), form_not_done(not_done))


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
    rows = rows.assign(finding=recoded(rows["value"], FINDINGS), reason=reason_without_result(rows["value"]))
    return dataset(
        "PE",
        rows,
        USUBJID=subject(),
        PETESTCD=by_field(SYSTEMS),
        PEORRES=prepared(
            "finding",
            sources=list(SYSTEMS),
            rule="NORMAL, or ABNORMAL when nothing describes it",
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
        PESTAT=derived(
            lambda f: text_where("NOT DONE", f["pe.PEYN"] == "N"), sources=["pe.PEYN"], rule="form not done"
        ),
        PEREASND=mapped("pe.PEREASND", codelist="REASND", origin=Origin.DERIVED),
        VISIT=visit("pe.VISIT"),
        PEDTC=date("pe.PEDAT", DMY),
    )
