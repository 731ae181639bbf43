"""EX: intervals of constant dosing, a pack each."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, Origin, collected, constant, dataset, date, derived, mapped, subject
from mappings.common import SITE_DATE, key


def ex(raw_dispensed: pd.DataFrame) -> Mapped:
    """Exposure: one record per pack per patient."""
    return dataset(
        "EX",
        raw_dispensed,
        USUBJID=subject(),
        EXREFID=collected("dispensed.pack_no"),
        EXTRT=mapped("dispensed.strength_txt", codelist="EXTRT"),
        EXDOSE=derived(
            daily_dose,
            sources=["dispensed.strength_txt", "dispensed.per_day"],
            rule="strength of the tablet",
            origin=Origin.COLLECTED,
        ),
        EXDOSU=constant("mg"),
        EXDOSFRM=constant("TABLET"),
        EXDOSFRQ=mapped("dispensed.per_day", codelist="FREQ"),
        EXROUTE=constant("ORAL"),
        EXSTDTC=date("dispensed.first_taken", SITE_DATE),
        EXENDTC=date("dispensed.last_taken", SITE_DATE),
        dropped=key("dispensed"),
    )


def daily_dose(rows: pd.DataFrame) -> pd.Series:
    """The milligrams of a tablet, from what is written on the pack."""
    return rows["dispensed.strength_txt"].str.extract(r"^(\d+) mg")[0].astype("float64")
