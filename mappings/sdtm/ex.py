"""EX: injections that were given, from EC, with the treatment of the randomisation list."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.origins import Origin
from il2cdisc.sdtm import (
    Mapped,
    carried,
    constant,
    dataset,
    derived,
    join,
    link,
    mapped,
    part,
    recoded,
    subject,
)

ACTIVE = "IL2"
MILLION_UNITS_IN_ML = 2.0
FORMS = {ACTIVE: "INJECTION, POWDER, LYOPHILIZED, FOR SOLUTION", "PBO": "INJECTION, SOLUTION"}


def ex(ec: pd.DataFrame, raw_rand: pd.DataFrame) -> Mapped:
    """Exposure: one record per injection given."""
    given, _ = part(ec, ec["ECOCCUR"] == "Y")
    rows = join(given, raw_rand, on={"USUBJID": "USUBJID"})
    return dataset(
        "EX",
        rows,
        USUBJID=subject(),
        EXREFID=carried("ECREFID"),
        EXTRT=mapped("rand.ARM", codelist="EXTRT", origin=Origin.ASSIGNED),
        EXDOSE=derived(
            lambda f: (f["ECDOSE"] * MILLION_UNITS_IN_ML).where(f["rand.ARM"] == ACTIVE, 0.0),
            sources=["EC.ECDOSE", "rand.ARM"],
            rule="mL times 2 for the active treatment, 0 for placebo",
        ),
        EXDOSU=constant("10^6 IU"),
        EXDOSFRM=derived(
            lambda f: recoded(f["rand.ARM"], FORMS),
            sources=["rand.ARM"],
            rule="dose form of the treatment",
            origin=Origin.ASSIGNED,
        ),
        EXDOSFRQ=carried("ECDOSFRQ"),
        EXROUTE=carried("ECROUTE"),
        EXLOC=carried("ECLOC"),
        EXLAT=carried("ECLAT"),
        VISIT=carried("VISIT"),
        EXSTDTC=carried("ECSTDTC"),
        EXENDTC=carried("ECENDTC"),
        links=[link("EC", VISIT=carried("VISIT"), ECREFID=carried("ECREFID"))],
    )
