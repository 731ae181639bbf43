"""From define.xml to a workbook and back: the same definitions; what can't be read is refused."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from il2cdisc.base.problems import Stopped
from il2cdisc.cli import app
from il2cdisc.define import model
from il2cdisc.define.make import DefineFacts, make_define
from il2cdisc.define.read import read_any_define, read_define
from il2cdisc.define.to_workbook import LOSSES, round_trip_page, rows_of_define
from il2cdisc.define.write import define_bytes
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.new.write import book_bytes

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "tests" / "second_trial" / "specs"


def definitions(workbook: Path, shared: Path | None = None) -> model.Define:
    """The define.xml of a workbook without datasets."""
    other = read_spec(shared)[0] if shared else None
    spec, _ = read_spec(workbook, shared=other)
    documents = frozenset(document.href for document in spec.documents.values())
    facts = DefineFacts(datetime(2026, 1, 2), "2026-03-27", documents=documents)  # noqa: DTZ001
    return make_define(spec, (), facts)


@cache
def ours(standard: str) -> model.Define:
    shared = SPECS / "sdtm.xlsx" if standard == "adam" else None
    return definitions(SPECS / f"{standard}.xlsx", shared)


def as_older(data: bytes) -> bytes:
    """A define.xml of 2.1 as 2.0 has it, where 2.0 can say it."""
    text = data.decode().replace("ns/def/v2.1", "ns/def/v2.0")
    text = re.sub(r"\s*<def:Standards>.*?</def:Standards>", "", text, flags=re.S)
    text = re.sub(r' def:(StandardOID|IsNonStandard|HasNoData|Context|ExtendedValue)="[^"]*"', "", text)
    guide = 'def:DefineVersion="2.0.0" def:StandardName="SDTM-IG" def:StandardVersion="3.4"'
    text = text.replace('def:DefineVersion="2.1.0"', guide)
    classes = iter(re.findall(r'<def:Class Name="([^"]*)"', text))
    text = re.sub(r"\s*<def:Class Name=\"[^\"]*\"\s*/>", "", text)
    text = re.sub(r"<ItemGroupDef ", lambda _: f'<ItemGroupDef def:Class="{next(classes)}" ', text)
    text = re.sub(r'Type="Collected" Source="Investigator"', 'Type="CRF"', text)
    return re.sub(r'Type="Collected" Source="Vendor"', 'Type="eDT"', text).encode()


@pytest.mark.parametrize("standard", ["sdtm", "adam"])
def test_a_define_of_ours_comes_back_the_same(standard: str, tmp_path: Path) -> None:
    before = ours(standard)
    made = rows_of_define(define_bytes(before), "define.xml")
    file = tmp_path / "book.xlsx"
    file.write_bytes(book_bytes(made.tables, made.standard))
    after = definitions(file)
    for part in ("groups", "items", "value_lists", "where_clauses", "methods", "comments", "leaves"):
        assert getattr(after, part) == getattr(before, part), part
    assert {c.oid: c for c in after.codelists} == {c.oid: c for c in before.codelists}
    assert after.standards == before.standards
    assert (after.study_name, after.study_description) == (before.study_name, before.study_description)
    assert len(before.items) > 100


def test_a_file_of_version_2_0_comes_back_as_2_1() -> None:
    new = read_define(define_bytes(ours("sdtm")))
    data = as_older(define_bytes(ours("sdtm")))
    with pytest.raises(Stopped, match=r"not a define\.xml of version 2\.1"):
        read_define(data)
    old = read_any_define(data)
    assert old.version == "2.1.0"
    assert [(s.name, s.version) for s in old.standards] == [("SDTMIG", "3.4")]
    assert {g.standard for g in old.groups} == {"STD.SDTMIG"}
    assert [(g.name, g.class_, g.structure) for g in old.groups] == [
        (g.name, g.class_, g.structure) for g in new.groups
    ]
    assert [(i.oid, i.origins) for i in old.items] == [(i.oid, i.origins) for i in new.items]
    assert any(o.source == "Vendor" for i in old.items for o in i.origins)
    assert rows_of_define(data, "old.xml").standard == "SDTM"


def test_what_a_workbook_does_not_hold_is_counted() -> None:
    data = define_bytes(ours("sdtm"))
    assert rows_of_define(data, "d.xml").lost["origins"] == 0
    twice = re.sub(rb'(<def:Origin Type="Collected" Source="Vendor"/>)', rb"\1\1", data, count=1)
    assert twice != data
    made = rows_of_define(twice, "d.xml")
    assert made.lost["origins"] == 1
    assert [p.what for p in made.problems("d.xml") if "further origins" in p.what] == [
        f"not kept: {LOSSES['origins']}"
    ]


def test_the_page_of_what_is_not_kept_is_current() -> None:
    assert (ROOT / "docs" / "define-round-trip.md").read_text() == round_trip_page()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;">]><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">&c;</ODM>'
)
LAUGHS = (  # ten thousand million letters, in an attribute, where entities are always resolved
    b"<?xml version='1.0'?><!DOCTYPE ODM [<!ENTITY a0 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY a%d '%b'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'><Study OID='&a9;'/></ODM>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">&x;</ODM>'
)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: BOMB, "DEF002"),
        (lambda data: LAUGHS, "DEF002"),
        (lambda data: OUTSIDE, "DEF002"),
        (lambda data: b"", "DEF002"),
        (lambda data: data[: len(data) // 2], "DEF002"),
        (lambda data: data.replace(b"ns/def/v2.1", b"ns/def/v1.0"), "DEF002"),
        (lambda data: data.replace(b'DefineVersion="2.1.0"', b'DefineVersion="3.0"'), "DEF002"),
        (lambda data: data.replace(b'MethodDef OID="MT.SEQ"', b'MethodDef OID="MT.SEQU"'), "DEF046"),
        (lambda data: data.replace(b'ItemDef OID="IT.DM.AGE"', b'ItemDef OID="IT.DM.SEX"'), "DEF047"),
        (lambda data: data.replace(b'CodeListOID="CL.NY"', b'CodeListOID="CL.NYY"'), "DEF046"),
    ],
    ids=["bomb", "laughs", "outside", "empty", "cut", "1.0", "3.0", "method", "twice", "codelist"],
)
def test_what_cannot_be_trusted_is_refused_and_nothing_written(spoil: Any, code: str, tmp_path: Path) -> None:
    good = define_bytes(ours("sdtm"))
    bad = spoil(good)
    assert bad != good
    file, out = tmp_path / "define.xml", tmp_path / "specs" / "sdtm.xlsx"
    file.write_bytes(bad)
    done = CliRunner().invoke(app, ["spec", "from-define", str(file), "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert code in done.stderr
    assert "Traceback" not in done.output
    assert not out.parent.exists()


def test_the_command_writes_the_workbook(tmp_path: Path) -> None:
    file, out = tmp_path / "define.xml", tmp_path / "new" / "sdtm.xlsx"
    file.write_bytes(define_bytes(ours("sdtm")))
    done = CliRunner().invoke(app, ["spec", "from-define", str(file), "--out", str(out)])
    assert done.exit_code == 0, done.output
    spec, _ = read_spec(out)
    assert set(spec.datasets) == {group.name for group in ours("sdtm").groups}


def test_a_define_that_is_not_there_is_a_wrong_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["spec", "from-define", str(tmp_path / "nosuch.xml")])
    assert done.exit_code == 2
    assert "Correct the name." in done.stderr
    assert "permissions" not in done.stderr
