"""ODM-XML snapshots → text: one record an ItemGroupData; no DTD, no entities, no network."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from il2cdisc.base.problems import Problems, at_line
from il2cdisc.raw.problems import UNREADABLE
from il2cdisc.raw.table import Table, text_frame

KEYS = (
    "SubjectKey",
    "StudyEventOID",
    "StudyEventRepeatKey",
    "FormOID",
    "FormRepeatKey",
    "ItemGroupRepeatKey",
)


def read_odm(data: bytes, shown: str, problems: Problems, *, itemgroup: str) -> Table | None:
    """The records of one ItemGroupOID as a `Table`; None after a problem. `lines` are lines of the XML.

    Columns: the keys that place a record (SubjectKey, StudyEventOID, ...) and one column an ItemOID, in
    order of appearance. ODM 1.3 (`Value`, typed `ItemDataString`) and 2.0 (`<Value>`) are read; a
    transactional file is refused.
    """
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
    records: list[dict[str, str]] = []
    lines: list[int] = []
    names: dict[str, None] = dict.fromkeys(KEYS)
    for group in root.iter("{*}ItemGroupData"):
        if group.get("ItemGroupOID") != itemgroup:
            continue
        if group.get("TransactionType") in {"Update", "Remove", "Upsert"}:
            what = "The file is transactional: it holds changes, not the state of the data."
            problems.add(UNREADABLE.at(at_line(shown, group.sourceline or 0), what))
            return None
        record = _keys(group)
        for item in group:
            name = item.get("ItemOID") if isinstance(item.tag, str) else None
            if name:
                record[name] = _value(item)
                names.setdefault(name)
        records.append(record)
        lines.append(group.sourceline or 0)
    if not records:
        problems.add(UNREADABLE.at(shown, f"The file holds no ItemGroupData of '{itemgroup}'."))
        return None
    used = [name for name in names if name not in KEYS or any(record.get(name) for record in records)]
    frame = text_frame({name: [record.get(name) for record in records] for name in used})
    return Table(frame, np.array(lines, dtype="int64"), "utf-8")


def _keys(group: Any) -> dict[str, str]:
    """Keys of the elements around a record, and its own."""
    found: dict[str, str] = {}
    for element in (group, *group.iterancestors()):
        for name in KEYS:
            if element.get(name) is not None:
                found.setdefault(name, element.get(name))
    return found


def _value(item: Any) -> str:
    if item.get("IsNull") == "Yes":
        return ""
    if item.get("Value") is not None:
        return item.get("Value")
    child = item.find("{*}Value")
    return (child.text if child is not None else item.text) or ""
