"""Workbooks that are changed in place: what rewriting would lose, and packages without clocks."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

_UNKEPT = {
    "xl/threadedComments/": "threaded comments",
    "xl/slicers/": "slicers",
    "xl/media/": "pictures",
    "xl/charts/": "charts",
    "xl/embeddings/": "embedded objects",
    "xl/ctrlProps/": "form controls",
    "xl/pivotTables/": "pivot tables",
}
"""Parts of a package that rewriting it does not keep → what a person calls them."""
_FIXED = (1980, 1, 1, 0, 0, 0)
NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed text, never a moment
"""The time in a workbook that belongs to no study yet."""


def unkept(content: bytes) -> list[str]:
    """What is in a workbook that rewriting it would lose, in words."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = package.namelist()
    return [what for part, what in _UNKEPT.items() if any(name.startswith(part) for name in names)]


def with_fixed_times(content: bytes, time: datetime = NO_TIME) -> bytes:
    """The package without clocks: neither those of its entries nor the time of its last change."""
    out = io.BytesIO()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            new.writestr(zipfile.ZipInfo(name, _FIXED), data, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()
