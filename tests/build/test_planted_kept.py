"""Planted entries that are no finding: what becomes of each in the datasets, found by lineage."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from il2cdisc.trace.store import Lineage
from il2cdisc.transport.xpt import read_xpt

ROOT = Path(__file__).parents[2]
PLANTED = tomllib.loads((ROOT / "tests" / "planted.toml").read_text())["planted"]
KEPT = [entry for entry in PLANTED if not entry["finding"]]


@dataclass(frozen=True)
class Built:
    """Files and lineage of a build."""

    folder: Path
    lineage: Lineage

    def data(self, name: str) -> pd.DataFrame:
        place = self.folder / ("adam" if name.startswith("AD") else "sdtm") / f"{name.lower()}.xpt"
        return read_xpt(place).frame

    def of_subject(self, name: str, entry: dict[str, Any]) -> pd.DataFrame:
        data = self.data(name)
        return data[data["USUBJID"].str.endswith(entry["subject"])]

    def made_of(self, name: str, entry: dict[str, Any], *, field: bool = False) -> pd.DataFrame:
        """Records of a dataset made of the entry's raw record; `field`: of its column alone."""
        form = (entry.get("sheet") or Path(entry["file"]).stem).lower()
        places = self.lineage.places(form)
        (row,) = places.loc[places["line"] == entry["line"], "id"]
        edges = self.lineage.edges(name)
        mine = edges[(edges["source"] == form) & (edges["id"] == row)]
        if field:
            mine = mine[mine["field"] == f"{form}.{entry['column']}"]
        return self.data(name).iloc[sorted(set(mine["row"]))]


@pytest.fixture(scope="session")
def outputs(built: Path) -> Built:
    return Built(built, Lineage(built / "lineage"))


FORMS = {
    "bdi": "QS",
    "cgi": "QS",
    "cssrs": "QS",
    "fast": "QS",
    "eg": "EG",
    "pe": "PE",
    "ua": "LB",
    "vs": "VS",
}


def form_not_done(outputs: Built, entry: dict[str, Any]) -> None:
    name = FORMS[Path(entry["file"]).stem]
    records = outputs.made_of(name, entry)
    assert len(records)
    assert (records[f"{name}STAT"] == "NOT DONE").all()
    assert records[f"{name}REASND"].notna().all()
    assert records[f"{name}ORRES"].isna().all()


def blank(outputs: Built, entry: dict[str, Any]) -> None:
    name = FORMS.get(Path(entry["file"]).stem, "LB")
    records = outputs.made_of(name, entry, field=True)
    assert records[f"{name}STAT"].tolist() == ["NOT DONE"]
    assert records[f"{name}ORRES"].isna().all()


def drug_typo(outputs: Built, entry: dict[str, Any]) -> None:
    records = outputs.made_of("CM", entry)
    data = outputs.data("CM")
    (substance,) = records["CMDECOD"].dropna()
    assert (data["CMDECOD"] == substance).sum() > 1, "others, spelled well, have the same substance"


def prohibited_medication(outputs: Built, entry: dict[str, Any]) -> None:
    assert len(outputs.made_of("CM", entry)) == 1
    assert outputs.of_subject("ADSL", entry)["PPROTFL"].tolist() == ["N"]


def late_dose(outputs: Built, entry: dict[str, Any]) -> None:
    (given,) = outputs.made_of("EX", entry).to_dict("records")
    visits = outputs.of_subject("SV", entry)
    (planned,) = visits.loc[visits["SVSTDTC"] == given["EXSTDTC"][:10], "VISITDY"]
    assert given["EXSTDY"] == planned + 2


def missed_dose(outputs: Built, entry: dict[str, Any]) -> None:
    (missed,) = outputs.made_of("EC", entry).to_dict("records")
    assert missed["ECOCCUR"] == "N"
    assert outputs.made_of("EX", entry).empty
    supplement = outputs.of_subject("SUPPEC", entry) if "SUPPEC" in names(outputs) else pd.DataFrame()
    reasons = [missed.get("ECREASOC"), *supplement.get("QVAL", [])]
    assert any(isinstance(reason, str) for reason in reasons)


def names(outputs: Built) -> set[str]:
    return {path.stem.upper() for path in (outputs.folder / "sdtm").glob("*.xpt")}


def withdrew_consent(outputs: Built, entry: dict[str, Any]) -> None:
    assert outputs.made_of("SV", entry)["VISIT"].tolist() == ["EARLY TERMINATION"]
    assert "WITHDRAWAL BY SUBJECT" in set(outputs.of_subject("DS", entry)["DSDECOD"])


def lost_to_follow_up(outputs: Built, entry: dict[str, Any]) -> None:
    assert outputs.made_of("SV", entry)[["VISIT", "SVOCCUR"]].values.tolist() == [["DAY 60", "N"]]
    assert "LOST TO FOLLOW-UP" in set(outputs.of_subject("DS", entry)["DSDECOD"])


def clotted_tube(outputs: Built, entry: dict[str, Any]) -> None:
    (tube,) = outputs.made_of("CP", entry)["CPREFID"].unique()
    records = outputs.of_subject("CP", entry)
    records = records[records["CPREFID"] == tube]
    assert set(records["CPSTAT"]) == {"NOT DONE"}
    assert set(records["CPREASND"]) == {"SAMPLE CLOTTED"}


def flow_not_done(outputs: Built, entry: dict[str, Any]) -> None:
    (record,) = outputs.made_of("CP", entry).to_dict("records")
    assert (record["CPTESTCD"], record["CPSTAT"]) == ("CPALL", "NOT DONE")
    others = outputs.of_subject("CP", entry)
    assert (others["VISITNUM"] == record["VISITNUM"]).sum() == 1


def unit_changed(outputs: Built, entry: dict[str, Any]) -> None:
    records = outputs.data("LB").query("LBTESTCD == 'CREAT' and LBORRES.notna()")
    edges = outputs.lineage.edges("LB").query("source == 'lbchem'").drop_duplicates("row").set_index("row")
    places = outputs.lineage.places("lbchem").set_index("id")["line"]
    lines = edges.loc[records.index, "id"].map(places)
    after = lines >= entry["line"]
    assert set(records.loc[after, "LBORRESU"]) == {entry["value"]}
    assert set(records.loc[~after, "LBORRESU"]) == {"mg/dL"}
    assert set(records["LBSTRESU"]) == {entry["value"]}


def haemolysed(outputs: Built, entry: dict[str, Any]) -> None:
    records = outputs.made_of("LB", entry)
    spoilt = records[records["LBSTAT"] == "NOT DONE"]
    assert set(spoilt["LBTESTCD"]) == {"K", "AST", "LDH"}
    assert set(spoilt["LBREASND"]) == {"SAMPLE HEMOLYZED"}


CASES: dict[str, Callable[[Built, dict[str, Any]], None]] = {
    function.__name__: function
    for function in (
        form_not_done, blank, drug_typo, prohibited_medication, late_dose, missed_dose, withdrew_consent,
        lost_to_follow_up, clotted_tube, flow_not_done, unit_changed, haemolysed,
    )
}  # fmt: skip


@pytest.mark.parametrize(
    "entry", KEPT, ids=lambda e: f"{e['kind']}:{Path(e['file']).name}:{e.get('sheet', '')}{e['line']}"
)
def test_what_becomes_of_it(entry: dict[str, Any], outputs: Built) -> None:
    CASES[entry["kind"]](outputs, entry)
