"""RP: childbearing potential, the reason when there is none, and contraception."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, constant, dataset, date, mapped, part, stack, subject
from mappings.common import DMY, administrative, visit, with_visit

ADMINISTRATIVE = ("SITENO", "SUBJID", "COMPBY", "QRYSTAT")


def rp(raw_preg: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Reproductive system findings: one record per finding per visit per subject."""
    forms = with_visit(raw_preg, "preg.VISIT", raw_sv)
    _, menopause, surgery = part(
        forms, "preg.NOCBPRSN", none=None, menopause="MENOPAUSA", surgery="STERILIZZAZIONE"
    )
    return stack(
        finding(forms, "CHILDPOT", "preg.CHILDPOT", "NY"),
        finding(forms, "BCMETHOD", "preg.CONTRAC", "BCMETHOD"),
        # the answer to the reason is a test of its own
        finding(menopause, "MENOSTAT", "preg.NOCBPRSN", "MPSTATRS"),
        finding(surgery, "SRGSTIND", "preg.NOCBPRSN", "NY"),
    )


def finding(forms: pd.DataFrame, test: str, source: str, codelist: str) -> Mapped:
    """One test, of the forms that answer it."""
    return dataset(
        "RP",
        forms[forms[source].notna()],
        USUBJID=subject(),
        RPTESTCD=constant(test),
        RPORRES=mapped(source, codelist=codelist),
        VISIT=visit("preg.VISIT"),
        RPDTC=date("preg.PREGDAT", DMY),
        dropped=administrative("preg", *ADMINISTRATIVE),
    )
