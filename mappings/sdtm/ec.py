"""EC: injections as collected and blinded, with those that were not given."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    collected,
    constant,
    dataset,
    date,
    derived,
    mapped,
    number,
    prepared,
    stack,
    subject,
    text_where,
)
from mappings.common import DMY, administrative, answered, visit, with_visit


def ec(raw_ex: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Exposure as collected: one record per planned injection per subject."""
    given, missed = answered(with_visit(raw_ex, "ex.VISIT", raw_sv), "ex.EXYN", "EXREASND", "KITNO")
    return dataset(
        "EC",
        stack(
            given.assign(occurred=pd.Series("Y", index=given.index, dtype="str")),
            missed.assign(occurred=pd.Series("N", index=missed.index, dtype="str")),
        ),
        USUBJID=subject(),
        ECREFID=collected("ex.KITNO"),
        ECTRT=constant("STUDY DRUG"),
        ECPRESP=constant("Y"),
        ECOCCUR=prepared(
            "occurred",
            sources=["ex.EXYN"],
            rule="Y when the form says so, or has an injection; N when it says that none was given",
            origin="Collected",
        ),
        ECREASOC=mapped("ex.EXREASND", codelist="REASND"),
        ECDOSE=number("ex.EXVOL"),
        ECDOSU=derived(
            lambda f: text_where("mL", f["ex.EXVOL"].notna()),
            sources=["ex.EXVOL"],
            rule="mL where a volume was injected",
            origin="Assigned",
        ),
        ECDOSFRM=constant("INJECTION"),
        ECDOSFRQ=constant("ONCE"),
        ECROUTE=constant("SUBCUTANEOUS"),
        ECLOC=mapped("ex.EXSITE", codelist="LOC"),
        ECLAT=mapped("ex.EXSITE", codelist="LAT"),
        VISIT=visit("ex.VISIT"),
        ECSTDTC=date("ex.EXDAT", DMY, time="ex.EXTIM"),
        ECENDTC=date("ex.EXDAT", DMY, time="ex.EXTIM"),
        dropped=administrative("ex", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )
