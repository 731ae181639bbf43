"""A define.xml of version 2.0 to the elements of 2.1; what 2.1 asks for and 2.0 does not say stays empty."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from il2cdisc.define.write import DEF, ODM

OLDER = "http://www.cdisc.org/ns/def/v2.0"
_ORIGINS = {"CRF": ("Collected", "Investigator"), "eDT": ("Collected", "Vendor")}
_GUIDES = {"SDTM-IG": "SDTMIG", "CDISC SDTM": "SDTMIG", "ADAM-IG": "ADaMIG", "CDISC ADAM": "ADaMIG",
           "SEND-IG": "SENDIG", "SDTMIG": "SDTMIG", "ADAMIG": "ADaMIG"}  # fmt: skip


def is_older(root: Any) -> bool:
    """Whether it is a define.xml of version 2.0."""
    version = root.find(f"{{{ODM}}}Study/{{{ODM}}}MetaDataVersion")
    return version is not None and version.get(f"{{{OLDER}}}DefineVersion", "").startswith("2.0")


def upgraded(root: Any) -> Any:
    """The same definitions in the elements of 2.1.

    The class becomes an element, the standard of the file a def:Standard that each dataset refers to, and the
    origins CRF and eDT become Collected, with the sources Investigator and Vendor.
    """
    text = etree.tostring(root).decode().replace(f'"{OLDER}"', f'"{DEF}"')
    made = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    version = made.find(f"{{{ODM}}}Study/{{{ODM}}}MetaDataVersion")
    version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
    made.set(f"{{{DEF}}}Context", "Submission")
    standard = _with_standard(version)
    for group in version.iterfind(f"{{{ODM}}}ItemGroupDef"):
        name = group.attrib.pop(f"{{{DEF}}}Class", "")
        class_ = etree.SubElement(group, f"{{{DEF}}}Class")
        class_.set("Name", name)
        group.set(f"{{{DEF}}}StandardOID", standard)
    for origin in version.iter(f"{{{DEF}}}Origin"):
        kind, source = _ORIGINS.get(origin.get("Type", ""), ("", ""))
        if kind:
            origin.set("Type", kind)
            origin.set("Source", source)
    return made


def _with_standard(version: Any) -> str:
    name = version.attrib.pop(f"{{{DEF}}}StandardName", "")
    number = version.attrib.pop(f"{{{DEF}}}StandardVersion", "")
    known = _GUIDES.get(re.sub(r"\s+", " ", name).upper(), name)
    standards = etree.Element(f"{{{DEF}}}Standards")
    version.insert(0, standards)
    oid = f"STD.{known}"
    one = etree.SubElement(standards, f"{{{DEF}}}Standard")
    for key, value in (
        ("OID", oid),
        ("Name", known),
        ("Type", "IG"),
        ("Version", number),
        ("Status", "Final"),
    ):
        one.set(key, value)
    return oid
