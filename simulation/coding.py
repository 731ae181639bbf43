"""Coding: the verbatims of the forms with their translation and invented term."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

VERBATIMS = {
    "AE": ("ae", "AETERM"),
    "CM": ("cm", "CMTRT"),
    "MH": ("mh", "MHTERM"),
    "DV": ("dv", "DVTERM"),
    "CO": ("co", "COMMENT"),
    "PE": ("pe", "PEDESC"),
    "EG": ("eg", "EGDESC"),
    "SV": ("sv", "SVUPDES"),
    "DS": ("ds", "DSSPEC"),
}
Words = dict[str, dict[str, list[str]]]


def read_vocabulary(path: Path) -> pd.DataFrame:
    """Return the vocabulary: form, concept, verbatim, english, term, class."""
    with path.open(encoding="utf-8", newline="") as lines:
        return pd.DataFrame(list(csv.DictReader(lines)))


def words_of(vocabulary: pd.DataFrame) -> Words:
    """Return form → concept → its verbatims, typing errors apart (their concept ends in /typo)."""
    words: Words = {}
    for form, concept, verbatim in zip(
        vocabulary["form"], vocabulary["concept"], vocabulary["verbatim"], strict=True
    ):
        words.setdefault(form, {}).setdefault(concept, []).append(verbatim)
    return words


def coded(vocabulary: pd.DataFrame, forms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the coding of every verbatim that the forms hold and the vocabulary knows."""
    used = pd.concat(
        [
            pd.DataFrame({"form": code, "verbatim": forms[form][column].drop_duplicates()})
            for code, (form, column) in VERBATIMS.items()
        ]
    )
    rows = vocabulary.merge(used, on=["form", "verbatim"], how="inner", validate="one_to_one")
    rows = rows.rename(
        columns={
            "form": "FORM",
            "verbatim": "VERBATIM",
            "english": "ENGLISH",
            "term": "CODTERM",
            "class": "CODCLASS",
        }
    )
    rows["DICT"] = rows["CODTERM"].map(lambda term: "SYNTH-DICT" if term else "")
    rows["DICTVER"] = rows["CODTERM"].map(lambda term: "1.0" if term else "")
    rows["TRANSL"] = ["TR1" if len(text) % 3 else "TR2" for text in rows["VERBATIM"]]
    rows["CODDAT"] = pd.Timestamp("2023-04-14") + pd.to_timedelta(rows["VERBATIM"].str.len() % 10, unit="D")
    return rows
