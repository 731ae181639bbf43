"""define.xml of the shipped trial: there, in the manifest, right in itself, and valid under the schema."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from il2cdisc.define import check_define, compare_define, define_bytes, read_define
from il2cdisc.transport.xpt import read_xpt

SCHEMA = "odmlib/schemas/arm/1.0-define2.1/arm1-0-0.xsd"


def test_define_is_whole_and_agrees_with_the_files(built: Path) -> None:
    data = (built / "sdtm" / "define.xml").read_bytes()
    define = read_define(data)
    assert define_bytes(define) == data
    assert check_define(define) == []
    files = sorted((built / "sdtm").glob("*.xpt"))
    assert compare_define(define, [read_xpt(path) for path in files]) == []
    assert {g.leaf.href for g in define.groups if g.leaf} == {path.name for path in files}
    assert define.study_description.startswith("SYNTHETIC DATA")
    assert "sdtm/define.xml" in json.loads((built / "manifest.json").read_text())["files"]


def test_define_is_valid_under_the_published_schema(built: Path) -> None:
    from lxml import etree

    python = os.environ.get("IL2CDISC_CORE_PYTHON", "")
    if not python:
        pytest.skip("the schema comes with odmlib in the environment of IL2CDISC_CORE_PYTHON; it is not set")
    find = "import importlib.util as u; print(u.find_spec('odmlib').submodule_search_locations[0])"
    package = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    schema = etree.XMLSchema(etree.parse(str(Path(package).parent / SCHEMA)))
    valid = schema.validate(etree.parse(str(built / "sdtm" / "define.xml")))
    assert valid, [str(error) for error in schema.error_log][:5]
