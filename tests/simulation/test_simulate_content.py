"""What the export holds: numbers of subjects, sums of items, shares that add up, effects as they were set."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
Reader = Callable[[Path, str], pd.DataFrame]
ITEMS = {
    "hdrs": (
        "HDTOT",
        [*(f"HD{n:02d}" for n in range(1, 22) if n not in (16, 18)), "HD16A", "HD16B", "HD18B"],
    ),
    "madrs": ("MATOT", [f"MA{n:02d}" for n in range(1, 11)]),
    "ymrs": ("YMTOT", [f"YM{n:02d}" for n in range(1, 12)]),
    "bdi": ("BDTOT", [f"BD{n:02d}" for n in range(1, 22)]),
}
WITH_SITE_REACTION = {"Injection site erythema": (7, 1), "Injection site induration": (4, 0)}
WITH_SITE_REACTION |= {"Injection site pain": (3, 1), "Injection site pruritus": (2, 0)}
WITH_EVENT = WITH_SITE_REACTION | {
    "Headache": (4, 2),
    "Fatigue": (3, 1),
    "Influenza like illness": (2, 0),
    "Nausea": (2, 1),
    "Eosinophil count increased": (2, 0),
    "Nasopharyngitis": (1, 1),
    "COVID-19": (1, 0),
    "Insomnia": (1, 1),
}


def dictionary() -> list[dict[str, str]]:
    with (ROOT / "raw" / "dictionary.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


DICTIONARY = dictionary()
FORMS = list(dict.fromkeys(line["form"] for line in DICTIONARY))


def arms(root: Path, form: Reader) -> pd.Series:
    """SUBJID → arm."""
    dm, rand = form(root, "dm"), form(root, "rand")
    return dm.merge(rand, on="RANDNO").set_index("SUBJID")["ARM"]


def number(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values.astype(str).str.replace(",", "."), errors="coerce")


@pytest.mark.parametrize("name", FORMS)
def test_a_form_has_the_columns_and_the_codes_of_the_dictionary(name: str, raw: Path, form: Reader) -> None:
    lines = [line for line in DICTIONARY if line["form"] == name]
    frame = form(raw, name)
    assert list(frame.columns) == [line["column"] for line in lines]
    assert len(frame) > 0
    for line in lines:
        known = {pair.split("=")[0] for pair in line["codes"].split(";")} | {""}
        values = frame[line["column"]].dropna().astype(str).str.strip()
        if line["type"] == "code":
            assert set(values) <= known, line["column"]
        if line["type"] in ("integer", "decimal"):
            words = set(values[number(values).isna()])
            assert {word for word in words if not word.startswith("<")} <= known, line["column"]
        if line["type"] == "integer" and name not in ITEMS:
            assert not values.str.match(r"\d+\.").any(), line["column"]


def test_screened_and_randomised(raw: Path, form: Reader) -> None:
    dm, rand = form(raw, "dm"), form(raw, "rand")
    assert (len(dm), dm["SUBJID"].nunique(), int((dm["RANDNO"] != "").sum())) == (44, 44, 36)
    assert rand.groupby(["STRATUM", "ARM"]).size().to_dict() == {
        ("BD", "IL2"): 12,
        ("BD", "PBO"): 6,
        ("MDD", "IL2"): 12,
        ("MDD", "PBO"): 6,
    }
    assert (rand.groupby(["STRATUM", "BLOCKNO"])["ARM"].value_counts().unstack() == [4, 2]).all(axis=None)
    assert set(rand["RANDNO"]) == set(dm["RANDNO"]) - {""}
    dummy = form(raw, "rand_dummy")
    assert dummy.drop(columns="ARM").equals(rand.drop(columns="ARM")) and not dummy["ARM"].equals(rand["ARM"])
    sex = dm.set_index("SUBJID")["SEX"].groupby(arms(raw, form)).value_counts()
    assert (sex["IL2", "F"], sex["PBO", "F"]) == (15, 8)


def test_calendar(raw: Path, form: Reader) -> None:
    sv = form(raw, "sv")
    sv = sv[sv["SVOCC"] == "S"].assign(date=lambda frame: pd.to_datetime(frame["SVSTDAT"], format="%d/%m/%Y"))
    assert sv["date"].min() == pd.Timestamp("2021-06-14")
    assert sv["date"].max() == pd.Timestamp("2023-04-06")
    assert sv.loc[sv["VISIT"] == "Giorno 1", "date"].max() == pd.Timestamp("2023-02-06")
    assert (sv["VISIT"].value_counts()[["Giorno 5", "Giorno 29", "Giorno 60"]] == [36, 36, 34]).all()


def test_keys_link(raw: Path, form: Reader) -> None:
    samples, subjects = form(raw, "samples"), set(form(raw, "dm")["SUBJID"])
    assert samples["BARCODE"].is_unique
    for name in ("flow", "cyto"):
        assert set(form(raw, name)["BARCODE"]) <= set(samples["BARCODE"])
    for name in FORMS:
        frame = form(raw, name)
        if "SUBJID" in frame:
            assert set(frame["SUBJID"]) <= subjects, name
    coding = form(raw, "coding")
    assert not coding.duplicated(["FORM", "VERBATIM"]).any()
    assert set(form(raw, "ex")["KITNO"]) == set(form(raw, "da")["KITNO"])


@pytest.mark.parametrize(
    ("name", "wrong", "blank"), [("hdrs", 2, 1), ("madrs", 0, 0), ("ymrs", 0, 0), ("bdi", 0, 1)]
)
def test_items_sum_to_the_total(
    name: str, wrong: int, blank: int, raw: Path, large: Path, form: Reader
) -> None:
    total, items = ITEMS[name]
    for root, times in ((raw, 1), (large, 10)):
        frame = form(root, name)
        whole = frame[frame[total].notna()]
        assert int((whole[items].sum(axis=1) != whole[total]).sum()) == wrong * times
        assert int(frame[total].isna().sum()) == blank * times


def test_a_form_not_done_has_a_reason_and_no_result(raw: Path, form: Reader) -> None:
    for name, done, why, result in (("vs", "VSYN", "VSREASND", "SYSBP"), ("eg", "EGYN", "EGREASND", "EGQT")):
        frame = form(raw, name)
        assert ((frame[done] == "N") == (frame[why] != "")).all() and (frame[done] == "N").sum() == 1
        assert set(frame.loc[frame[done] == "N", result]) == {""}


def test_hdrs_skips_one_form_of_item_16_and_rates_18b_only_with_18a(large: Path, form: Reader) -> None:
    hdrs = form(large, "hdrs")
    history = hdrs["VISIT"].isin(["Screening", "Giorno 1"])
    assert (hdrs["HD16A"].notna() == history).all() and (hdrs["HD16B"].notna() != history).all()
    assert ((hdrs["HD18A"] > 0) == (hdrs["HD18B"] > 0)).all()
    assert hdrs.loc[history, "HD03"].max() < 4


def test_subjects_with_each_adverse_event(raw: Path, form: Reader) -> None:
    ae, coding = form(raw, "ae"), form(raw, "coding")
    terms = coding[coding["FORM"] == "AE"].set_index("VERBATIM")
    arm = arms(raw, form)
    ae = ae[ae["AEYN"] == "S"].assign(term=ae["AETERM"].map(terms["CODTERM"]), arm=ae["SUBJID"].map(arm))

    def subjects(rows: pd.DataFrame) -> tuple[int, int]:
        counts = rows.groupby("arm")["SUBJID"].nunique()
        return int(counts.get("IL2", 0)), int(counts.get("PBO", 0))

    assert {term: subjects(ae[ae["term"] == term]) for term in WITH_EVENT} == WITH_EVENT
    assert subjects(ae[ae["term"].isin(["Pyrexia", "Feeling hot"])]) == (2, 0)
    assert subjects(ae[ae["AEINJYN"] == "S"]) == (10, 1)
    assert set(ae.loc[ae["AEINJYN"] == "S", "term"]) == set(WITH_SITE_REACTION)
    assert subjects(ae) == (15, 6)
    assert set(ae["AESER"]) == {"N"} and set(ae["AESEV"]) == {"lieve", "moderata"}
    none = form(raw, "ae").query("AEYN == 'N'")
    assert len(none) == 36 - 21 and set(none["AETERM"]) == {""}


def test_site_checks_agree_with_reported_reactions(raw: Path, form: Reader) -> None:
    ae, site = form(raw, "ae"), form(raw, "injsite")
    linked = site[site["INJAENO"] != ""].merge(ae, left_on=["SUBJID", "INJAENO"], right_on=["SUBJID", "AENO"])
    assert len(linked) == int((site["INJAENO"] != "").sum()) > 10
    assert (linked["INJDAT"] == linked["AESTDAT"]).all() and set(linked["AEINJYN"]) == {"S"}
    cm = form(raw, "cm")
    treated = cm[cm["CMAENO"] != ""].merge(ae, left_on=["SUBJID", "CMAENO"], right_on=["SUBJID", "AENO"])
    assert len(treated) == int((cm["CMAENO"] != "").sum()) and set(treated["AECMYN"]) == {"S"}


def test_doses_and_disposition(raw: Path, form: Reader) -> None:
    ex, ds = form(raw, "ex"), form(raw, "ds")
    assert (len(ex), int((ex["EXYN"] == "N").sum())) == (36 * 9, 1)
    assert ex["KITNO"].is_unique
    ends = ds[(ds["DSPHASE"] == "STUDIO") & (ds["DSCOMP"] == "N")].set_index("DSREAS")["SUBJID"]
    arm = arms(raw, form)
    assert ends.map(arm).to_dict() == {"PERSO AL FOLLOW-UP": "IL2", "RITIRO CONSENSO": "PBO"}
    failed = ds[(ds["DSPHASE"] == "SCREENING") & (ds["DSCOMP"] == "N")]
    assert failed["DSREAS"].value_counts().to_dict() == {"CRITERI NON SODDISFATTI": 7, "RITIRO CONSENSO": 1}


def wide_flow(root: Path, form: Reader) -> pd.DataFrame:
    flow = form(root, "flow").drop_duplicates(["BARCODE", "ANALYTE"])
    flow["value"] = number(flow["RESULT"])
    wide = flow.pivot(index="BARCODE", columns="ANALYTE", values="value").dropna()
    return wide.join(form(root, "samples").set_index("BARCODE")[["SUBJID", "VISIT"]])


def test_shares_of_a_lineage_sum_to_100_and_counts_are_share_times_parent(large: Path, form: Reader) -> None:
    wide = wide_flow(large, form)
    for digit in "48":
        whole = wide[[f"{kind}{digit}_PCT" for kind in ("N", "CM", "EM", "EMRA")]].sum(axis=1)
        np.testing.assert_allclose(whole, 100, atol=1e-6)
    for parts in (("TREGA", "TREGN"), ("NKBR", "NKDIM"), ("MOC", "MOI", "MONC")):
        np.testing.assert_allclose(wide[[f"{part}_PCT" for part in parts]].sum(axis=1), 100, atol=1e-6)
    for name, parent in (("TREG", "CD4"), ("N8", "CD8"), ("TREGN", "TREG"), ("NKBR", "NK"), ("CD4", "CD3")):
        product = wide[f"{name}_PCT"] * wide[f"{parent}_ABS"] / 100
        np.testing.assert_allclose(wide[f"{name}_ABS"], product, atol=0.051)
    ratio = wide["CD4_PCT"] / wide["CD8_PCT"]
    np.testing.assert_allclose(wide["CD4CD8"], ratio, atol=0.0051)


def test_flow_and_blood_count_of_one_day_agree_but_for_the_swapped_tubes(raw: Path, form: Reader) -> None:
    wide = wide_flow(raw, form)
    blood = form(raw, "lbhem").drop_duplicates(["SUBJID", "VISIT"])
    both = wide.merge(blood, on=["SUBJID", "VISIT"])
    same = np.isclose(both["LEU_ABS"] * 1000, number(both["WBC"])) & np.isclose(
        both["LYM_ABS"], number(both["LYM"])
    )
    assert len(both) == len(wide)
    assert both.loc[~same, ["SUBJID", "VISIT"]].shape[0] == 2
    assert set(both.loc[~same, "VISIT"]) == {"Giorno 29"}


def test_effects_are_those_that_were_set(large: Path, form: Reader) -> None:
    arm = arms(large, form)
    wide = wide_flow(large, form).set_index(["SUBJID", "VISIT"])["TREG_PCT"].unstack()
    fold = pd.Series(np.log(wide["Giorno 5"] / wide["Giorno 1"])).groupby(arm).mean()
    assert fold["IL2"] == pytest.approx(np.log(1.30), abs=0.04)
    assert fold["PBO"] == pytest.approx(0.0, abs=0.04)
    hdrs = form(large, "hdrs").set_index(["SUBJID", "VISIT"])["HDTOT"].unstack()
    better = (hdrs["Giorno 1"] - hdrs["Giorno 60"]).groupby(arm).mean()
    assert better["IL2"] == pytest.approx(14.0, abs=1.0) and better["PBO"] == pytest.approx(8.5, abs=1.3)
    assert hdrs.loc[arm.index, "Giorno 1"].min() >= 16
    low = (
        form(large, "cyto")
        .assign(low=lambda frame: frame["RESULT"] == "<LLOQ")
        .groupby("ANALYTE")["low"]
        .mean()
    )
    assert low[["IL4", "IL10", "IL17A"]].between(0.05, 0.20).all() and low.max() <= 0.20


def test_units_of_creatinine_change_with_february_2022(raw: Path, form: Reader) -> None:
    chem = form(raw, "lbchem")
    chem = chem[chem["LBDAT"].str.match(r"(?!3[01]/(02|04|06|09|11)/)(?!30/02)")]
    date = pd.to_datetime(chem["LBDAT"], format="%d/%m/%Y")
    assert ((date >= pd.Timestamp("2022-02-01")) == (chem["CREATU"] == "umol/L")).all()


def test_a_large_trial_scales(raw: Path, large: Path, form: Reader) -> None:
    assert len(form(large, "dm")) == 440 and len(form(large, "rand")) == 360
    assert form(large, "rand")["ARM"].value_counts().to_dict() == {"IL2": 240, "PBO": 120}
    assert (large / "lab" / "flow_2.csv").exists() and (large / "lab" / "lab_2.xlsx").exists()
    for name in ("vs", "flow", "cyto", "lbhem", "hdrs"):
        assert len(form(large, name)) == pytest.approx(10 * len(form(raw, name)), rel=0.05)


def test_nothing_that_a_person_sees_passes_for_real(raw: Path) -> None:
    assert (raw / "README.md").read_text(encoding="utf-8").startswith("# SYNTHETIC DATA")
    assert b"SYNTHETIC DATA" in (raw / "scales" / "hdrs.sav").read_bytes()[:200]
