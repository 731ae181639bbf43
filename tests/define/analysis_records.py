"""Analysis results of a define.xml with the records that they select. Imports nothing of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
from lxml import etree

SPACES = {
    "o": "http://www.cdisc.org/ns/odm/v1.3",
    "d": "http://www.cdisc.org/ns/def/v2.1",
    "a": "http://www.cdisc.org/ns/arm/v1.0",
    "x": "http://www.w3.org/1999/xlink",
}
_D = f"{{{SPACES['d']}}}"
COMPARE = {
    "EQ": lambda column, values: column.isin(values),
    "IN": lambda column, values: column.isin(values),
    "NE": lambda column, values: ~column.isin(values),
    "NOTIN": lambda column, values: ~column.isin(values),
    "LT": lambda column, values: column < values[0],
    "LE": lambda column, values: column <= values[0],
    "GT": lambda column, values: column > values[0],
    "GE": lambda column, values: column >= values[0],
}


@dataclass(frozen=True)
class Documented:
    """A result as define.xml has it: its method and options in words, the records that it selects."""

    display: str
    analysis: str
    purpose: str
    method: str
    options: dict[str, str]
    variables: list[str]
    records: pd.DataFrame
    subjects: pd.DataFrame


@cache
def dataset(path: Path) -> pd.DataFrame:
    """The records of a transport file; empty texts are missing."""
    return pyreadstat.read_xport(path)[0].replace("", None)


@cache
def by_oid(tree: Any) -> dict[str, Any]:
    """The datasets, items and where-clauses of a define.xml by OID."""
    kinds = ("o:ItemGroupDef", "o:ItemDef", "d:WhereClauseDef")
    return {e.get("OID"): e for kind in kinds for e in tree.iterfind(f".//{kind}", SPACES)}


def selected(tree: Any, part: Any, folder: Path) -> pd.DataFrame:
    """The records of an analysis dataset, by its where-clause."""
    known = by_oid(tree)
    leaf = known[part.get("ItemGroupOID")].find("d:leaf", SPACES)
    frame = dataset(folder / leaf.get(f"{{{SPACES['x']}}}href"))
    chosen = pd.Series(True, index=frame.index)
    for ref in part.findall("d:WhereClauseRef", SPACES):
        for check in known[ref.get("WhereClauseOID")].findall("o:RangeCheck", SPACES):
            column = frame[known[check.get(f"{_D}ItemOID")].get("Name")]
            values = [value.text for value in check.findall("o:CheckValue", SPACES)]
            typed = [float(value) for value in values] if column.dtype.kind == "f" else values
            chosen &= COMPARE[check.get("Comparator")](column, typed)
    return frame[chosen]


def documented_results(folder: Path) -> Iterator[Documented]:
    """The results of the define.xml in a folder of analysis datasets."""
    tree = etree.parse(folder / "define.xml")
    known = by_oid(tree)
    for display in tree.iterfind(".//a:ResultDisplay", SPACES):
        for result in display.findall("a:AnalysisResult", SPACES):
            own, population = result.findall("a:AnalysisDatasets/a:AnalysisDataset", SPACES)
            records, subjects = (selected(tree, part, folder) for part in (own, population))
            text = result.findtext("a:Documentation/o:Description/o:TranslatedText", "", SPACES)
            options = re.search(r"Options: (.*?)\. (?:[A-Z]|$)", f"{text} ")
            name = display.get("OID").removeprefix("RD.")
            yield Documented(
                display=name,
                analysis=result.get("OID").removeprefix(f"AR.{name}."),
                purpose=result.get("AnalysisPurpose"),
                method=re.match(r"Method: (.*?)\.", text)[1],
                options=dict(part.split(" = ", 1) for part in options[1].split("; ")) if options else {},
                variables=[
                    known[v.get("ItemOID")].get("Name") for v in own.findall("a:AnalysisVariable", SPACES)
                ],
                records=records[records["USUBJID"].isin(subjects["USUBJID"])],
                subjects=subjects,
            )
