"""AE: adverse events in English with the terms of the invented dictionary; the original text in SUPPAE."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    collected,
    dataset,
    date,
    mapped,
    subject,
    translated,
)
from mappings.common import DMY, administrative, answered, at_end, in_english


def ae(raw_ae: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Adverse events: one record per adverse event per subject."""
    events, none = answered(raw_ae, "ae.AEYN")
    rows, unused = in_english(events, "ae.AETERM", raw_coding, "AE")
    return dataset(
        "AE",
        rows,
        USUBJID=subject(),
        AESPID=collected("ae.AENO"),
        AETERM=translated("coding.ENGLISH", original="ae.AETERM"),
        AEDECOD=collected("coding.CODTERM", origin=Origin.ASSIGNED),
        AEBODSYS=collected("coding.CODCLASS", origin=Origin.ASSIGNED),
        AESOC=collected("coding.CODCLASS", origin=Origin.ASSIGNED),
        AESEV=mapped("ae.AESEV", codelist="AESEV"),
        AESER=mapped("ae.AESER", codelist="NY"),
        AEACN=mapped("ae.AEACN", codelist="ACN"),
        AEREL=mapped("ae.AEREL", codelist="AEREL"),
        AEOUT=mapped("ae.AEOUT", codelist="OUT"),
        AESCONG=mapped("ae.AESCONG", codelist="NY"),
        AESDISAB=mapped("ae.AESDISAB", codelist="NY"),
        AESDTH=mapped("ae.AESDTH", codelist="NY"),
        AESHOSP=mapped("ae.AESHOSP", codelist="NY"),
        AESLIFE=mapped("ae.AESLIFE", codelist="NY"),
        AESMIE=mapped("ae.AESMIE", codelist="NY"),
        AECONTRT=mapped("ae.AECMYN", codelist="NY"),
        AESTDTC=date("ae.AESTDAT", DMY, time="ae.AESTTIM"),
        AEENDTC=date("ae.AEENDAT", DMY),
        **at_end("AE", "ae.AEONGO", "END OF PARTICIPATION"),
        supplemental={
            "AETERMOR": collected("ae.AETERM"),
            "AEINJFL": mapped("ae.AEINJYN", codelist="NY"),
        },
        dropped={
            **administrative("ae", "SITENO", "SUBJID", "INITIALS", "COMPBY", "QRYSTAT"),
            "ae.AEYN": "asks whether there was an event at all",
            "coding.VERBATIM": "leads from the collected text to its translation",
            "coding.FORM": "says which form the text is of",
            "coding.DICT": "name of the dictionary: the same for all, in the workbook",
            "coding.DICTVER": "version of the dictionary: the same for all, in the workbook",
            "coding.TRANSL": "who translated: not for review",
            "coding.CODDAT": "when it was coded: not for review",
        },
        left_out={
            "no adverse event: an otherwise empty line of the form": none,
            **unused,
        },
    )
