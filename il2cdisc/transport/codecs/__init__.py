"""Formats of dataset files, one a module, found by listing this folder.

A module has one name that is looked for, `CODEC` (see `transport/codec.py`). A new format is a new file here
and a test; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from il2cdisc.transport.codec import Codec


@cache
def all_codecs() -> Mapping[str, Codec]:
    """Ending → its format, by the alphabet. Raises `ValueError` where two share an ending or a name."""
    found: dict[str, Codec] = {}
    for item in pkgutil.iter_modules(__path__):
        codec: Codec = importlib.import_module(f"{__name__}.{item.name}").CODEC
        if codec.suffix in found or any(codec.name == other.name for other in found.values()):
            raise ValueError(f"transport/codecs/{item.name}.py: there is a format {codec.name} already")
        found[codec.suffix] = codec
    return dict(sorted(found.items()))


def codec_of(path: Path) -> Codec | None:
    """The format of a file by its ending, in any case of letters."""
    return all_codecs().get(path.suffix.lower())


def written_formats() -> dict[str, Codec]:
    """Name → format, of those that a build writes when `[build] formats` of study.toml asks.

    >>> sorted(written_formats())
    ['dsjc', 'json', 'ndjson', 'parquet']
    """
    every = all_codecs().values()
    return {codec.name: codec for codec in every if codec.write is not None}
