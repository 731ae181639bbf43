"""DS: informed consent, randomisation, end of screening, of treatment and of participation."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    join,
    mapped,
    stack,
    subject,
)
from mappings.common import DMY, YES, YES_NO, administrative, answered, phases, randomised, translations


def ds(raw_ic: pd.DataFrame, raw_ds: pd.DataFrame, raw_dm: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Disposition: one record per milestone or disposition event per subject."""
    return stack(consent(raw_ic), randomisation(raw_ds, raw_dm), disposition(raw_ds, raw_coding))


def consent(raw_ic: pd.DataFrame) -> Mapped:
    """Informed consent."""
    signed, refused = answered(raw_ic, "ic.ICYN")
    return dataset(
        "DS",
        signed,
        USUBJID=subject(),
        DSTERM=constant("INFORMED CONSENT OBTAINED", origin=Origin.COLLECTED),
        DSDECOD=constant("INFORMED CONSENT OBTAINED"),
        DSCAT=constant("PROTOCOL MILESTONE"),
        DSSTDTC=date("ic.ICDAT", DMY, time="ic.ICTIM"),
        dropped={"ic.ICYN": "asks whether consent was signed"},
        left_out={"consent was not signed": refused},
    )


def randomisation(raw_ds: pd.DataFrame, raw_dm: pd.DataFrame) -> Mapped:
    """Randomisation: screening that was completed."""
    screening, _ = phases(raw_ds)
    rows, _ = randomised(screening)
    return dataset(
        "DS",
        join(rows, raw_dm.drop(columns="USUBJID"), on={"ds.SUBJID": "dm.SUBJID"}),
        USUBJID=subject(),
        DSREFID=collected("dm.RANDNO"),
        DSTERM=constant("RANDOMIZED", origin=Origin.COLLECTED),
        DSDECOD=constant("RANDOMIZED"),
        DSCAT=constant("PROTOCOL MILESTONE"),
        DSSTDTC=date("ds.DSDAT", DMY),
        planned_before_dose=True,
    )


def disposition(raw_ds: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """End of treatment and of participation, completed or not; screening that was not completed."""
    screening, later = phases(raw_ds)
    _, failed = randomised(screening)
    texts = translations(raw_coding, "DS")
    rows = join(stack(failed, later), texts, on={"ds.DSSPEC": "coding.VERBATIM"})
    rows = rows.assign(outcome=rows["ds.DSREAS"].mask(completed(rows), YES))
    return dataset(
        "DS",
        rows,
        USUBJID=subject(),
        DSTERM=derived(
            details,
            sources=["coding.ENGLISH", "ds.DSSPEC", "ds.DSREAS", "ds.DSCOMP"],
            rule="English text of the details, else the standard term",
            origin=Origin.COLLECTED,
        ),
        DSDECOD=mapped(
            "outcome", codelist="NCOMPLT", sources=["ds.DSCOMP", "ds.DSREAS"], origin=Origin.ASSIGNED
        ),
        DSCAT=constant("DISPOSITION EVENT"),
        DSSCAT=mapped("ds.DSPHASE", codelist="DSSCAT"),
        DSSTDTC=date("ds.DSDAT", DMY),
        supplemental={"DSTERMOR": collected("ds.DSSPEC")},
        dropped={
            **administrative("ds", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        },
        left_out={
            "translation of a text that no subject has": texts[~texts["@coding"].isin(rows["@coding"])]
        },
    )


def details(rows: pd.DataFrame) -> pd.Series:
    """DSTERM: the details in English, untranslated as they are; COMPLETED; else the reason as collected."""
    text = rows["coding.ENGLISH"].fillna(rows["ds.DSSPEC"])
    return text.mask(completed(rows), "COMPLETED").fillna(rows["ds.DSREAS"])


def completed(rows: pd.DataFrame) -> pd.Series:
    """True where the form says that its part of the study was completed."""
    return decoded(rows, "ds.DSCOMP", YES_NO).fillna(False)
