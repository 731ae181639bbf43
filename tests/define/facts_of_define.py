"""Everything that a define.xml says, as facts by which two files are compared: what, of what, the value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

Fact = tuple[str, str, str]
"""The kind (`ItemDef@Length`), what it is said of (`AE.AETERM`) and the value."""
REFERENCES = {
    "ItemOID", "MethodOID", "CodeListOID", "ValueListOID", "WhereClauseOID", "StandardOID", "CommentOID",
    "ArchiveLocationID", "leafID", "ParameterOID", "ItemGroupOID", "RoleCodeListOID",
}  # fmt: skip
PREFIXES = ("CL.", "LF.", "STD.")


def local(name: str) -> str:
    return etree.QName(name).localname


def words(text: str) -> str:
    return " ".join(text.split())


def facts_of_define(data: bytes) -> Counter[Fact]:
    """The facts of a file of version 2.0 or 2.1; identifiers are replaced by what they are identifiers of.

    An item is told at each place that refers to it, so that one that several datasets share counts for each.
    """
    return Counter(_Facts(etree.fromstring(data, etree.XMLParser(remove_comments=True))).all())


class _Facts:
    def __init__(self, root: Any) -> None:
        self.root = root
        self.by_oid = {
            (local(e.tag), e.get("OID") or e.get("ID")): e
            for e in root.iter(etree.Element)
            if e.get("OID") or e.get("ID")
        }
        self.names = {oid: self._name(kind, oid) for kind, oid in self.by_oid}
        self.told: set[Any] = set()

    def _name(self, kind: str, oid: str) -> str:
        """What stands for an identifier: the name of a dataset or item, else itself without a prefix."""
        element = self.by_oid[kind, oid]
        if kind in ("ItemGroupDef", "ItemDef"):
            return element.get("Name")
        if kind == "Standard":
            return f"{element.get('Name')} {element.get('PublishingSet', '')} {element.get('Version')}"
        return next((oid.removeprefix(p) for p in PREFIXES if oid.startswith(p)), oid)

    def all(self) -> Iterator[Fact]:
        (version,) = self.root.iter("{*}MetaDataVersion")
        for group in version.iterfind("{*}ItemGroupDef"):
            yield from self._walk(group, group.get("Name"))
        for element in version:
            if element not in self.told:
                name = element.get("OID") or element.get("ID") or local(element.tag)
                yield from self._walk(element, self.names.get(name, name))
        yield from self._attributes(self.root, "file")
        yield from self._attributes(version, "file")
        for element in self.root.iter("{*}GlobalVariables"):
            yield from self._walk(element, "study")

    def _attributes(self, element: Any, owner: str) -> Iterator[Fact]:
        kind = local(element.tag)
        for key, value in element.attrib.items():
            name = local(key)
            if name not in ("OID", "ID") and (name, value) != ("lang", "en"):
                told = self.names.get(value, value) if name in REFERENCES else words(value)
                yield f"{kind}@{name}", owner, told

    def _walk(self, element: Any, owner: str) -> Iterator[Fact]:
        self.told.add(element)
        kind = local(element.tag)
        yield from self._attributes(element, owner)
        if element.text and element.text.strip():
            parent = local(element.getparent().tag) if kind == "TranslatedText" else ""
            above = local(element.getparent().getparent().tag) if parent == "Description" else parent
            yield f"{above}/{kind}" if above else kind, owner, words(element.text)
        if kind == "ItemRef":
            yield from self._item(element, owner)
        for child in element:
            name = self._own(child)
            yield from self._walk(child, f"{owner} {name}".strip() if name else owner)

    def _own(self, child: Any) -> str:
        """What tells a child apart among its parent's: the item, the term, the place of a comparison."""
        kind = local(child.tag)
        if kind == "ItemRef":
            return self._clauses(child) or self.names[child.get("ItemOID")]
        if kind in ("CodeListItem", "EnumeratedItem"):
            return f"'{child.get('CodedValue')}'"
        if kind == "RangeCheck":
            return self.names[child.get(next(key for key in child.attrib if local(key) == "ItemOID"))]
        return ""

    def _clauses(self, ref: Any) -> str:
        named = [clause.get("WhereClauseOID") for clause in ref.iterfind("{*}WhereClauseRef")]
        return f"where {' or '.join(named)}" if named else ""

    def _item(self, ref: Any, owner: str) -> Iterator[Fact]:
        item = self.by_oid["ItemDef", ref.get("ItemOID")]
        yield from self._walk(item, owner)
        for listed in item.iterfind("{*}ValueListRef"):
            values = self.by_oid["ValueListDef", listed.get("ValueListOID")]
            yield from self._walk(values, owner)
