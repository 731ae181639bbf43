"""MH: medical history in English, coded; diagnosis and current episode of the psychiatric interview."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Mapped,
    Origin,
    collected,
    constant,
    dataset,
    date,
    derived,
    mapped,
    stack,
    subject,
    text_where,
    translated,
)
from mappings.common import DMY, administrative, answered, at_end, began_before, in_english, result

PSYCHIATRIC = "PSYCHIATRIC HISTORY"


def mh(raw_mh: pd.DataFrame, raw_psyhx: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Medical history: one record per condition per subject."""
    return stack(
        conditions(raw_mh, raw_coding),
        diagnosis(raw_psyhx),
        current_episode(raw_psyhx),
        psychotic_features(raw_psyhx),
    )


def conditions(raw_mh: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Conditions that the subject reports."""
    reported, none = answered(raw_mh, "mh.MHYN", "MHDAT")
    rows, unused = in_english(reported, "mh.MHTERM", raw_coding, "MH")
    return dataset(
        "MH",
        rows,
        USUBJID=subject(),
        MHSPID=collected("mh.MHNO"),
        MHTERM=translated("coding.ENGLISH", original="mh.MHTERM"),
        MHDECOD=collected("coding.CODTERM", origin=Origin.ASSIGNED),
        MHCAT=constant("GENERAL MEDICAL HISTORY"),
        MHBODSYS=collected("coding.CODCLASS", origin=Origin.ASSIGNED),
        MHSOC=collected("coding.CODCLASS", origin=Origin.ASSIGNED),
        MHDTC=date("mh.MHDAT", DMY),
        MHSTDTC=date("mh.MHSTDAT", DMY),
        MHENDTC=date("mh.MHENDAT", DMY),
        **began_before("MH", "SCREENING", lambda f: f["mh.MHTERM"].notna(), "mh.MHTERM"),
        **at_end("MH", "mh.MHONGO", "SCREENING"),
        supplemental={"MHTERMOR": collected("mh.MHTERM")},
        dropped={
            **administrative("mh", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
            "mh.MHYN": "asks whether there was any condition",
            "mh.VISIT": "history is taken once, at screening; MHDTC tells when",
        },
        left_out={"no condition: an otherwise empty line of the form": none, **unused},
    )


def diagnosis(raw_psyhx: pd.DataFrame) -> Mapped:
    """The mood disorder; its start is known by age alone (SC), its duration in years."""
    return dataset(
        "MH",
        raw_psyhx,
        USUBJID=subject(),
        MHTERM=mapped("psyhx.DIAG", codelist="DIAGNOSIS"),
        MHCAT=constant(PSYCHIATRIC),
        MHSCAT=constant("PRIMARY DIAGNOSIS"),
        MHDTC=date("psyhx.PSYDAT", DMY),
        MHDUR=duration("psyhx.ILLYRS", "Y"),
        **began_before("MH", "SCREENING", lambda f: f["psyhx.DIAG"].notna(), "psyhx.DIAG"),
        MHENRTPT=constant("ONGOING"),
        MHENTPT=constant("SCREENING"),
        dropped=administrative("psyhx", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )


def current_episode(raw_psyhx: pd.DataFrame) -> Mapped:
    """The depressive episode that the subject is in."""
    return dataset(
        "MH",
        raw_psyhx,
        USUBJID=subject(),
        MHTERM=constant("MAJOR DEPRESSIVE EPISODE", origin=Origin.COLLECTED),
        MHEVDTYP=derived(
            lambda f: text_where("MOST RECENT EPISODE", f["psyhx.EPSTDAT"].notna()),
            sources=["psyhx.EPSTDAT"],
            rule="what the start date is of",
            origin=Origin.ASSIGNED,
        ),
        MHCAT=constant(PSYCHIATRIC),
        MHSCAT=constant("CURRENT EPISODE"),
        MHDTC=date("psyhx.PSYDAT", DMY),
        MHSTDTC=date("psyhx.EPSTDAT", DMY),
        MHDUR=duration("psyhx.EPISWK", "W"),
        **began_before("MH", "SCREENING", lambda f: f["psyhx.PSYDAT"].notna(), "psyhx.PSYDAT"),
        MHENRTPT=constant("ONGOING"),
        MHENTPT=constant("SCREENING"),
    )


def psychotic_features(raw_psyhx: pd.DataFrame) -> Mapped:
    """Psychotic features, ever: asked of every subject."""
    return dataset(
        "MH",
        raw_psyhx,
        USUBJID=subject(),
        MHTERM=constant("PSYCHOTIC FEATURES", origin=Origin.COLLECTED),
        MHCAT=constant(PSYCHIATRIC),
        MHPRESP=constant("Y"),
        MHOCCUR=mapped("psyhx.PSYCHOT", codelist="NY"),
        MHDTC=date("psyhx.PSYDAT", DMY),
    )


def duration(source: str, unit: str) -> Column:
    """A whole number of years or weeks as an ISO 8601 duration."""
    return derived(
        lambda f: "P" + result(f[source]) + unit,
        sources=[source],
        rule="ISO 8601 duration of the number collected",
        origin=Origin.COLLECTED,
    )
