"""Writers of displays, one module per file format, found by listing this folder.

A module has one name that is looked for, `WRITER`. A new format is a new file here and a test; nothing else
changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from il2cdisc.spec.tlf import Kind
from il2cdisc.tlf.writer import Writer


@cache
def all_writers() -> tuple[Writer, ...]:
    """Every writer of this folder: pages before data, each in the order of the suffixes.

    Raises `ValueError` if two modules give one suffix.
    """
    found: dict[str, Writer] = {}
    for item in pkgutil.iter_modules(__path__):
        writer: Writer = importlib.import_module(f"{__name__}.{item.name}").WRITER
        if writer.suffix in found:
            raise ValueError(f"tlf/writers/{item.name}.py: there is a writer of {writer.suffix!r} already")
        found[writer.suffix] = writer
    return tuple(sorted(found.values(), key=lambda writer: (writer.data, writer.suffix)))


def writers_of(kind: Kind) -> tuple[Writer, ...]:
    """The writers of a kind of display."""
    return tuple(writer for writer in all_writers() if kind in writer.kinds)
