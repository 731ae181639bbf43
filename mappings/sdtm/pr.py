"""PR: electroconvulsive therapy at any time before the study, asked of every subject."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, Origin, constant, dataset, date, mapped, subject
from mappings.common import DMY, visit, with_visit


def pr(raw_psyhx: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Procedures: one record per procedure asked for per subject."""
    return dataset(
        "PR",
        with_visit(raw_psyhx, "psyhx.VISIT", raw_sv),
        USUBJID=subject(),
        PRTRT=constant("ELECTROCONVULSIVE THERAPY", origin=Origin.COLLECTED),
        PRCAT=constant("PSYCHIATRIC HISTORY"),
        PRPRESP=constant("Y"),
        PROCCUR=mapped("psyhx.ECTEVER", codelist="NY"),
        VISIT=visit("psyhx.VISIT"),
        PRDTC=date("psyhx.PSYDAT", DMY),
    )
