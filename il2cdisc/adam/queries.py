"""Customised and standardised queries: which records have a term of a query, in which scope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_absent, need_columns, refuse, text_at
from il2cdisc.adam.problems import BAD_QUERIES
from il2cdisc.base.numbers import number_text, read_number
from il2cdisc.base.problems import Problem, Stopped, did_you_mean

SCOPES = ("BROAD", "NARROW")
"""Scopes in the order of SMQzzSCN, which is 1 or 2; a narrow term is one of the broad search, too."""
_VARIABLE = re.compile(r"(?P<stem>(CQ|SMQ)\d{2})(?P<part>NAM|CD|SC|SCN)")


def derive_vars_query(
    dataset: pd.DataFrame, queries: pd.DataFrame, *, new_vars: Sequence[str], source: str = ""
) -> pd.DataFrame:
    """`dataset` with variables of queries: CQzzNAM, SMQzzNAM, SMQzzCD, SMQzzSC and SMQzzSCN.

    `queries` has a row per query and term, all columns as text or numbers (see `read_table`):

    * VARIABLE, the variable of the query's name (CQ01NAM, SMQ02NAM), QUERY, its name, and TERM;
    * SOURCE, the variable that the term is one of (AEDECOD, AELLT, AEPTCD); without the column it is
    `source`.
      Texts are compared without regard to case, numbers as numbers;
    * CODE, the number of the query, for SMQzzCD; SCOPE, NARROW or BROAD, for SMQzzSC and SMQzzSCN.

    A record of which several terms match has the scope NARROW if one of them is narrow: the broad search is
    then all records with a name, the narrow one those with the scope NARROW. Other records get missing
    values. The content of dictionaries is licensed; none comes with this function.

    Raises `Stopped` with ADM050 for a table that can't be used: a query with two names or codes, an unknown
    scope, a variable that has no row.

    >>> ae = pd.DataFrame({"AEDECOD": ["Rash", "Nausea"]})
    >>> queries = pd.DataFrame({"VARIABLE": ["CQ01NAM"], "QUERY": ["SKIN REACTION"], "TERM": ["RASH"]})
    >>> derive_vars_query(ae, queries, source="AEDECOD", new_vars=["CQ01NAM"])
      AEDECOD        CQ01NAM
    0    Rash  SKIN REACTION
    1  Nausea            NaN
    >>> scoped = pd.DataFrame({"VARIABLE": "SMQ01NAM", "QUERY": "SKIN", "TERM": ["RASH", "NAUSEA"]})
    >>> scoped = scoped.assign(SCOPE=["NARROW", "BROAD"], SOURCE="AEDECOD")
    >>> derive_vars_query(ae, scoped, new_vars=["SMQ01NAM", "SMQ01SC", "SMQ01SCN"])
      AEDECOD SMQ01NAM SMQ01SC  SMQ01SCN
    0    Rash     SKIN  NARROW       2.0
    1  Nausea     SKIN   BROAD       1.0
    """
    name = "derive_vars_query"
    need_columns(name, queries, ["VARIABLE", "QUERY", "TERM"], "queries")
    need_absent(name, dataset, new_vars)
    parts = {new: _VARIABLE.fullmatch(new) for new in new_vars}
    for new, found in parts.items():
        if found is None:
            raise refuse(name, f"{new} is not named CQzzNAM, SMQzzNAM, SMQzzCD, SMQzzSC or SMQzzSCN")
    table = queries.astype(object).where(queries.notna(), "").map(_text)
    wanted = {found["part"] for found in parts.values() if found is not None}
    needed = {"CD": ["CODE"], "SC": ["SCOPE"], "SCN": ["SCOPE"]}
    need_columns(
        name, table, [column for part in sorted(wanted) for column in needed.get(part, [])], "queries"
    )
    table["SOURCE"] = table.get("SOURCE", source)
    stems = list(dict.fromkeys(found["stem"] for found in parts.values() if found is not None))
    problems = [problem for stem in stems for problem in _faults(name, table, stem)]
    if problems:
        raise Stopped(problems)
    need_columns(name, dataset, [str(column) for column in table["SOURCE"][_of(table, stems)].unique()])
    columns: dict[str, dict[str, Any]] = {stem: _columns(dataset, table, stem) for stem in stems}
    new = {new: columns[found["stem"]][found["part"]] for new, found in parts.items() if found is not None}
    return dataset.assign(**new)


def _of(table: pd.DataFrame, stems: Sequence[str]) -> np.ndarray:
    return table["VARIABLE"].isin([f"{stem}NAM" for stem in stems]).to_numpy(dtype=bool)


def _faults(function: str, table: pd.DataFrame, stem: str) -> Iterator[Problem]:
    """What makes a query unusable."""
    rows = table[_of(table, [stem])]
    variable = f"{stem}NAM"
    if rows.empty:
        hint = did_you_mean(variable, table["VARIABLE"].unique().tolist())
        yield BAD_QUERIES.at(function, f"queries has no row with the VARIABLE {variable}", hint=hint)
        return
    for column in ("QUERY", "CODE"):
        found = rows[column].unique().tolist() if column in rows else [""]
        if len(found) > 1 or (column == "QUERY" and not found[0]):
            what = f"{variable} does not have one {column}"
            yield BAD_QUERIES.at(function, what, values=found)
    for column, allowed in (("SCOPE", ("", *SCOPES)), ("TERM", None), ("SOURCE", None)):
        values = rows[column].unique().tolist() if column in rows else []
        wrong = [value for value in values if (value not in allowed if allowed else not value)]
        if wrong:
            what = f"{variable} has rows whose {column} is " + ("missing" if not allowed else "not known")
            yield BAD_QUERIES.at(function, what, values=wrong, hint=did_you_mean(wrong[0], SCOPES))
    if "CODE" in rows and rows["CODE"].iloc[0] and not read_number(rows["CODE"].iloc[0]).is_number:
        yield BAD_QUERIES.at(function, f"{variable} has a CODE that is not a number", values=rows["CODE"])


def _columns(dataset: pd.DataFrame, table: pd.DataFrame, stem: str) -> dict[str, Any]:
    """Name, code and scope of one query for each record."""
    rows = table[_of(table, [stem])]
    matched, narrow = np.zeros(len(dataset), dtype=bool), np.zeros(len(dataset), dtype=bool)
    scopes = rows["SCOPE"] if "SCOPE" in rows else pd.Series("", index=rows.index)
    for source, terms in rows.groupby("SOURCE", sort=True)["TERM"]:
        codes, distinct = pd.factorize(dataset[str(source)])
        folded = [_text(value).casefold() for value in distinct.tolist()]
        for hit, chosen in ((matched, terms), (narrow, terms[scopes[terms.index] == "NARROW"])):
            wanted = {term.casefold() for term in chosen}
            hit |= np.array([*(text in wanted for text in folded), False], dtype=bool)[codes]
    scoped = matched & scopes.ne("").any()
    place = np.where(scoped, np.where(narrow, SCOPES.index("NARROW"), SCOPES.index("BROAD")), -1)
    code = read_number(rows["CODE"].iloc[0]) if "CODE" in rows and rows["CODE"].iloc[0] else None
    named = np.where(matched, 0, -1)
    return {
        "NAM": text_at(dataset.index, [rows["QUERY"].iloc[0]], named),
        "CD": np.where(matched, code.value if code else np.nan, np.nan),
        "SC": text_at(dataset.index, SCOPES, place),
        "SCN": np.where(place < 0, np.nan, place + 1.0),
    }


def _text(value: object) -> str:
    return number_text(float(value)) if isinstance(value, int | float) else str(value).strip()
