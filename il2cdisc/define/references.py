"""Every reference of a define.xml that leads nowhere, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Problem, Severity, did_you_mean
from il2cdisc.define.model import Define

BROKEN = Kind(
    "DEF046",
    "Broken reference in define.xml",
    Severity.STOP,
    "Ask the sender for a file whose references all lead to an element.",
)
REPEATED = Kind(
    "DEF047",
    "Repeated OID in define.xml",
    Severity.STOP,
    "Ask the sender for a file in which each element has an OID of its own.",
)


def reference_problems(define: Define, shown: str) -> list[Problem]:
    """A problem for each broken reference and each OID that two elements of a kind have."""
    known = {
        "item": [item.oid for item in define.items],
        "codelist": [item.oid for item in define.codelists],
        "method": [item.oid for item in define.methods],
        "comment": [item.oid for item in define.comments],
        "where-clause": [item.oid for item in define.where_clauses],
        "value list": [item.oid for item in define.value_lists],
        "standard": [item.oid for item in define.standards],
        "document": [leaf.oid for leaf in define.leaves],
        "dataset": [group.oid for group in define.groups],
    }
    found: list[Problem] = []
    for kind, oids in known.items():
        twice = sorted({oid for oid in oids if oids.count(oid) > 1})
        found += [
            REPEATED.at(shown, f"two elements have the OID of one {kind}", values=[oid]) for oid in twice
        ]
    sets = {kind: frozenset(oids) for kind, oids in known.items()}
    for owner, kind, oid in dict.fromkeys(_references(define)):
        if oid and oid not in sets[kind]:
            near = did_you_mean(oid, sets[kind])
            found.append(
                BROKEN.at(shown, f"{owner} has a reference to a missing {kind}", values=[oid], hint=near)
            )
    return found


def _references(define: Define) -> Iterator[tuple[str, str, str]]:
    """Owner, kind of what is referred to, OID."""
    for group in define.groups:
        yield group.oid, "standard", group.standard
        yield group.oid, "comment", group.comment
    for owner in (*define.groups, *define.value_lists):
        for ref in owner.items:
            yield owner.oid, "item", ref.item
            yield owner.oid, "method", ref.method
            yield from ((owner.oid, "where-clause", oid) for oid in ref.where)
    for item in define.items:
        yield item.oid, "codelist", item.codelist
        yield item.oid, "value list", item.value_list
        yield item.oid, "comment", item.comment
        for origin in item.origins:
            yield from ((item.oid, "document", document.leaf) for document in origin.documents)
    for clause in define.where_clauses:
        yield clause.oid, "comment", clause.comment
        yield from ((clause.oid, "item", check.item) for check in clause.checks)
    for codelist in define.codelists:
        yield codelist.oid, "standard", codelist.standard
        yield codelist.oid, "comment", codelist.comment
    for described in (*define.methods, *define.comments):
        yield from ((described.oid, "document", document.leaf) for document in described.documents)
