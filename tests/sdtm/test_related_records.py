"""Links of mappings become RELREC when --SEQ is known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.problems import Problems
from il2cdisc.sdtm import collected, dataset, link, stack, subject
from il2cdisc.sdtm.complete import complete
from il2cdisc.sdtm.links import check_links
from il2cdisc.sdtm.mapping import evaluate, links_of, planned

RELREC = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL RELTYPE RELID"


@pytest.fixture
def spec(make: Any):
    return make.workbook(
        make.dataset_spec("AE", "STUDYID DOMAIN USUBJID AESEQ:integer AESPID AETERM", ["USUBJID", "AETERM"]),
        make.dataset_spec("CM", "STUDYID DOMAIN USUBJID CMSEQ:integer CMTRT", ["USUBJID", "CMTRT"]),
        make.dataset_spec("SV", "STUDYID DOMAIN USUBJID VISITNUM:float", ["USUBJID", "VISITNUM"]),
        make.dataset_spec("RELREC", RELREC, ["STUDYID", "USUBJID", "RELID", "RDOMAIN", "IDVAR", "IDVARVAL"]),
    )


@pytest.fixture
def events(make: Any) -> pd.DataFrame:
    # AESEQ follows the term, so that it differs from the number that the site gave
    return make.raw_frame(
        "ae", "AENO AETERM", [("S1", "1", "vomiting"), ("S1", "2", "headache"), ("S2", "1", "rash")]
    )


@pytest.fixture
def medication(make: Any) -> pd.DataFrame:
    return make.raw_frame(
        "cm",
        "CMTRT CMAENO",
        [
            ("S1", "paracetamol", "2"),
            ("S1", "antacid", "1"),
            ("S1", "ibuprofen", "2"),
            ("S2", "antacid", None),
            ("S2", "cortisone", "7"),
        ],
    )


def ae(rows: pd.DataFrame, **more: Any):
    return dataset(
        "AE", rows, USUBJID=subject(), AESPID=collected("ae.AENO"), AETERM=collected("ae.AETERM"), **more
    )


def cm(rows: pd.DataFrame):
    return dataset(
        "CM",
        rows,
        USUBJID=subject(),
        CMTRT=collected("cm.CMTRT"),
        links=[link("AE", AESPID=collected("cm.CMAENO"))],
    )


def completed(make: Any, spec: Any, context: Any, problems: Problems, *mappings: Any) -> dict[str, Any]:
    made = {m.name: evaluate(m, context(spec)) for m in mappings}
    return complete(made, spec, study_id="S", emergent_until=None, problems=problems, address=make.line_of)


def shown(frame: pd.DataFrame) -> list[str]:
    columns = ["USUBJID", "RELID", "RDOMAIN", "IDVAR", "IDVARVAL"]
    return [" ".join(row) for row in frame[columns].itertuples(index=False)]


def test_records_with_one_key_are_related(make, spec, context, problems, events, medication) -> None:
    made = completed(make, spec, context, problems, ae(events), cm(medication))
    # by their keys: AESEQ 1 is headache (AESPID 2), CMSEQ 1 is antacid
    assert shown(made["RELREC"].frame) == [
        "S1 AE-CM-1 AE AESEQ 1",
        "S1 AE-CM-1 CM CMSEQ 2",
        "S1 AE-CM-1 CM CMSEQ 3",
        "S1 AE-CM-2 AE AESEQ 2",
        "S1 AE-CM-2 CM CMSEQ 1",
    ]
    assert made["RELREC"].frame["RELTYPE"].isna().all()
    assert (made["RELREC"].frame["STUDYID"] == "S").all()


def test_the_order_of_mapping_makes_no_difference(make, spec, context, problems, events, medication) -> None:
    one = completed(make, spec, context, problems, ae(events), cm(medication))["RELREC"]
    other = completed(make, spec, context, Problems(), cm(medication), ae(events))["RELREC"]
    pd.testing.assert_frame_equal(one.frame, other.frame)
    pd.testing.assert_frame_equal(one.edges, other.edges)


def test_edges_lead_to_the_record_and_to_the_other_side(
    make, spec, context, problems, events, medication
) -> None:
    edges = completed(make, spec, context, problems, ae(events), cm(medication))["RELREC"].edges
    found = {row: set() for row in range(5)}
    for row, source, number in edges[["row", "source", "id"]].itertuples(index=False):
        found[row].add(f"{source} {number}")
    assert found == {
        0: {"AE 0", "CM 1", "CM 2"},
        1: {"CM 1", "AE 0"},
        2: {"CM 2", "AE 0"},
        3: {"AE 1", "CM 0"},
        4: {"CM 0", "AE 1"},
    }


def test_a_missing_other_side_is_told_at_the_raw_cell(
    make, spec, context, problems, events, medication, snapshot
) -> None:
    completed(make, spec, context, problems, ae(events), cm(medication))
    assert "\n".join(str(p) for p in problems.items) == snapshot


def test_stacked_parts_keep_their_own_links(make, spec, context, problems, events, medication) -> None:
    plain = dataset("CM", medication.iloc[:2], USUBJID=subject(), CMTRT=collected("cm.CMTRT"))
    made = completed(make, spec, context, problems, ae(events), stack(plain, cm(medication.iloc[2:4])))
    assert shown(made["RELREC"].frame) == ["S1 AE-CM-1 AE AESEQ 1", "S1 AE-CM-1 CM CMSEQ 2"]


def test_a_dataset_without_a_sequence_is_known_by_its_visit(make, spec, context, problems) -> None:
    visits = make.mapped_dataset(
        "SV", "sv", pd.DataFrame({"USUBJID": ["S1", "S1"], "VISITNUM": [8.1, 2.0]}).astype({"USUBJID": "str"})
    )
    rows = make.raw_frame("ae", "AENO AETERM VISIT", [("S1", "1", "rash", "8.1")])
    mapping = ae(rows, links=[link("SV", VISITNUM=collected("ae.VISIT"))], dropped={})
    made = {"SV": visits, "AE": evaluate(mapping, context(spec))}
    out = complete(made, spec, study_id="S", emergent_until=None, problems=problems)
    assert shown(out["RELREC"].frame) == ["S1 SV-AE-1 AE AESEQ 1", "S1 SV-AE-1 SV VISITNUM 8.1"]


def test_records_of_one_dataset_may_be_related(make, spec, context, problems) -> None:
    rows = make.raw_frame(
        "ae", "AENO AETERM CAUSE", [("S1", "1", "a", None), ("S1", "2", "b", "1"), ("S1", "3", "c", None)]
    )
    mapping = ae(rows, links=[link("AE", AESPID=collected("ae.CAUSE"))])
    made = completed(make, spec, context, problems, mapping)
    assert shown(made["RELREC"].frame) == ["S1 AE-AE-1 AE AESEQ 1", "S1 AE-AE-1 AE AESEQ 2"]


def test_no_relation_gives_an_empty_dataset(make, spec, context, problems, events, medication) -> None:
    made = completed(make, spec, context, problems, ae(events), cm(medication.iloc[3:4]))
    assert made["RELREC"].frame.empty
    assert list(made["RELREC"].frame.columns) == RELREC.split()


def test_links_are_part_of_the_plan(medication) -> None:
    lines = [p for p in planned(cm(medication.iloc[:0])) if p.dataset == "RELREC"]
    assert [(p.variable, p.sources, p.rule) for p in lines] == [
        ("RELID", ("cm.CMAENO",), "CM and AE of one subject with the same AESPID")
    ]


def test_links_to_what_is_not_there_are_told(make, spec, medication, snapshot) -> None:
    wrong = [link("AEE", AESPID=collected("cm.CMAENO")), link("AE", AESPIDD=collected("cm.CMAENO"))]
    told = check_links([("CM", item) for item in wrong], spec, ["AE", "CM"])
    bare = make.workbook(spec.datasets["AE"], spec.datasets["CM"])
    good = links_of(cm(medication))
    told += check_links([("CM", item) for item in good], bare, ["AE", "CM"])
    assert not check_links([("CM", item) for item in good], spec, ["AE", "CM"])
    assert "\n".join(str(p) for p in told) == snapshot


def test_a_link_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="the link to AE has no key"):
        link("AE")
