"""Each intercurrent event of the built trial changes the flag of as many subjects as ADICE says, by arm."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat

STRATEGY = {"E3STRAT": "HYPOTHETICAL", "E4STRAT": "COMPOSITE VARIABLE"}


def dataset(outputs: Path, name: str) -> pd.DataFrame:
    return pyreadstat.read_xport(str(outputs / "adam" / f"{name}.xpt"))[0]


def by_event_and_arm(rows: pd.DataFrame, event: str) -> dict[tuple[str, str], int]:
    """Subjects by event and arm."""
    return rows.groupby([event, "TRTP"])["USUBJID"].nunique().to_dict()


def test_hypothetical_events_leave_out_what_follows_them(shipped_outputs: Path) -> None:
    events, scale = dataset(shipped_outputs, "adice"), dataset(shipped_outputs, "adhamd")
    own = events[events["E3STRAT"] == STRATEGY["E3STRAT"]].sort_values("ASTDT")
    first = own.drop_duplicates("USUBJID")[["USUBJID", "ICETERM", "ASTDT"]]
    used = scale[scale["ANL03FL"] == "Y"].merge(first, on="USUBJID", suffixes=("", "_EVENT"))
    expected = by_event_and_arm(used[used["ADT"] > used["ASTDT"]], "ICETERM")
    changed = scale[(scale["ANL03FL"] == "Y") & (scale["ANL04FL"] != "Y")]
    assert by_event_and_arm(changed, "ANL04RS") == expected
    assert sum(expected.values()) == 2
    assert not ((scale["ANL04FL"] == "Y") & (scale["ANL03FL"] != "Y")).any()


def test_treatment_policy_changes_no_flag(shipped_outputs: Path) -> None:
    events, cells = dataset(shipped_outputs, "adice"), dataset(shipped_outputs, "adcp")
    ignored = events.loc[events["E1STRAT"] == "TREATMENT POLICY", "USUBJID"]
    day5 = cells[(cells["PARAMCD"] == "TLHRTLHL") & (cells["AVISIT"] == "Day 5") & (cells["ANL01FL"] == "Y")]
    assert len(ignored) > 0
    assert (day5.loc[day5["USUBJID"].isin(ignored), "ANL02FL"] == "Y").all()


def test_composite_events_are_non_response_in_every_draw(shipped_outputs: Path) -> None:
    events, draws = dataset(shipped_outputs, "adice"), dataset(shipped_outputs, "adhdmi")
    own = events[events["E4STRAT"] == STRATEGY["E4STRAT"]]
    response = draws[draws["ANL01FL"] == "Y"]
    composite = response[response["DTYPE"] == "COMPOSITE"]
    assert set(composite["USUBJID"]) == set(own["USUBJID"])
    assert by_event_and_arm(composite, "DTYPE") == by_event_and_arm(own.assign(DTYPE="COMPOSITE"), "DTYPE")
    assert (composite["AVAL"] == 0).all()
    assert response.groupby("USUBJID").size().eq(100).all()
