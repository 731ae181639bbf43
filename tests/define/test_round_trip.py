"""From define.xml to a workbook and back: of published files nothing is lost but what the page lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from il2cdisc.define.make import DefineFacts, make_define
from il2cdisc.define.to_workbook import LOSSES, MADE_ANEW, rows_of_define
from il2cdisc.define.write import define_bytes
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.new.write import book_bytes
from tests.define.facts_of_define import Fact, facts_of_define

SHARED = Path(__file__).parents[3] / "shared" / "standards"
NEWER = ("define-2.1-examples/defineV21-SDTM.xml", "define-2.1-examples/defineV21-ADaM.xml")
OLDER = ("samples/SDTM_define.xml", "samples/ADaM_define_CDISC_pilot3.xml")
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the published files are not here")

PLANTED = {
    "origins": ('<def:Origin Type="Assigned" Source="Sponsor"/>', r"\g<0>\g<0>"),
    "types": (
        '<def:Origin Type="Assigned" Source="Sponsor"/>',
        '<def:Origin Type="Other" Source="Sponsor"/>',
    ),
    "clauses": (
        '<def:WhereClauseRef WhereClauseOID="WC.TS.TSPARMCD.AGEMAX"/>',
        r'\g<0><def:WhereClauseRef WhereClauseOID="WC.SPARE"/>',
    ),
    "clauses: a clause of its own": (
        "<def:WhereClauseDef ",
        (
            '<def:WhereClauseDef OID="WC.SPARE"><RangeCheck Comparator="EQ" SoftHard="Soft" '
            r'def:ItemOID="IT.TS.TSPARMCD"><CheckValue>AGEMAX</CheckValue></RangeCheck></def:WhereClauseDef>\g<0>'
        ),
    ),
    "nonstandard": ('<ItemRef ItemOID="IT.TS.TSPARM"', r'\g<0> def:IsNonStandard="Yes"'),
    "labels": (
        'Context="DomainDescription" Name="Demographics"',
        'Context="DomainDescription" Name="People"',
    ),
    "titles": ('<def:PDFPageRef PageRefs="11" Type="PhysicalRef"', r'\g<0> Title="Vital signs"'),
}
"""Loss → what is changed in the example of SDTM, whose own content does not show it."""


@cache
def given(name: str) -> bytes:
    """A published file; `planted` is the example of SDTM with what no file has."""
    if name != "planted":
        return (SHARED / name).read_bytes()
    text = given(NEWER[0]).decode()
    for old, new in PLANTED.values():
        text, times = re.subn(re.escape(old), new, text, count=1)
        assert times == 1, old
    return text.encode()


@cache
def lost_of(name: str, folder: Path) -> tuple[Counter[Fact], Counter[Fact], dict[str, int]]:
    """The facts that do not come back, those that do, and the losses that the command counts."""
    made = rows_of_define(given(name), name)
    book = folder / "book.xlsx"
    book.write_bytes(book_bytes(made.tables, made.standard))
    spec, _ = read_spec(book)
    files = frozenset(document.href for document in spec.documents.values())
    facts = DefineFacts(datetime(2026, 1, 2), "2026-03-27", documents=files)  # noqa: DTZ001
    after = facts_of_define(define_bytes(make_define(spec, (), facts)))
    before = facts_of_define(given(name))
    return (as_newer(before) if name in OLDER else before) - after, after, made.lost


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books")


def as_newer(facts: Counter[Fact]) -> Counter[Fact]:
    """The facts of a file of version 2.0 as 2.1 says them."""
    found: Counter[Fact] = Counter()
    origins = {"CRF": "Investigator", "eDT": "Vendor"}
    guides = {"CDISC SDTM": "SDTMIG", "ADaM-IG": "ADaMIG"}
    for (kind, owner, value), count in facts.items():
        if kind == "Origin@Type" and value in origins:
            found["Origin@Type", owner, "Collected"] += count
            found["Origin@Source", owner, origins[value]] += count
        elif kind == "ItemGroupDef@Class":
            found["Class@Name", owner, value] += count
        elif kind == "MetaDataVersion@StandardName":
            found["Standard@Name", "Standards", guides[value]] += count
        elif kind == "MetaDataVersion@StandardVersion":
            found["Standard@Version", "Standards", value] += count
        else:
            found[kind, owner, value] += count
    return found


_ORIGIN = r"Origin@.*|DocumentRef@leafID|PDFPageRef@.*|ItemRef@MethodOID"
Rule = Callable[[str, str, str], bool]


def is_of(pattern: str, owner: str = "") -> Rule:
    """Facts of a kind, of an owner: both are patterns."""
    return lambda kind, of, _: bool(re.fullmatch(pattern, kind) and re.search(owner, of))


RULES: tuple[tuple[str, Rule], ...] = (
    ("labels", lambda kind, of, value: kind == "Alias@Name" and value == "People"),
    ("displays", is_of(".*", "^AnalysisResultDisplays")),
    ("file", is_of("ODM@.*|MetaDataVersion@(Name|Description|DefineVersion)")),
    ("data", is_of("ItemGroupDef@ArchiveLocationID|leaf@href|title")),
    ("release", lambda kind, of, value: (kind, value) == ("Standard@Version", "2025-09-26")),
    ("comments", is_of("Standard@CommentOID")),
    ("guides", is_of("Standard@(Name|Type|Status|Version)|ItemGroupDef@StandardOID")),
    ("lists", is_of("CodeList@StandardOID")),
    ("terms", is_of(".*@Rank|CodeList@SASFormatName")),
    ("terms", lambda kind, of, value: kind in ("Alias@Name", "Alias@Context") and " " not in of),
    ("terms", is_of("Alias@(Name|Context)", "'")),
    ("dictionaries", is_of("CodeList@IsNonStandard")),
    ("expressions", is_of("FormalExpression(@Context)?")),
    ("clauses", is_of(".*", " or ")),
    ("titles", is_of("PDFPageRef@Title")),
    ("nonstandard", is_of("ItemRef@IsNonStandard")),
    ("types", lambda kind, of, value: kind == "Origin@Type" and value == "Other"),
    ("names", is_of("ItemDef@(Name|SASFieldName)|ItemRef@ItemOID", " where ")),
    ("order", is_of(".*@OrderNumber")),
    ("roles", is_of("ItemRef@Role", " where ")),
    ("descriptions", is_of("Origin/TranslatedText")),
    ("documents", is_of("DocumentRef@leafID|PDFPageRef@.*", "^(COM|MT)")),
    ("lengths", lambda kind, of, value: kind == "ItemDef@Length" and of.endswith(("DTC", "DUR"))),
    ("data", is_of("ItemDef@SignificantDigits")),
    ("origins", is_of(_ORIGIN)),
)
"""Entry of the page → the facts that it speaks of. The first rule that fits counts."""
DEFINITIONS = ("CommentDef", "MethodDef", "CodeList", "ExternalCodeList", "RangeCheck", "CheckValue")


def reasons(lost: Counter[Fact], after: Counter[Fact]) -> Iterator[tuple[str, Fact]]:
    """Each lost fact with the entry of the page that it comes under; "" for none."""
    there = {owner.split(" ")[0] for _, owner, _ in after}
    with_values = {owner for kind, owner, _ in after if kind == "ValueListRef@ValueListOID"}
    for fact in lost.elements():
        kind, owner, _ = fact
        if kind.startswith(DEFINITIONS) and owner.split(" ")[0] not in there:
            yield "unused", fact
        elif owner in with_values and re.fullmatch(_ORIGIN, kind):
            yield "above", fact
        else:
            yield next((name for name, rule in RULES if rule(*fact)), ""), fact


@pytest.mark.parametrize("name", [*NEWER, *OLDER, "planted"])
def test_nothing_is_lost_but_what_the_page_lists(name: str, folder: Path) -> None:
    lost, after, counted = lost_of(name, folder)
    found = list(reasons(lost, after))
    assert [fact for reason, fact in found if not reason] == []
    assert after.total() > 1500
    told = {key for key, count in counted.items() if count}
    assert {reason for reason, _ in found if reason in LOSSES} <= told, "the command must count it"


def test_every_entry_of_the_page_occurs(folder: Path) -> None:
    """An entry that no file shows any more is not a loss: it must go from the page."""
    seen: set[str] = set()
    for name in (*NEWER, *OLDER, "planted"):
        lost, after, _ = lost_of(name, folder)
        seen |= {reason for reason, _ in reasons(lost, after)}
    made_of_names = {"oids", "supplemental"}  # facts compare names, and more documents are no loss
    assert seen == {*LOSSES, *MADE_ANEW} - made_of_names


def test_a_loss_that_is_not_listed_fails(folder: Path) -> None:
    lost, after, _ = lost_of(NEWER[0], folder)
    more = Counter({("ItemDef/TranslatedText", "DM AGE", "Age"): 1})
    assert [fact for reason, fact in reasons(lost + more, after) if not reason] == list(more)
