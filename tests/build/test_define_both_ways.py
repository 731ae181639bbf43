"""Both define.xml of the shipped trial and their transport files: each has all that the other has.

Files and where-clauses are read here without the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from lxml import etree

from tests.define.analysis_records import COMPARE, SPACES, dataset

PARTLY = {"IT.MH.MHTERM"}
"""Described by one clause, the diagnosis with its codelist; all other terms by the variable itself."""
_D, _X = f"{{{SPACES['d']}}}", f"{{{SPACES['x']}}}"


@dataclass
class Definitions:
    """A define.xml and the folder that it is in."""

    folder: Path

    @cached_property
    def root(self) -> Any:
        return etree.parse(self.folder / "define.xml").getroot()

    def by_oid(self, tag: str) -> dict[str, Any]:
        return {element.get("OID"): element for element in self.root.iterfind(f".//{tag}", SPACES)}

    @cached_property
    def items(self) -> dict[str, Any]:
        return self.by_oid("o:ItemDef")

    @cached_property
    def wheres(self) -> dict[str, Any]:
        return self.by_oid("d:WhereClauseDef")

    @cached_property
    def codelists(self) -> dict[str, Any]:
        return self.by_oid("o:CodeList")

    @property
    def groups(self) -> list[Any]:
        return self.root.findall(".//o:ItemGroupDef", SPACES)

    def frame(self, group: Any) -> pd.DataFrame:
        return dataset(self.folder / group.find("d:leaf", SPACES).get(f"{_X}href"))

    def variables(self) -> Iterator[tuple[Any, Any, Any]]:
        """Dataset with a file, reference and item."""
        for group in self.groups:
            if group.find("d:leaf", SPACES) is not None:
                for ref in group.findall("o:ItemRef", SPACES):
                    yield group, ref, self.items[ref.get("ItemOID")]

    def selected(self, frame: pd.DataFrame, oid: str) -> pd.Series:
        """Which records a where-clause selects."""
        chosen = pd.Series(True, index=frame.index)
        for check in self.wheres[oid].findall("o:RangeCheck", SPACES):
            column = frame[self.items[check.get(f"{_D}ItemOID")].get("Name")]
            values = [value.text for value in check.findall("o:CheckValue", SPACES)]
            typed = [float(value) for value in values] if column.dtype.kind == "f" else values
            chosen &= COMPARE[check.get("Comparator")](column, typed)
        return chosen

    def value_lists(self) -> Iterator[tuple[Any, pd.DataFrame, str, list[Any]]]:
        """Each value list: the item of its variable, the records, the variable's name, the references."""
        lists = self.by_oid("d:ValueListDef")
        for group, _, item in self.variables():
            for ref in item.findall("d:ValueListRef", SPACES):
                rows = lists[ref.get("ValueListOID")].findall("o:ItemRef", SPACES)
                yield item, self.frame(group), item.get("Name"), rows


@pytest.fixture(scope="module", params=["sdtm", "adam"])
def definitions(request: Any, built: Path) -> Definitions:
    return Definitions(built / request.param)


def test_datasets_and_files_are_the_same_both_ways(definitions: Definitions) -> None:
    described = {
        group.find("d:leaf", SPACES).get(f"{_X}href")
        for group in definitions.groups
        if group.find("d:leaf", SPACES) is not None
    }
    assert described == {path.name for path in definitions.folder.glob("*.xpt")}
    for group in definitions.groups:
        has_file = group.find("d:leaf", SPACES) is not None
        assert has_file == (group.get(f"{_D}HasNoData") != "Yes"), group.get("Name")


def test_variables_are_the_same_both_ways(definitions: Definitions) -> None:
    for group in definitions.groups:
        if group.find("d:leaf", SPACES) is None:
            continue
        refs = group.findall("o:ItemRef", SPACES)
        items = [definitions.items[ref.get("ItemOID")] for ref in refs]
        path = definitions.folder / group.find("d:leaf", SPACES).get(f"{_X}href")
        _, meta = pyreadstat.read_xport(path, metadataonly=True)
        assert [item.get("Name") for item in items] == meta.column_names, path.name
        labels = [item.findtext("o:Description/o:TranslatedText", "", SPACES) for item in items]
        assert labels == meta.column_labels, path.name
        numeric = [item.get("DataType") in ("integer", "float") for item in items]
        assert numeric == [meta.readstat_variable_types[name] == "double" for name in meta.column_names]
        title = group.findtext("o:Description/o:TranslatedText", "", SPACES)
        assert title == meta.file_label, path.name


