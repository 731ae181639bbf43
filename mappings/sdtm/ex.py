"""EX: injections that were given, from EC, with the treatment of the randomisation list."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    carried,
    constant,
    dataset,
    decoded,
    derived,
    join,
    link,
    mapped,
    subject,
)
from mappings.common import injections_given

# million units in a mL: the dose of a subject whose arm is not known is not known
STRENGTH = {"IL2": 2.0, "PBO": 0.0}
FORMS = {"IL2": "INJECTION, POWDER, LYOPHILIZED, FOR SOLUTION", "PBO": "INJECTION, SOLUTION"}


def ex(ec: pd.DataFrame, raw_rand: pd.DataFrame) -> Mapped:
    """Exposure: one record per injection given."""
    rows = join(injections_given(ec), raw_rand, on={"USUBJID": "USUBJID"})
    return dataset(
        "EX",
        rows,
        USUBJID=subject(),
        EXREFID=carried("ECREFID"),
        EXTRT=mapped("rand.ARM", codelist="EXTRT", origin=Origin.ASSIGNED),
        EXDOSE=derived(
            dose,
            sources=["EC.ECDOSE", "rand.ARM"],
            rule="mL times 2 for the active treatment, 0 for placebo",
        ),
        EXDOSU=constant("10^6 IU"),
        EXDOSFRM=derived(
            lambda f: decoded(f, "rand.ARM", FORMS),
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


def dose(rows: pd.DataFrame) -> pd.Series:
    """Million units; 0 for placebo, whatever its volume; missing where the arm is not known."""
    strength = decoded(rows, "rand.ARM", STRENGTH)
    return (rows["ECDOSE"] * strength).mask(strength == 0.0, 0.0)
