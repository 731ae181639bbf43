"""Datasets in further formats: the same values as the transport files, described as in define.xml."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft201909Validator
from lxml import etree

from il2cdisc.transport.dataset_json import FileLayout
from il2cdisc.transport.dataset_json_read import read_dataset_json
from il2cdisc.transport.parquet import read_parquet
from il2cdisc.transport.xpt import read_xpt

Command = Callable[..., Any]
SCHEMAS = Path(__file__).parents[2].parent / "shared" / "standards" / "dataset-json-1.1"
FORMATS = ("json", "ndjson", "dsjc", "parquet")


def transport_files(second: Path) -> Iterator[tuple[Path, str]]:
    for standard in ("sdtm", "adam"):
        for path in sorted((second / standard).glob("*.xpt")):
            yield path, standard


def test_every_dataset_is_in_every_format(second: Path) -> None:
    for suffix in FORMATS:
        found = {path.relative_to(second / suffix).as_posix() for path in (second / suffix).rglob("*.*")}
        assert found == {f"{standard}/{path.stem}.{suffix}" for path, standard in transport_files(second)}


@pytest.mark.parametrize("layout", list(FileLayout))
def test_json_says_what_the_transport_file_says(layout: FileLayout, second: Path) -> None:
    for path, standard in transport_files(second):
        file = second / layout / standard / f"{path.stem}.{layout}"
        found, held = read_dataset_json(file, file.name, layout=layout), read_xpt(path)
        assert (found.name, found.label, found.variables) == (held.name, held.label, held.variables)
        pd.testing.assert_frame_equal(found.frame, held.frame)


def test_parquet_holds_what_the_transport_file_holds(second: Path) -> None:
    for path, standard in transport_files(second):
        found = read_parquet(second / "parquet" / standard / f"{path.stem}.parquet")
        held = read_xpt(path).frame
        pd.testing.assert_frame_equal(found, held, check_dtype=False)


def test_oids_are_those_of_define_xml(second: Path) -> None:
    for standard in ("sdtm", "adam"):
        tree = etree.parse(second / standard / "define.xml")
        known = set(tree.xpath("//@OID"))
        keys = {
            (ref.get("ItemOID"), int(ref.get("KeySequence")))
            for ref in tree.iter("{*}ItemRef")
            if ref.get("KeySequence")
        }
        assert keys
        for path in sorted((second / "json" / standard).iterdir()):
            given = json.loads(path.read_text())
            columns = given["columns"]
            assert {given["itemGroupOID"], given["metaDataVersionOID"], given["studyOID"]} <= known
            assert {column["itemOID"] for column in columns} <= known
            assert {(c["itemOID"], c["keySequence"]) for c in columns if "keySequence" in c} <= keys
            assert (path.parent / given["metaDataRef"]).resolve() == (
                second / standard / "define.xml"
            ).resolve()


def test_the_published_schemas_accept_every_file(second: Path) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the published JSON schemas of Dataset-JSON 1.1 are not here")
    schema = Draft201909Validator(json.loads((SCHEMAS / "dataset.schema.json").read_text()))
    for standard in ("sdtm", "adam"):
        for path in sorted((second / "json" / standard).iterdir()):
            first, *rows = (second / "ndjson" / standard / f"{path.stem}.ndjson").read_text().splitlines()
            given = json.loads(path.read_text())
            assert [error.message for error in schema.iter_errors(given)] == []
            assert given == {**json.loads(first), "rows": [json.loads(row) for row in rows]}


def test_the_command_finds_them_identical(second: Path, command: Command) -> None:
    for suffix in ("json", "dsjc"):
        done = command("compare", second / "adam", second / suffix / "adam")
        assert (done.returncode, "dentical" in done.stdout) == (0, True), done.stdout + done.stderr