def test_no_data_is_said_of_what_has_none_and_of_nothing_else(definitions: Definitions) -> None:
    seen = 0
    for group, ref, item in definitions.variables():
        empty = bool(definitions.frame(group)[item.get("Name")].isna().all())
        assert empty == (ref.get(f"{_D}HasNoData") == "Yes"), (group.get("Name"), item.get("Name"))
        seen += 1
    assert seen > 400


def test_every_value_of_a_codelist_is_a_term_of_it(definitions: Definitions) -> None:
    seen = 0
    for group, _, item in definitions.variables():
        for ref in item.findall("o:CodeListRef", SPACES):
            listed = definitions.codelists[ref.get("CodeListOID")]
            if listed.find("o:ExternalCodeList", SPACES) is not None:
                continue
            terms = {e.get("CodedValue") for e in listed if e.get("CodedValue") is not None}
            column = definitions.frame(group)[item.get("Name")].dropna()
            values = {f"{v:g}" for v in column} if column.dtype.kind == "f" else set(column)
            assert values <= terms, (group.get("Name"), item.get("Name"))
            seen += 1
    assert seen > 100


def test_every_where_clause_selects_records(definitions: Definitions) -> None:
    seen: set[str] = set()
    for item, frame, _, refs in definitions.value_lists():
        for ref in refs:
            for where in ref.findall("d:WhereClauseRef", SPACES):
                oid = where.get("WhereClauseOID")
                assert definitions.selected(frame, oid).any(), (item.get("OID"), oid)
                seen.add(oid)
    results = definitions.root.iterfind(".//{*}AnalysisDataset")
    of_results = {
        ref.get("WhereClauseOID") for part in results for ref in part.findall("d:WhereClauseRef", SPACES)
    }
    assert seen | of_results == set(definitions.wheres)
    assert len(seen) > 100


def test_every_value_is_described_once(definitions: Definitions) -> None:
    """No two where-clauses of a variable select one record, and none that has a value is left out."""
    lists = 0
    for item, frame, variable, refs in definitions.value_lists():
        times = pd.Series(0, index=frame.index)
        for ref in refs:
            for where in ref.findall("d:WhereClauseRef", SPACES):
                times += definitions.selected(frame, where.get("WhereClauseOID"))
        assert times.max() <= 1, item.get("OID")
        if item.get("OID") not in PARTLY:
            assert set(times[frame[variable].notna()]) <= {1}, item.get("OID")
        lists += 1
    assert lists > 40


def test_every_record_of_a_value_is_of_its_description(definitions: Definitions) -> None:
    """Length, kind and codelist at the value level hold for the records that the clause selects."""
    seen = 0
    for _, frame, variable, refs in definitions.value_lists():
        for ref in refs:
            item = definitions.items[ref.get("ItemOID")]
            oid = ref.find("d:WhereClauseRef", SPACES).get("WhereClauseOID")
            values = frame.loc[definitions.selected(frame, oid), variable].dropna()
            texts = values.map("{:.15g}".format) if values.dtype.kind == "f" else values
            kind = item.get("DataType")
            if kind in ("integer", "float"):
                numbers = pd.to_numeric(texts)
                assert kind == "float" or (numbers % 1 == 0).all(), oid
            if kind == "text":
                assert texts.str.len().max() <= int(item.get("Length")) or not len(texts), oid
            for codes in item.findall("o:CodeListRef", SPACES):
                listed = definitions.codelists[codes.get("CodeListOID")]
                terms = {e.get("CodedValue") for e in listed if e.get("CodedValue") is not None}
                assert not terms or set(texts) <= terms, oid
            seen += 1
    assert seen > 200
