"""Whatever is written as the workbook says has no findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

subjects = st.lists(st.integers(1, 999), min_size=1, max_size=6, unique=True).map(sorted)
events = st.lists(
    st.tuples(
        st.text(st.characters(codec="ascii", categories=("Lu", "Nd", "Pd")), min_size=1, max_size=40),
        st.sampled_from(["MILD", "MODERATE", "SEVERE"]),
        st.dates().map(str)
        | st.datetimes().map(lambda x: x.isoformat()[:16])
        | st.sampled_from(["2020", "2020---03"]),
        st.integers(0, 500).map("PT{}H".format) | st.none(),
    ),
    max_size=5,
    unique_by=lambda event: event[0],
).map(lambda items: sorted(items, key=lambda event: event[0]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), numbers=subjects)
def test_a_clean_dataset_has_no_findings(
    data: st.DataObject, numbers: list[int], new_pack: Callable[[], Any]
) -> None:
    pack = new_pack()
    names = [f"TEST-{number:03d}" for number in numbers]
    rows = []
    for name in names:
        for seq, (term, severity, start, duration) in enumerate(data.draw(events), start=1):
            rows.append(("TEST", "AE", name, float(seq), term, severity, start, duration))
    columns = list(pack.frames["AE"].columns)
    types = pack.frames["AE"].dtypes.to_dict()
    pack.frames["AE"] = pd.DataFrame(rows, columns=columns).astype(types)
    ages = data.draw(st.lists(st.integers(18, 99), min_size=len(names), max_size=len(names)))
    dm = {
        "STUDYID": "TEST",
        "DOMAIN": "DM",
        "USUBJID": names,
        "RFSTDTC": "2020-01-01",
        "AGE": ages,
        "SEX": "U",
    }
    pack.frames["DM"] = pd.DataFrame(dm).astype(pack.frames["DM"].dtypes.to_dict())
    pack.frames["LB"]["USUBJID"] = pd.Series([names[0]] * 4, dtype="str")
    pack.frames["LB"] = pack.frames["LB"].iloc[:2].reset_index(drop=True)
    expected = {"CHK004"} if not rows else set()
    assert {item.code for item in pack.findings()} == expected
