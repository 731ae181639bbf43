"""DA: syringes that left the pharmacy and came back."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, by_field, collected, constant, dataset, date, gather, gathered, subject
from mappings.common import DMY, administrative, visit, with_visit

AMOUNTS = {"da.DADISP": "DISPAMT", "da.DARET": "RETAMT"}


def da(raw_da: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Product accountability: one record per amount per syringe per subject."""
    rows = gather(with_visit(raw_da, "da.VISIT", raw_sv), fields=list(AMOUNTS))
    return dataset(
        "DA",
        rows,
        USUBJID=subject(),
        DAREFID=collected("da.KITNO"),
        DATESTCD=by_field(AMOUNTS),
        DACAT=constant("STUDY MEDICATION"),
        DAORRES=gathered(),
        DAORRESU=constant("SYRINGE"),
        VISIT=visit("da.VISIT"),
        DADTC=date("da.DADAT", DMY),
        dropped=administrative("da", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
    )
