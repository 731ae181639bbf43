"""Both define.xml of the shipped trial: in the manifest, right in themselves, valid under the schema."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from il2cdisc.define import check_define, compare_define, compare_predecessors, define_bytes, read_define
from il2cdisc.transport.xpt import read_xpt

SCHEMA = "odmlib/schemas/arm/1.0-define2.1/arm1-0-0.xsd"


STANDARDS = pytest.mark.parametrize("standard", ["sdtm", "adam"])


@STANDARDS
def test_define_is_whole_and_agrees_with_the_files(built: Path, standard: str) -> None:
    data = (built / standard / "define.xml").read_bytes()
    define = read_define(data)
    assert define_bytes(define) == data
    assert check_define(define) == []
    files = sorted((built / standard).glob("*.xpt"))
    assert compare_define(define, [read_xpt(path) for path in files]) == []
    assert {g.leaf.href for g in define.groups if g.leaf} == {path.name for path in files}
    assert define.study_description.startswith("SYNTHETIC DATA")
    assert f"{standard}/define.xml" in json.loads((built / "manifest.json").read_text())["files"]


def test_what_is_copied_into_analysis_data_is_in_the_package(built: Path) -> None:
    sdtm, adam = (read_define((built / name / "define.xml").read_bytes()) for name in ("sdtm", "adam"))
    assert compare_predecessors(adam, sdtm) == []
    copied = [o.description for item in adam.items for o in item.origins if o.type == "Predecessor"]
    assert {name.partition(".")[0] for name in copied} > {"DM", "ADSL"}
    without = replace(sdtm, groups=tuple(group for group in sdtm.groups if group.name != "DM"))
    assert {p.values[0].partition(".")[0] for p in compare_predecessors(adam, without)} == {"DM"}


def test_each_parameter_has_one_value_level_of_its_analysis_value(built: Path) -> None:
    define = read_define((built / "adam" / "define.xml").read_bytes())
    wheres = {where.oid: where for where in define.where_clauses}
    lists = {found.oid: found for found in define.value_lists}
    for group in define.groups:
        if group.class_ != "BASIC DATA STRUCTURE":
            continue
        described = [
            value
            for ref in lists[f"VL.{group.name}.AVAL"].items
            for check in wheres[ref.where[0]].checks
            if check.item == f"IT.{group.name}.PARAMCD"
            for value in check.values
        ]
        made = set(read_xpt(built / "adam" / f"{group.name.lower()}.xpt").frame["PARAMCD"])
        assert len(described) == len(set(described))
        assert set(described) == made


@STANDARDS
def test_define_is_valid_under_the_published_schema(built: Path, standard: str) -> None:
    from lxml import etree

    python = os.environ.get("IL2CDISC_CORE_PYTHON", "")
    if not python:
        pytest.skip("the schema comes with odmlib in the environment of IL2CDISC_CORE_PYTHON; it is not set")
    find = "import importlib.util as u; print(u.find_spec('odmlib').submodule_search_locations[0])"
    package = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    schema = etree.XMLSchema(etree.parse(str(Path(package).parent / SCHEMA)))
    valid = schema.validate(etree.parse(str(built / standard / "define.xml")))
    assert valid, [str(error) for error in schema.error_log][:5]
