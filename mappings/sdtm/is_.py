"""IS: antibodies to thyroid tissue, from the hospital laboratory's sheet of thyroid tests."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    by_field,
    collected,
    constant,
    dataset,
    date,
    gather,
    limit_below,
    mapped,
    prepared,
    subject,
)
from mappings.common import administrative, result, status, visit, with_visit
from mappings.sdtm.lb import EXCEL, limits_of, no_result

BINDING_AGENT = {"lbthy.ATPO": "THYROID PEROXIDASE", "lbthy.ATG": "THYROGLOBULIN"}
SUBCATEGORY = {field: f"{agent} ANTIBODIES" for field, agent in BINDING_AGENT.items()}
UPPER_LIMIT = {"lbthy.ATPO": "lbthy.ATPOHI", "lbthy.ATG": "lbthy.ATGHI"}


def is_(raw_lbthy: pd.DataFrame, raw_sv: pd.DataFrame) -> Mapped:
    """Immunogenicity specimens: one record per antibody per sample per visit per subject."""
    fields, limits = list(BINDING_AGENT), list(UPPER_LIMIT.values())
    rows = gather(with_visit(raw_lbthy, "lbthy.VISIT", raw_sv), fields=fields)
    known = result(rows["value"])
    words = rows["value"].notna() & known.isna()
    _, high = limits_of(rows, {field: (limit, limit) for field, limit in UPPER_LIMIT.items()})
    rows = rows.assign(
        result=known,
        high=high,
        reason=no_result(rows["value"], rows["lbthy.LBNOTE"], words),
        unit=pd.Series("IU/mL", index=rows.index, dtype="str").where(known.notna()),
    )
    return dataset(
        "IS",
        rows,
        USUBJID=subject(),
        ISREFID=collected("lbthy.LBACCNO"),
        ISTESTCD=constant("ATAB"),
        ISBDAGNT=by_field(BINDING_AGENT),
        ISCAT=constant("AUTOANTIBODIES"),
        ISSCAT=by_field(SUBCATEGORY),
        ISORRES=prepared(
            "result", sources=fields, rule="words for no result taken out", origin=Origin.COLLECTED
        ),
        ISORRESU=mapped("unit", codelist="UNIT", sources=fields),
        ISORNRHI=prepared("high", sources=limits, rule="limit of the antibody", origin=Origin.COLLECTED),
        ISLLOQ=limit_below("result", sources=fields),
        ISSTAT=status("result", sources=fields),
        ISREASND=prepared("reason", sources=[*fields, "lbthy.LBNOTE"], rule="why there is no result"),
        ISNAM=constant("HOSPITAL LABORATORY"),
        ISSPEC=constant("SERUM"),
        VISIT=visit("lbthy.VISIT"),
        ISDTC=date("lbthy.LBDAT", EXCEL, time="lbthy.LBTIM"),
        dropped=administrative("lbthy", "SUBJID"),
    )
