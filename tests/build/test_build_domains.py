"""Datasets of the shipped trial that come from forms of the site, counted against the raw files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from il2cdisc.transport.xpt import read_xpt

ROOT = Path(__file__).parents[2]


def raw(form: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "raw" / "edc" / f"{form}.csv", dtype="str", encoding="utf-8")


def frame(built: Path, name: str) -> pd.DataFrame:
    return read_xpt(built / "sdtm" / f"{name}.xpt").frame


def test_vital_signs(built: Path) -> None:
    form, vs = raw("vs"), frame(built, "vs")
    fields = "SYSBP DIABP PULSE TEMPC WEIGHT HEIGHT SYSBP60 DIABP60 PULSE60 TEMPC60".split()  # noqa: SIM905
    cells = form[fields].stack().dropna()
    words = cells.isin(["ND", "n.d.", "999"])
    assert vs["VSORRES"].notna().sum() == (~words).sum()
    blank = form.loc[form["VSYN"] == "S", ["SYSBP", "DIABP", "PULSE", "TEMPC"]].isna().to_numpy().sum()
    not_done = (form["VSYN"] == "N").sum()
    assert (vs["VSSTAT"] == "NOT DONE").sum() == words.sum() + blank + not_done
    after = vs["VSTPT"] == "60 MIN POST-DOSE"
    assert (vs.loc[after, "VSDTC"] > vs.loc[after, "VSRFTDTC"]).all()
    before = (vs["VSTPT"] == "PRE-DOSE") & vs["VSRFTDTC"].notna()
    assert (vs.loc[before, "VSDTC"] < vs.loc[before, "VSRFTDTC"]).all()
    # one baseline a subject and test, whatever its time point
    flagged = vs[vs["VSLOBXFL"] == "Y"]
    assert not flagged.duplicated(["USUBJID", "VSTESTCD"]).any()
    assert len(flagged) == 36 * 6


def test_medication_and_medical_history(built: Path) -> None:
    cm, mh = frame(built, "cm"), frame(built, "mh")
    form = raw("cm")
    assert len(cm) == (form["CMYN"] == "S").sum()
    assert (cm["CMENRTPT"] == "ONGOING").sum() == (form["CMONGO"] == "S").sum()
    supp = frame(built, "suppcm")
    related = frame(built, "relrec")
    treated = related[related["RELID"].str.startswith("AE-CM")]
    assert (treated["RDOMAIN"] == "CM").sum() == form["CMAENO"].notna().sum()
    assert (supp["QNAM"] == "CMTRTOR").sum() == len(cm)
    assert set(supp.loc[supp["QNAM"] == "CMSTDTOR", "QVAL"]) == {"UNK/2021", "UNK/2013", "31/04/2022"}
    general = mh["MHCAT"] == "GENERAL MEDICAL HISTORY"
    assert general.sum() == (raw("mh")["MHYN"] == "S").sum()
    interviews = len(raw("psyhx"))
    diagnoses = mh[mh["MHSCAT"] == "PRIMARY DIAGNOSIS"]
    assert len(diagnoses) == diagnoses["USUBJID"].nunique() == interviews
    assert len(frame(built, "sc")) == 5 * interviews
    assert len(frame(built, "pr")) == interviews


def test_forms_of_which_every_line_or_cell_is_a_record(built: Path) -> None:
    criteria = raw("ie").filter(regex=r"^(IN|EX)\d\d$")
    failed = (criteria.filter(like="IN") == "N").sum().sum() + (criteria.filter(like="EX") == "S").sum().sum()
    assert len(frame(built, "ie")) == failed
    assert len(frame(built, "dv")) == len(raw("dv"))
    assert len(frame(built, "su")) == 3 * len(raw("su"))
    systems = raw("pe")
    done = systems["PEYN"] == "S"
    pe = frame(built, "pe")
    assert len(pe) == 9 * done.sum() + (~done).sum()
    abnormal = systems.filter(regex="^PE(GEN|SKIN|HEENT|CARD|RESP|ABD|LYMPH|MSK|NEURO)$") == "A"
    assert (~pe["PEORRES"].isin(["NORMAL"]) & pe["PEORRES"].notna()).sum() == abnormal.sum().sum()
    form, eg = raw("eg"), frame(built, "eg")
    done = form["EGYN"] == "S"
    assert len(eg) == 6 * done.sum() + form["EGDESC"].notna().sum() + (~done).sum()


def test_a_long_comment_goes_on_in_a_second_variable(built: Path) -> None:
    co = frame(built, "co")
    long = co[co["COVAL1"].notna()]
    whole = long["COVAL"] + " " + long["COVAL1"]
    words = pd.read_csv(ROOT / "raw" / "coding" / "coding.csv", dtype="str", encoding="utf-8")
    english = words.loc[words["FORM"] == "CO", "ENGLISH"]
    assert set(whole) == set(english[english.str.len() > 200])
    assert len(co) == len(raw("co"))


def test_clinical_scales(built: Path) -> None:
    rs = frame(built, "rs")
    count = rs.groupby("RSCAT")["RSTESTCD"].nunique().to_dict()
    assert count == {"HAMD 21": 24, "MADRS": 11, "YMRS": 12}
    for category, total in (("MADRS", "MADRS111"), ("YMRS", "YMRS112")):
        scale = rs[rs["RSCAT"] == category]
        items = scale[scale["RSTESTCD"] != total].groupby(["USUBJID", "VISITNUM"])["RSSTRESN"].sum()
        totals = scale[scale["RSTESTCD"] == total].set_index(["USUBJID", "VISITNUM"])["RSSTRESN"]
        assert (items == totals.reindex(items.index)).mean() > 0.98
