"""The built trial: the analysis datasets against its SDTM, counted again in plain pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.transport.xpt import read_xpt

EPOCH = pd.Timestamp("1960-01-01")
# dataset → where its items come from: domain, category, total as collected, parameter of the total
SCALES = {
    "admadrs": ("rs", "RSCAT", "MADRS", "MADRS111", "MADRSTS"),
    "adymrs": ("rs", "RSCAT", "YMRS", "YMRS112", "YMRSTS"),
    "adbdi": ("qs", "QSCAT", "BECK DEPRESSION INVENTORY-II", "BDI222", "BDI2TS"),
    "adfast": ("qs", "QSCAT", "FUNCTIONING ASSESSMENT SHORT TEST", "FASTTOT", "FASTTS"),
}
FINDINGS = {"advs": "vs", "adeg": "eg", "adcyt": "lb"}


@pytest.fixture(scope="session")
def read(shipped_outputs: Path):
    """A dataset of the built trial by its name; empty texts are missing."""
    frames: dict[str, pd.DataFrame] = {}

    def one(name: str) -> pd.DataFrame:
        if name not in frames:
            folder = "adam" if name.startswith("ad") else "sdtm"
            found = read_xpt(shipped_outputs / folder / f"{name}.xpt").frame
            frames[name] = found.replace("", None)
        return frames[name]

    return one


def day(column: pd.Series) -> pd.Series:
    """Days since 1960 of complete ISO 8601 dates."""
    complete = column.where(column.str.len() >= 10).str.slice(0, 10)
    return (pd.to_datetime(complete, format="%Y-%m-%d") - EPOCH).dt.days.astype("float64")


@pytest.mark.parametrize("name", SCALES)
def test_scales(read, name):
    domain, category, text, collected, total = SCALES[name]
    prefix = domain.upper()
    source = read(domain)
    source = source[(source[category] == text) & source[f"{prefix}STRESN"].notna()]
    out = read(name)
    items = out[out["PARCAT1"] == "ITEM"]
    wanted = source[source[f"{prefix}TESTCD"] != collected]
    assert len(items) == len(wanted)
    both = items.merge(
        wanted, left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", f"{prefix}SEQ"], validate="1:1"
    )
    assert (both["AVAL"] == both[f"{prefix}STRESN"]).all()
    assert (both["PARAMCD"] == both[f"{prefix}TESTCD"]).all()
    assert np.array_equal(both["ADT"], day(both[f"{prefix}DTC"]))
    key = ["USUBJID", "VISITNUM"]
    sums = wanted.groupby(key)[f"{prefix}STRESN"].sum()
    totals = out[out["PARAMCD"] == total].set_index(key)["AVAL"]
    assert len(totals) == len(sums)
    assert (totals.sort_index() == sums.sort_index()).all()  # no item of these is missing


def test_findings_keep_every_record(read):
    for name, domain in FINDINGS.items():
        out, prefix = read(name), domain.upper()
        source = read(domain)
        codes = out.loc[out[f"{prefix}SEQ"].notna(), "PARAMCD"].unique()
        wanted = source[source[f"{prefix}TESTCD"].isin(codes)]
        if domain == "lb":
            wanted = wanted[wanted["LBCAT"] == "CYTOKINES"]
        rows = out[out["PARAMCD"].isin(wanted[f"{prefix}TESTCD"].unique()) & out[f"{prefix}SEQ"].notna()]
        assert sorted(zip(rows["USUBJID"], rows[f"{prefix}SEQ"], strict=True)) == sorted(
            zip(wanted["USUBJID"], wanted[f"{prefix}SEQ"], strict=True)
        ), name


def test_cytokines_are_in_one_dataset(read):
    names = set(read("lb").query("LBCAT == 'CYTOKINES'")["LBTESTCD"])
    assert len(names) == 12
    assert not names & set(read("adlb")["PARAMCD"])
    out = read("adcyt")
    assert names == set(out.loc[out["PARCAT1"] == "AS MEASURED", "PARAMCD"])
    below = read("lb").query("LBCAT == 'CYTOKINES' and LBSTRESC.str.startswith('<')", engine="python")
    halved = out[(out["DTYPE"] == "HALFLLOQ") & (out["PARCAT1"] == "AS MEASURED")]
    assert len(halved) == len(below) > 0
    assert halved["AVAL"].sum() == pytest.approx(below["LBLLOQ"].sum() / 2)
    placed = out[out["AVISIT"].isin(["Day 5", "Day 29", "Day 60"])]
    for visit, (low, high) in {"Day 5": (4, 6), "Day 29": (26, 32), "Day 60": (53, 67)}.items():
        assert placed.loc[placed["AVISIT"] == visit, "ADY"].between(low, high).all()
    pairs = out[out["PARCAT1"] == "AS MEASURED"].merge(
        out.assign(PARAMCD=out["PARAMCD"].str.removesuffix("L")).query("PARCAT1 == 'NATURAL LOG'"),
        on=["USUBJID", "PARAMCD", "LBSEQ"],
        suffixes=("", "_log"),
    )
    assert len(pairs) == len(out) / 2
    assert np.allclose(np.log(pairs["AVAL"]), pairs["AVAL_log"])


def test_medication_against_the_dates_of_cm(read):
    cm, dm, out = read("cm"), read("dm"), read("adcm")
    assert len(out) == len(cm)
    rows = cm.merge(dm[["USUBJID", "RFXSTDTC"]], on="USUBJID")
    first = rows["RFXSTDTC"].str.slice(0, 10)
    ended = rows["CMENDTC"].str.slice(0, 10) < first  # all ends of this trial are complete
    assert cm["CMENDTC"].dropna().str.len().eq(10).all()
    prior, concomitant = first.notna() & ended, first.notna() & ~ended
    assert (out["PREFL"] == "Y").sum() == prior.sum()
    assert (out["CONCOMFL"] == "Y").sum() == concomitant.sum() > 90
    flagged = out[out["PREFL"].eq("Y") | out["CONCOMFL"].eq("Y")]
    assert set(flagged["SAFFL"]) == {"Y"}
    subjects = rows[concomitant].groupby("USUBJID")["CMDECOD"].nunique()
    assert out.loc[out["AOCCPFL"] == "Y"].groupby("USUBJID").size().to_dict() == subjects.to_dict()


def test_history_against_mh(read):
    mh, out = read("mh"), read("admh")
    assert len(out) == len(mh)
    denied = out["MHOCCUR"] == "N"
    assert denied.sum() == (mh["MHOCCUR"] == "N").sum() > 0
    assert out.loc[denied, ["PREFL", "CONCOMFL", "AOCCPFL"]].isna().all(axis=None)
    dosed = out["TRTSDT"].notna() & ~denied
    assert (out.loc[dosed, "PREFL"].eq("Y") ^ out.loc[dosed, "CONCOMFL"].eq("Y")).all()


def test_exposure_against_ex_and_ec(read):
    ex, ec, adsl, out = read("ex"), read("ec"), read("adsl").set_index("USUBJID"), read("adex")
    given = ec[ec["ECOCCUR"] == "Y"]
    found = {code: rows.set_index("USUBJID")["AVAL"] for code, rows in out.groupby("PARAMCD")}
    assert len(found["DOSE"]) == len(ex)
    assert len(found["VOLUME"]) == len(given)
    assert len(found["NDOSE"]) == (adsl["SAFFL"] == "Y").sum() == 36
    dosed = adsl[adsl["SAFFL"] == "Y"]
    assert found["NDOSE"].to_dict() == dosed["NDOSES"].to_dict()
    assert found["TDURD"].to_dict() == dosed["TRTDURD"].to_dict()
    assert found["TDOSE"].to_dict() == ex.groupby("USUBJID")["EXDOSE"].sum().to_dict()
    assert found["TVOL"].to_dict() == pytest.approx(given.groupby("USUBJID")["ECDOSE"].sum().to_dict())
    assert found["NMISS"].sum() == (ec["ECOCCUR"] == "N").sum() == 1
    assert found["COMPL"].to_dict() == (100 * dosed["NDOSES"] / 9).to_dict()
    parts = found["NDOSEIND"] + found["NDOSEMNT"]
    assert parts.to_dict() == found["NDOSE"].to_dict()


def test_vital_signs_stand_for_one_visit_and_time_point(read):
    out, vs = read("advs"), read("vs")
    chosen = out[out["ANL01FL"] == "Y"].assign(ATPT=lambda f: f["ATPT"].fillna(""))
    key = ["USUBJID", "PARAMCD", "AVISIT"]
    assert not chosen.duplicated([*key, "ATPT"]).any()
    # of a visit at most one record is before the injection of its day and one after
    assert not chosen[chosen["ATPT"] != "60 MIN POST-DOSE"].duplicated(key).any()
    baseline = out[out["ABLFL"] == "Y"]
    assert not baseline.duplicated(["USUBJID", "PARAMCD"]).any()
    assert set(baseline["ATPT"].dropna()) == {"PRE-DOSE"}
    values = vs[vs["VSSTRESN"].notna()].assign(VSTPT=lambda f: f["VSTPT"].fillna(""))
    at = ["USUBJID", "VISITNUM", "VSDTC", "VSTPT"]
    wide = values.drop_duplicates([*at, "VSTESTCD"]).set_index([*at, "VSTESTCD"])["VSSTRESN"].unstack()
    pressure = ((2 * wide["DIABP"] + wide["SYSBP"]) / 3).dropna()
    found = out.loc[out["PARAMCD"] == "MAP", "AVAL"]
    assert len(found) == len(pressure) > 600
    assert np.allclose(np.sort(found), np.sort(pressure))
    height = values[values["VSTESTCD"] == "HEIGHT"].set_index("USUBJID")["VSSTRESN"]
    weight = values[values["VSTESTCD"] == "WEIGHT"]
    index = weight["VSSTRESN"] / (weight["USUBJID"].map(height) / 100) ** 2
    assert np.allclose(np.sort(out.loc[out["PARAMCD"] == "BMI", "AVAL"]), np.sort(index))


def test_suicidality_against_the_score_of_the_form(read):
    out, qs = read("adcssrs"), read("qs")
    scored = qs[qs["QSTESTCD"].isin(["CSS0106", "CSS0206"]) & qs["QSSTRESN"].notna()]
    observed = out[(out["PARAMCD"] == "CSIDEA") & out["DTYPE"].isna()]
    key = ["USUBJID", "VISITNUM"]
    both = observed.merge(scored, on=key, validate="1:1")
    assert len(both) == len(scored) == len(observed)
    assert (both["AVAL"] == both["QSSTRESN"]).all()
    after = both[both["VISITNUM"] > 1]
    worst = out[(out["PARAMCD"] == "CSIDEA") & (out["DTYPE"] == "MAXIMUM")].set_index("USUBJID")["AVAL"]
    assert worst.to_dict() == after.groupby("USUBJID")["QSSTRESN"].max().to_dict()
    assert len(worst) == 36


def test_rules_of_every_findings_dataset(read):
    for name in ("advs", "adeg", "adcyt", "admadrs", "adymrs", "adbdi", "adcgi", "adfast", "adcssrs"):
        out = read(name)
        key = ["USUBJID", "PARAMCD"]
        baseline = out[out["ABLFL"] == "Y"]
        assert not baseline.duplicated(key).any(), name
        assert (baseline["BASE"] == baseline["AVAL"]).all(), name
        assert (out.groupby(key)["BASE"].nunique() <= 1).all(), name
        changed = out[out["CHG"].notna()]
        assert len(changed) > 0, name
        assert np.allclose(changed["CHG"], changed["AVAL"] - changed["BASE"], rtol=1e-10), name
        assert (changed["ADY"] >= 1).all(), name
        placed = out[out["AWU"].notna()]
        assert (placed["ADY"] <= placed["AWHI"]).all(), name
        assert ((placed["ADY"] >= placed["AWLO"]) | placed["AWLO"].isna()).all(), name
        for one, other in (("PARAMCD", "PARAM"), ("PARAMCD", "PARAMN"), ("AVISIT", "AVISITN")):
            pairs = out[[one, other]].dropna().drop_duplicates()
            assert pairs[one].is_unique, name
            assert pairs[other].is_unique, name
        analysed = out[(out["ANL01FL"] == "Y") & out["AWU"].notna()]
        point = ["ATPT"] if name == "advs" else []
        assert not analysed.duplicated([*key, "AVISIT", *point]).any(), name
        for number in range(1, 6):
            if f"CRIT{number}" in out:
                unflagged = out[f"CRIT{number}"].isna() & out[f"CRIT{number}FL"].notna()
                assert not unflagged.any(), name
