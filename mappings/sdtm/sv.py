"""SV: planned visits with those that were missed, early termination, unscheduled visits."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    collected,
    dataset,
    date,
    derived,
    join,
    mapped,
    subject,
    text_where,
    translated,
)
from mappings.common import DMY, VISITS, administrative, at_visits, translations, visit, with_visit


def sv(raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Subject visits: one record per visit per subject."""
    texts = translations(raw_coding, "SV")
    rows = join(with_visit(raw_sv, "sv.VISIT", raw_sv), texts, on={"sv.SVUPDES": "coding.VERBATIM"})
    rows = rows.assign(planned=at_visits(rows, "sv.VISIT", *VISITS))
    return dataset(
        "SV",
        rows,
        USUBJID=subject(),
        VISIT=visit("sv.VISIT"),
        SVPRESP=derived(
            lambda f: text_where("Y", f["planned"]),
            sources=["sv.VISIT"],
            rule="Y for visits of the protocol",
        ),
        SVOCCUR=mapped("sv.SVOCC", codelist="NY", where=lambda f: f["planned"].fillna(True)),
        SVREASOC=mapped("sv.SVREASND", codelist="REASND"),
        SVCNTMOD=mapped("sv.SVCONT", codelist="CNTMODE"),
        SVSTDTC=date("sv.SVSTDAT", DMY),
        SVENDTC=date("sv.SVENDAT", DMY),
        SVUPDES=translated("coding.ENGLISH", original="sv.SVUPDES"),
        supplemental={
            "SVSETTNG": mapped("sv.SVCONT", codelist="VISSET"),
            "SVUPDOR": collected("sv.SVUPDES"),
        },
        dropped=administrative("sv", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        left_out={"translation of a text that no visit has": texts[~texts["@coding"].isin(rows["@coding"])]},
    )
