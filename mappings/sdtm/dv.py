"""DV: protocol deviations in English; the original text in SUPPDV."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, Origin, collected, dataset, date, decoded, mapped, subject, translated
from mappings.common import DMY, administrative, in_english, visit, with_visit

OF_RANDOMISATION = {
    "STRATO": True,
    **dict.fromkeys(
        ("FINESTRA", "DOSE SALTATA", "DOSE RINVIATA", "PROCEDURA", "FARMACO PROIBITO", "ELEGGIBILITA"), False
    ),
}


def dv(raw_dv: pd.DataFrame, raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Protocol deviations: one record per deviation per subject."""
    rows, unused = in_english(with_visit(raw_dv, "dv.VISIT", raw_sv), "dv.DVTERM", raw_coding, "DV")
    return dataset(
        "DV",
        rows,
        USUBJID=subject(),
        DVSPID=collected("dv.DVNO"),
        DVTERM=translated("coding.ENGLISH", original="dv.DVTERM"),
        DVDECOD=mapped("dv.DVCAT", codelist="DVDECOD", origin=Origin.ASSIGNED),
        DVCAT=mapped("dv.DVCAT", codelist="DVCAT"),
        DVSCAT=mapped("dv.DVCLASS", codelist="DVSCAT"),
        VISIT=visit("dv.VISIT"),
        DVSTDTC=date("dv.DVDAT", DMY),
        supplemental={"DVTERMOR": collected("dv.DVTERM")},
        dropped=administrative("dv", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        left_out=unused,
        # said of the randomisation, which comes before the first injection of its day
        planned_before_dose=lambda f: decoded(f, "dv.DVCAT", OF_RANDOMISATION).fillna(False),
    )
