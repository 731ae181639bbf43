"""CM: prior and concomitant medication in English, coded; the event treated in RELREC."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Column,
    Mapped,
    Origin,
    collected,
    dataset,
    date,
    derived,
    link,
    mapped,
    number,
    subject,
    text_where,
    translated,
)
from mappings.common import (
    DMY,
    administrative,
    answered,
    at_end,
    in_english,
    is_no_date,
    unknown_written_out,
)


def cm(raw_cm: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Medication: one record per medication and dosing interval per subject."""
    taken, none = answered(raw_cm, "cm.CMYN")
    rows, unused = in_english(taken, "cm.CMTRT", raw_coding, "CM")
    return dataset(
        "CM",
        unknown_written_out(rows, "cm.CMDOSE"),
        USUBJID=subject(),
        CMSPID=collected("cm.CMNO"),
        CMTRT=translated("coding.ENGLISH", original="cm.CMTRT"),
        CMDECOD=collected("coding.CODTERM", origin=Origin.ASSIGNED),
        CMCAT=mapped("cm.CMCAT", codelist="CMCAT"),
        CMINDC=mapped("cm.CMINDC", codelist="CMINDC"),
        CMCLAS=collected("coding.CODCLASS", origin=Origin.ASSIGNED),
        CMDOSE=number("cm.CMDOSE"),
        CMDOSU=mapped("cm.CMDOSU", codelist="UNIT"),
        CMDOSFRQ=mapped("cm.CMFREQ", codelist="FREQ"),
        CMROUTE=mapped("cm.CMROUTE", codelist="ROUTE"),
        CMSTDTC=date("cm.CMSTDAT", DMY),
        CMENDTC=date("cm.CMENDAT", DMY),
        CMSTRTPT=start_unknown("UNKNOWN"),
        CMSTTPT=start_unknown("SCREENING"),
        **at_end("CM", "cm.CMONGO", "END OF PARTICIPATION"),
        supplemental={"CMTRTOR": collected("cm.CMTRT")},
        links=[link("AE", AESPID=collected("cm.CMAENO"))],
        dropped={
            **administrative("cm", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
            "cm.CMYN": "asks whether there was any medication",
        },
        left_out={"no medication: an otherwise empty line of the form": none, **unused},
    )


def start_unknown(text: str) -> Column:
    """A text where the start that the site gives is no date of the calendar."""
    return derived(
        lambda f: text_where(text, is_no_date(f["cm.CMSTDAT"])),
        sources=["cm.CMSTDAT"],
        rule=f"{text} when the date of the start can't be read",
    )
