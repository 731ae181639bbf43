"""ODM-XML → text: one record per ItemGroupData; transactions applied in order; no DTD, no entities."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from il2cdisc.base.problems import Address, Problem, Problems, at_line
from il2cdisc.raw.problems import NULL_WITH_VALUE, TRANSACTION, UNREADABLE
from il2cdisc.raw.readers._reader import Options, Reader
from il2cdisc.raw.table import RawTable, text_table
from il2cdisc.study.model import Text

LEVELS = {
    "SubjectData": ("SubjectKey",),
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
}
KEYS = tuple(key for keys in LEVELS.values() for key in keys if key != "ItemGroupOID")
TYPES = ("Insert", "Update", "Remove", "Upsert", "Context")

Key = tuple[str | None, ...]


@dataclass(slots=True)
class _Record:
    """One record: its keys and items, and the line of the element that changed it last."""

    key: Key
    line: int
    values: dict[str, str] = field(default_factory=dict[str, str])


class OdmOptions(Options):
    """Options of ODM-XML files."""

    itemgroup: Text = Field(description="an ODM file may have several")
    """ItemGroupOID of the records that are read."""

    @property
    def place(self) -> str:
        return self.itemgroup


def read(path: Path, shown: str, options: OdmOptions, problems: Problems) -> Iterator[RawTable]:
    """The records of one ItemGroupOID; the file is parsed as a whole. `lines` are lines of the XML.

    Columns: the keys that place a record (SubjectKey, StudyEventOID, ...), attributes of vendors
    (`StudySubjectID` of SubjectData, `FormData.Status` of other levels, `IT.A.ReasonForNull` of an item),
    and one column an ItemOID, in order of appearance. ODM 1.3 (`Value`, typed `ItemDataString`) and 2.0
    (`<Value>`) are read. In a transactional file Insert, Update, Upsert, Remove and Context of every level
    are applied in the order of the file (ODM 1.3.2, section 2.10); a level without one has its parent's.
    """
    root = _parsed(path.read_bytes(), shown, problems)
    if root is None:
        return
    reader = _Reader(shown, options.itemgroup, _is_transactional(root))
    contradiction = _contradiction(root, shown)
    if contradiction is not None:
        problems.add(contradiction)
        return
    for subject in root.iter("{*}SubjectData"):
        reader.walk(subject, (), "Insert")
    problems.extend(reader.problems())
    if not reader.records:
        what = f"The file holds no ItemGroupData of '{options.itemgroup}'."
        problems.add(UNREADABLE.at(shown, what))
        return
    notes = ("transactions applied in the order of the file",) if reader.transactional else ()
    yield _table(reader.records, notes)


def _table(records: Sequence[_Record], notes: tuple[str, ...]) -> RawTable:
    names = dict.fromkeys((*KEYS, *(name for record in records for name in record.values)))
    used = [name for name in names if name not in KEYS or any(record.values.get(name) for record in records)]
    table = text_table({name: [record.values.get(name) for record in records] for name in used})
    lines = np.array([record.line for record in records], dtype="int64")
    return RawTable(table, lines, "utf-8", notes)


def _parsed(data: bytes, shown: str, problems: Problems) -> Any:
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    if not data.strip():
        problems.add(UNREADABLE.at(shown, "The file is empty."))
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.parse(io.BytesIO(data), parser).getroot()
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        problems.add(UNREADABLE.at(at_line(shown, line), f"The XML is damaged or cut off ({error.msg})."))
        return None
    if root.getroottree().docinfo.doctype:
        problems.add(UNREADABLE.at(shown, "The XML declares a document type; ODM has none."))
        return None
    return root


def _transactions(root: Any) -> Iterator[tuple[Any, str]]:
    """Elements of clinical data with a TransactionType, and that type."""
    for subject in root.iter("{*}SubjectData"):
        for element in subject.iter("{*}*"):
            if element.get("TransactionType") is not None:
                yield element, element.get("TransactionType")


def _is_transactional(root: Any) -> bool:
    """What FileType says; a file that says nothing is one if it has a transaction that changes data."""
    if root.get("FileType") is not None:
        return root.get("FileType") == "Transactional"
    return any(kind in {"Update", "Upsert", "Remove"} for _, kind in _transactions(root))


def _contradiction(root: Any, shown: str) -> Problem | None:
    """What keeps the data of a file from being known: an unknown word, changes in a snapshot."""
    said = root.get("FileType")
    if said not in {None, "Snapshot", "Transactional"}:
        what = f"FileType is '{said}', not Snapshot or Transactional."
        return UNREADABLE.at(at_line(shown, root.sourceline or 0), what)
    for element, kind in _transactions(root):
        place = at_line(shown, element.sourceline or 0)
        if kind not in TYPES:
            return UNREADABLE.at(place, f"TransactionType is '{kind}', not one of {', '.join(TYPES)}.")
        if said == "Snapshot" and kind in {"Update", "Remove"}:
            what = f"The file is a Snapshot, the state of the data, and holds a change ({kind})."
            return UNREADABLE.at(place, what)
        if kind != "Remove" and any(e.get("TransactionType") == "Remove" for e in element.iterancestors()):
            return UNREADABLE.at(place, f"The element has {kind}, within an element with Remove.")
    return None


class _Reader:
    """Walks the clinical data in the order of the file and keeps the records of one item group."""

    def __init__(self, shown: str, itemgroup: str, transactional: bool) -> None:
        self.shown, self.itemgroup, self.transactional = shown, itemgroup, transactional
        self.records: list[_Record] = []
        self._by_key: dict[Key, _Record] = {}
        self._nulls: dict[str, list[Address]] = {}
        self._wrong: dict[str, list[Address]] = {}

    def walk(self, element: Any, parents: tuple[Any, ...], inherited: str) -> None:
        """An element of a level and all below it; `inherited` is the transaction of its parent."""
        kind = element.get("TransactionType") or inherited
        level, way = _local(element), (*parents, element)
        if self.transactional and kind == "Remove":
            self._remove(_key(way), element)
        elif level == "ItemGroupData":
            if element.get("ItemGroupOID") == self.itemgroup:
                self._group(element, way, kind)
        else:
            for child in element:
                if _local(child) in LEVELS:
                    self.walk(child, way, kind)

    def problems(self) -> Iterator[Problem]:
        for what, places in self._wrong.items():
            yield TRANSACTION.at(places[0], what, records=places)
        for name, places in self._nulls.items():
            what = f'{name} has IsNull="Yes" and a value.'
            yield NULL_WITH_VALUE.at(places[0], what, records=places)

    def _remove(self, key: Key, element: Any) -> None:
        gone = [record for record in self.records if record.key[: len(key)] == key]
        self.records = [record for record in self.records if record.key[: len(key)] != key]
        for record in gone:
            self._by_key.pop(record.key, None)
        if not gone and element.get("ItemGroupOID") == self.itemgroup:
            self._say("A Remove is for a record that was not inserted before.", element)

    def _group(self, element: Any, way: tuple[Any, ...], kind: str) -> None:
        record = self._by_key.get(_key(way)) if self.transactional else None
        if record is not None and kind == "Insert" and _items(element) & set(record.values):
            self._say("An Insert is for a record that was inserted before; both are kept.", element)
            record = None
        if record is None:
            if self.transactional and kind in {"Update", "Context"}:
                self._say(f"A record comes with {kind} and was not inserted before; it was read.", element)
            record = _Record(_key(way), element.sourceline or 0, dict(_placed(way)))
            self.records.append(record)
            self._by_key[record.key] = record
        elif kind != "Context":
            record.line = element.sourceline or 0
        for item in element:
            if isinstance(item.tag, str) and item.get("ItemOID"):
                self._item(item, record, kind)

    def _item(self, item: Any, record: _Record, inherited: str) -> None:
        name, kind = item.get("ItemOID"), item.get("TransactionType") or inherited
        if self.transactional and kind == "Remove":
            record.values[name] = ""
            return
        if self.transactional and kind == "Context" and name in record.values:
            return
        value = _value(item)
        if value and item.get("IsNull") == "Yes":
            self._nulls.setdefault(name, []).append(at_line(self.shown, item.sourceline or 0, name))
        record.values[name] = value
        record.values.update({f"{name}.{vendor}": said for vendor, said in _vendors(item)})

    def _say(self, what: str, element: Any) -> None:
        self._wrong.setdefault(what, []).append(at_line(self.shown, element.sourceline or 0))


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _key(way: Iterable[Any]) -> Key:
    return tuple(element.get(name) for element in way for name in LEVELS[_local(element)])


def _items(element: Any) -> set[str]:
    return {item.get("ItemOID") for item in element if isinstance(item.tag, str) and item.get("ItemOID")}


def _placed(way: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Keys of the elements around a record and its own, and what vendors say there."""
    for element in way:
        for name in LEVELS[_local(element)]:
            if name in KEYS and element.get(name) is not None:
                yield name, element.get(name)
    for element in way:
        level = "" if _local(element) == "SubjectData" else f"{_local(element)}."
        for name, said in _vendors(element):
            yield f"{level}{name}", said


def _vendors(element: Any) -> Iterator[tuple[str, str]]:
    """Attributes of a namespace that is neither ODM's nor one of XML's own."""
    for name, said in element.attrib.items():
        if name.startswith("{") and not name.startswith(("{http://www.w3.org/", "{http://www.cdisc.org/")):
            yield name.rpartition("}")[2], said


def _value(item: Any) -> str:
    """The value of an item, as an attribute, an element or the text of a typed item; "" for none."""
    if item.get("Value") is not None:
        return item.get("Value")
    child = item.find("{*}Value")
    text = (child.text if child is not None else item.text) or ""
    # of an item without a value there may be the line break before its audit record
    return text if child is not None or text.strip() else ""


READER = Reader("odm", "ODM-XML", (".xml",), OdmOptions, read)
