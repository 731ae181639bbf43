"""CO: comments of the site, from a form of their own, in English; a long one goes on in a second record."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.origins import Origin
from il2cdisc.sdtm import Mapped, dataset, date, derived, in_pieces, subject, translated
from mappings.common import DMY, administrative, in_english, with_visit


def co(raw_co: pd.DataFrame, raw_sv: pd.DataFrame, raw_coding: pd.DataFrame) -> Mapped:
    """Comments: one record per comment, or per 200 bytes of it, per subject."""
    rows, unused = in_english(with_visit(raw_co, "co.VISIT", raw_sv), "co.COMMENT", raw_coding, "CO")
    english = rows["coding.ENGLISH"].notna()
    rows = in_pieces(rows.assign(text=rows["coding.ENGLISH"].mask(~english, rows["co.COMMENT"])), "text")
    english = rows["coding.ENGLISH"].notna()
    rows = rows.assign(
        **{
            "coding.ENGLISH": rows["text"].where(english),
            "co.COMMENT": rows["text"].mask(english, rows["co.COMMENT"]),
        }
    )
    return dataset(
        "CO",
        rows,
        USUBJID=subject(),
        COREF=derived(
            reference,
            sources=["co.COFORM", "co.VISIT"],
            rule="form and visit that the comment is about, and which piece of it this is",
            origin=Origin.COLLECTED,
        ),
        COVAL=translated("coding.ENGLISH", original="co.COMMENT"),
        CODTC=date("co.CODAT", DMY),
        dropped=administrative("co", "SITENO", "SUBJID", "COMPBY", "QRYSTAT"),
        left_out=unused,
    )


def reference(rows: pd.DataFrame) -> pd.Series:
    """`VS, DAY 8`; of a comment in pieces `VS, DAY 8 (1 OF 2)`."""
    about = rows["co.COFORM"].str.upper() + ", " + rows["visit"]
    piece = " (" + rows["piece"].astype("str") + " OF " + rows["pieces"].astype("str") + ")"
    return about.mask(rows["pieces"] > 1, about + piece)
