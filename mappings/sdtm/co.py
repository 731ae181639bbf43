"""CO: comments of the site, from a form of their own, in English; a long one goes on in COVAL1."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import Mapped, Origin, dataset, date, derived, subject, translated
from mappings.common import DMY, administrative, in_english, with_visit


def co(raw_co: pd.DataFrame, raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Comments: one record per comment per subject."""
    rows, unused = in_english(with_visit(raw_co, "co.VISIT", raw_sv), "co.COMMENT", raw_coding, "CO")
    return dataset(
        "CO",
        rows,
        USUBJID=subject(),
        COREF=derived(
            lambda f: f["co.COFORM"].str.upper() + ", " + f["visit"],
            sources=["co.COFORM", "co.VISIT"],
            rule="form and visit that the comment is about",
            origin=Origin.COLLECTED,
        ),
        COVAL=translated("coding.ENGLISH", original="co.COMMENT"),
        CODTC=date("co.CODAT", DMY),
        dropped=administrative("co", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        left_out=unused,
    )
