"""define.xml: a small specification and its data, as the file says them; reading, refusing, checking."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Stopped
from il2cdisc.define import (
    Define,
    DefineFacts,
    check_define,
    compare_define,
    define_bytes,
    make_define,
    model,
    read_define,
)
from il2cdisc.define.measure import DistinctValues, shape_of
from il2cdisc.spec.models import (
    ClauseCondition,
    Codelist,
    Comment,
    DatasetSpec,
    Dictionary,
    Document,
    MethodSpec,
    Spec,
    Term,
    ValueLevelSpec,
    VariableSpec,
    WhereClause,
)

EXAMPLES = Path(__file__).parents[3] / "shared" / "standards" / "define-2.1-examples"
FACTS = DefineFacts(
    datetime.fromisoformat("2020-01-02T03:04:05"), "2026-03-27", "A sponsor", system_version="1"
)


def variable(dataset: str, name: str, **more: Any) -> VariableSpec:
    given = {"label": f"Label of {name}", "origin": Origin.ASSIGNED, "source": "Sponsor"}
    return VariableSpec(dataset=dataset, name=name, **{**given, **more})


def where(name: str, test: str) -> WhereClause:
    return WhereClause(
        id=name, conditions=(ClauseCondition(variable="VSTESTCD", comparator="EQ", values=(test,)),)
    )


def spec() -> Spec:
    vs = [
        variable("VS", "STUDYID", length=20, mandatory=True, role="Identifier"),
        variable("VS", "USUBJID", length=20, mandatory=True, role="Identifier"),
        variable("VS", "VSSEQ", data_type="integer", origin=Origin.DERIVED, method="MT.SEQ"),
        variable("VS", "VSTESTCD", codelist="VSTESTCD", length=8),
        variable("VS", "VSORRES", origin=Origin.COLLECTED, source="Investigator", pages="4"),
        variable("VS", "VSSTRESN", data_type="float", significant_digits=1),
        variable("VS", "VSPOS", codelist="POSITION"),
        variable("VS", "VSDTC", data_type="datetime", origin=Origin.COLLECTED, source="Investigator"),
        variable("VS", "VSMINE", comment="COM.MINE"),
    ]
    supp = [
        variable("SUPPVS", "STUDYID"),
        variable("SUPPVS", "QNAM"),
        variable("SUPPVS", "QVAL", origin=None, source=""),
    ]
    levels = (
        ValueLevelSpec(
            dataset="SUPPVS",
            variable="QVAL",
            where="WC.SUPPVS.VSCLSIG",
            label="Clinically Significant",
            codelist="NY",
            origin=Origin.COLLECTED,
            source="Investigator",
        ),
        ValueLevelSpec(dataset="VS", variable="VSORRES", where="WC.VS.SYSBP", data_type="integer"),
        ValueLevelSpec(dataset="VS", variable="VSORRES", where="WC.VS.TEMP", data_type="float"),
        ValueLevelSpec(dataset="VS", variable="VSORRES", where="WC.VS.PULSE", data_type="integer", length=3),
    )
    qnam = ClauseCondition(variable="QNAM", comparator="IN", values=("VSCLSIG",))
    return Spec(
        shown="specs/sdtm.xlsx",
        standard="SDTM",
        define={"StudyName": "T1", "StudyDescription": "SYNTHETIC DATA - a test", "StandardVersion": "3.4"},
        datasets={
            "SUPPVS": DatasetSpec(
                name="SUPPVS",
                label="Supplemental Qualifiers for VS",
                class_="RELATIONSHIP",
                structure="One record per qualifier",
                keys=("STUDYID", "QNAM"),
                variables=tuple(supp),
            ),
            "VS": DatasetSpec(
                name="VS",
                label="Vital Signs",
                class_="FINDINGS",
                structure="One record per test",
                keys=("STUDYID", "USUBJID", "VSTESTCD"),
                variables=tuple(vs),
            ),
            "TE": DatasetSpec(
                name="TE",
                label="Trial Elements",
                class_="TRIAL DESIGN",
                structure="One record per element",
                keys=("STUDYID",),
                variables=(variable("TE", "STUDYID"), variable("TE", "ETCD", codelist="DICT")),
            ),
        },
        value_levels=levels,
        where_clauses={
            "WC.SUPPVS.VSCLSIG": WhereClause(id="WC.SUPPVS.VSCLSIG", conditions=(qnam,)),
            **{f"WC.VS.{test}": where(f"WC.VS.{test}", test) for test in ("SYSBP", "TEMP", "PULSE")},
        },
        codelists={
            "VSTESTCD": Codelist(
                id="VSTESTCD",
                name="Vital Signs Test Code",
                nci_code="C66741",
                terminology="SDTM CT 2026-03-27",
                extensible=True,
                terms=(
                    Term(value="SYSBP", decode="Systolic Blood Pressure", nci_code="C25298"),
                    Term(value="TEMP", decode="Temperature", nci_code="C174446"),
                    Term(value="PULSE", decode="Pulse Rate", nci_code="C49676"),
                    Term(value="MINE", decode="A test of our own"),
                ),
            ),
            "NY": Codelist(id="NY", name="Yes or no, our words", terms=(Term(value="Y"), Term(value="N"))),
            "NEVER": Codelist(id="NEVER", terms=(Term(value="X"),)),
        },
        dictionaries={"DICT": Dictionary(id="DICT", name="A dictionary", dictionary="D & D", version="1")},
        methods={
            "MT.SEQ": MethodSpec(
                id="MT.SEQ", name="Sequence", type="Computation", description="Counted < 10"
            ),
            "MT.NEVER": MethodSpec(id="MT.NEVER"),
        },
        comments={"COM.MINE": Comment(id="COM.MINE", description="Our own.", document="guide", pages="3, 7")},
        documents={
            "acrf": Document(id="acrf", title="Annotated CRF", href="acrf.pdf"),
            "guide": Document(id="guide", title="Guide", href="guide.pdf"),
        },
    )


def dataset(name: str, columns: dict[str, list[Any]]) -> Dataset:
    frame = pd.DataFrame(
        {
            key: pd.Series(values, dtype="float64" if name_is_number(key) else "str")
            for key, values in columns.items()
        }
    )
    variables = tuple(
        Variable(
            key, f"Label of {key}", "Num" if name_is_number(key) else "Char", 8 if name_is_number(key) else 7
        )
        for key in columns
    )
    return Dataset(name, spec().datasets[name].label, variables, (), frame, no_edges())


def name_is_number(name: str) -> bool:
    return name in ("VSSEQ", "VSSTRESN")


def data() -> list[Dataset]:
    vs = {
        "STUDYID": ["T1", "T1", "T1"],
        "USUBJID": ["1", "1", "2"],
        "VSSEQ": [1, 12, 1],
        "VSTESTCD": ["SYSBP", "TEMP", "SYSBP"],
        "VSORRES": ["121", "36.65", "98"],
        "VSSTRESN": [121, 36.65, 98],
        "VSPOS": [None, None, None],
        "VSDTC": ["2020-01-02T03:04", "2020-01-02", None],
        "VSMINE": ["a", None, None],
    }
    supp = {"STUDYID": ["T1"], "QNAM": ["VSCLSIG"], "QVAL": ["Y"]}
    return [dataset("SUPPVS", supp), dataset("VS", vs)]


@pytest.fixture
def define() -> Define:
    return make_define(spec(), data(), FACTS)


def item(define: Define, oid: str) -> model.ItemDef:
    return define.by_oid()[oid]


def test_lengths_and_decimals_are_those_of_the_data(define: Define) -> None:
    found = {
        oid: (item(define, oid).length, item(define, oid).significant_digits)
        for oid in (
            "IT.VS.STUDYID",
            "IT.VS.VSSEQ",
            "IT.VS.VSSTRESN",
            "IT.VS.VSDTC",
            "IT.VS.VSORRES.SYSBP",
            "IT.VS.VSORRES.TEMP",
            "IT.SUPPVS.QVAL.VSCLSIG",
        )
    }
    assert found == {
        "IT.VS.STUDYID": (7, None),  # of text: what the file has
        "IT.VS.VSSEQ": (2, None),
        "IT.VS.VSSTRESN": (5, 2),  # two decimals, though the workbook asks for one
        "IT.VS.VSDTC": (None, None),
        "IT.VS.VSORRES.SYSBP": (3, None),
        "IT.VS.VSORRES.TEMP": (5, 2),
        "IT.SUPPVS.QVAL.VSCLSIG": (1, None),
    }
    assert "IT.VS.VSORRES.PULSE" not in define.by_oid()  # no record: nothing to describe


def test_datasets_stand_in_the_order_of_their_classes_and_an_empty_one_has_no_file(define: Define) -> None:
    assert [(g.name, g.domain, g.leaf.href if g.leaf else None, g.has_no_data) for g in define.groups] == [
        ("TE", "TE", None, True),
        ("VS", "VS", "vs.xpt", False),
        ("SUPPVS", "VS", "suppvs.xpt", False),
    ]
    assert define.groups[0].comment == "COM.NODATA"
    assert define.groups[2].domain_label == "Vital Signs"


def test_a_variable_without_a_value_is_marked_and_said_to_be_so(define: Define) -> None:
    group = define.group("VS")
    assert group is not None
    assert [ref.item for ref in group.items if ref.has_no_data] == ["IT.VS.VSPOS"]
    assert item(define, "IT.VS.VSPOS").comment == "COM.NODATA"
    assert [ref.item for ref in group.items if ref.non_standard] == ["IT.VS.VSMINE"]
    assert [(ref.item, ref.key) for ref in group.items if ref.key] == [
        ("IT.VS.STUDYID", 1),
        ("IT.VS.USUBJID", 2),
        ("IT.VS.VSTESTCD", 3),
    ]


def test_codelists_that_are_used_with_codes_extensions_and_standard(define: Define) -> None:
    lists = {codelist.oid: codelist for codelist in define.codelists}
    assert list(lists) == ["CL.VSTESTCD", "CL.NY", "CL.DICT"]
    assert lists["CL.VSTESTCD"].standard == "STD.CT.SDTM.2026-03-27"
    assert [(t.value, t.code, t.extended) for t in lists["CL.VSTESTCD"].items] == [
        ("SYSBP", "C25298", False),
        ("TEMP", "C174446", False),
        ("PULSE", "C49676", False),
        ("MINE", "", True),
    ]
    assert lists["CL.NY"].non_standard
    assert lists["CL.DICT"].dictionary == "D & D"
    assert [s.oid for s in define.standards] == [
        "STD.SDTMIG",
        "STD.CT.DEFINE-XML.2026-03-27",
        "STD.CT.SDTM.2026-03-27",
    ]


def test_an_origin_stands_at_the_variable_or_at_all_of_its_values(define: Define) -> None:
    assert item(define, "IT.SUPPVS.QVAL").origins == ()
    assert [o.type for o in item(define, "IT.SUPPVS.QVAL.VSCLSIG").origins] == ["Collected"]
    assert [o.type for o in item(define, "IT.VS.VSORRES").origins] == ["Collected"]
    assert item(define, "IT.VS.VSORRES.TEMP").origins == ()


def test_documents_are_referred_to_where_the_package_has_them(define: Define) -> None:
    assert define.leaves == ()
    assert define.description == "Documents that this package does not include: acrf.pdf, guide.pdf"
    there = make_define(spec(), data(), replace(FACTS, documents=frozenset({"acrf.pdf", "guide.pdf"})))
    assert [leaf.href for leaf in there.leaves] == ["acrf.pdf", "guide.pdf"]
    assert [ref.leaf for ref in there.annotated] == ["LF.acrf"]
    assert item(there, "IT.VS.VSORRES").origins[0].documents == (
        model.DocumentRef("LF.acrf", "4", "PhysicalRef"),
    )
    comment = next(c for c in there.comments if c.oid == "COM.MINE")
    assert comment.documents == (model.DocumentRef("LF.guide", "3 7", "PhysicalRef"),)
    assert check_define(there) == []


def test_what_is_written_is_read_back_and_the_same_model_gives_the_same_bytes(define: Define) -> None:
    data = define_bytes(define)
    assert read_define(data) == define
    assert define_bytes(read_define(data)) == data
    assert b"Counted &lt; 10" in data
    assert b"SYNTHETIC DATA" in data


def test_a_made_define_has_nothing_against_it(define: Define) -> None:
    assert check_define(define) == []
    assert compare_define(define, data(), beside=["vs.xpt", "suppvs.xpt", "define2-1.xsl"]) == []


def test_a_control_character_is_refused() -> None:
    broken = spec()
    methods = {"MT.SEQ": broken.methods["MT.SEQ"].model_copy(update={"description": "a\x0bb"})}
    with pytest.raises(Stopped, match="DEF001"):
        define_bytes(make_define(broken.model_copy(update={"methods": methods}), data(), FACTS))


BOMB = b"""<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="&b;"/></ODM>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="s">&x;</Study></ODM>"""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"<ODM><Study>", "damaged or cut off"),
        (b"<html/>", "not a define.xml of version 2.1"),
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
    ],
)
def test_what_is_no_define_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(Stopped, match=told):
        read_define(content, "outputs/sdtm/define.xml")


def test_version_2_0_and_a_bad_number_are_refused(define: Define) -> None:
    data = define_bytes(define)
    with pytest.raises(Stopped, match="version 2"):
        read_define(data.replace(b'DefineVersion="2.1.0"', b'DefineVersion="2.0.0"'))
    with pytest.raises(Stopped, match=r"define.xml:\d+: ItemDef has no usable number in Length"):
        read_define(data.replace(b'Length="7"', b'Length="seven"', 1))


def test_every_kind_of_mistake_is_found(define: Define, snapshot: Any) -> None:
    groups = list(define.groups)
    vs = groups[1]
    refs = [
        replace(vs.items[0], order=2, key=5),
        *vs.items[1:2],
        replace(vs.items[2], method=""),
        *vs.items[3:],
        model.ItemRef("IT.VS.NONE"),
    ]
    groups[1] = replace(vs, items=tuple(refs), class_="FINDING", standard="", leaf=None)
    groups[0] = replace(groups[0], comment="")
    items = [
        replace(i, data_type="txt", codelist="CL.VSTESTCDS")
        if i.oid == "IT.VS.VSTESTCD"
        else replace(i, origins=(model.OriginDef("Predecessor", "Nobody"),), length=None)
        if i.oid == "IT.VS.USUBJID"
        else replace(i, origins=())
        if i.oid == "IT.VS.VSMINE"
        else replace(i, significant_digits=None)
        if i.oid == "IT.VS.VSSTRESN"
        else i
        for i in define.items
    ]
    broken = replace(
        define,
        groups=tuple(groups),
        items=(*items, items[0]),
        study_name="",
        comments=(*define.comments, model.CommentDef("COM.NEVER", "")),
        methods=tuple(replace(m, type="Guess") for m in define.methods),
    )
    assert "\n".join(map(str, check_define(broken, "outputs/sdtm/define.xml"))) == snapshot


def test_differences_from_the_files_are_found_both_ways(define: Define, snapshot: Any) -> None:
    supp, vs = data()
    changed = replace(
        vs,
        label="Vital",
        variables=(
            replace(vs.variables[0], label="Study", length=9),
            replace(vs.variables[1], type="Num"),
            *vs.variables[2:-1],
        ),
    )
    other = replace(supp, name="AE")
    assert "\n".join(map(str, compare_define(define, [changed, other], beside=["vs.xpt"]))) == snapshot


def distinct(column: pd.Series) -> DistinctValues:
    found = CodedColumn.of(column)
    return found.values if isinstance(found.values, np.ndarray) else found.distinct


def test_shapes_of_numbers() -> None:
    assert shape_of(distinct(pd.Series([1e15, 0.1 + 0.2, -3.0, None]))) == model_shape(16, 1)
    assert shape_of(distinct(pd.Series([7.0, -12.0, 3.0, None]))) == model_shape(3, 0)  # "-12"
    assert shape_of(distinct(pd.Series([-1.0, 250.0]))) == model_shape(3, 0)
    assert shape_of(distinct(pd.Series([-1.0, 0.125, 250.0]))) == model_shape(5, 3)
    assert shape_of(distinct(pd.Series(["<0.44", "12"], dtype="str"))) == model_shape(5, 2)


def model_shape(length: int, digits: int) -> Any:
    from il2cdisc.define.measure import Shape

    return Shape(length, digits)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples are not here")
@pytest.mark.parametrize("name", ["defineV21-SDTM.xml", "defineV21-ADaM.xml"])
def test_the_published_examples_are_read_and_written_without_loss_to_the_model(name: str) -> None:
    example = read_define((EXAMPLES / name).read_bytes(), name)
    assert len(example.groups) >= 3
    assert read_define(define_bytes(example)) == example
