"""define.xml as a page of HTML, by the stylesheet in the same folder."""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from il2cdisc.define.read import parse_define
from il2cdisc.package import STYLESHEET


@cache
def stylesheet_bytes() -> bytes:
    """The stylesheet, XSLT 1.0, as it is written into the folder of define.xml."""
    return files("il2cdisc.define").joinpath(STYLESHEET).read_bytes()


def html_of_define(data: bytes, shown: str = "define.xml") -> bytes:
    """The page of a define.xml of version 2.1; the same file gives the same bytes.

    Neither the file nor the stylesheet reads or writes anything else. Raises `Stopped` for XML that is
    damaged or declares a document type.
    """
    return bytes(_transform()(parse_define(data, shown)))


@cache
def _transform() -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    sheet = etree.parse(io.BytesIO(stylesheet_bytes()), parser)
    return etree.XSLT(sheet, access_control=etree.XSLTAccessControl.DENY_ALL)
