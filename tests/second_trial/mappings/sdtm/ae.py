"""AE: adverse events with toxicity grades, coded with an invented dictionary."""

from __future__ import annotations

import pandas as pd

from il2cdisc.sdtm import (
    Mapped,
    Origin,
    collected,
    constant,
    dataset,
    date,
    decoded,
    derived,
    mapped,
    subject,
)
from mappings.common import SITE_DATE, key


def ae(raw_events: pd.DataFrame) -> Mapped:
    """Adverse events: one record per event per patient."""
    return dataset(
        "AE",
        raw_events,
        USUBJID=subject(),
        AESPID=collected("events.event_no"),
        AETERM=collected("events.event_txt"),
        AEDECOD=collected("events.coded_txt", origin=Origin.ASSIGNED),
        AEBODSYS=collected("events.system_txt", origin=Origin.ASSIGNED),
        AESOC=collected("events.system_txt", origin=Origin.ASSIGNED),
        AESER=mapped("events.serious_yn", codelist="NY"),
        AEACN=mapped("events.action_txt", codelist="ACN"),
        AEREL=mapped("events.caused_txt", codelist="AEREL"),
        AEOUT=mapped("events.result_txt", codelist="OUT"),
        AETOXGR=collected("events.ctc_grade"),
        AESTDTC=date("events.began_on", SITE_DATE),
        AEENDTC=date("events.ceased_on", SITE_DATE),
        AEENRTPT=derived(
            lambda f: decoded(f, "events.ongoing_yn", {"yes": "ONGOING", "no": None}),
            sources=["events.ongoing_yn"],
            rule="ONGOING when the centre says so",
            origin=Origin.COLLECTED,
        ),
        AEENTPT=constant("END OF PARTICIPATION"),
        dropped=key("events"),
    )
