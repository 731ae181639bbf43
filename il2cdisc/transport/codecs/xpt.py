"""SAS transport files, version 5. What writes them is a product of its own, with refusals and read-back."""

from __future__ import annotations

from pathlib import Path

from il2cdisc.transport.codec import Codec, Received
from il2cdisc.transport.coded import read_coded


def read(path: Path, shown: str) -> Received:
    """The dataset of a transport file."""
    file = read_coded(path, shown=shown)
    return Received(file.name, file.table, file.label, file.variables)


CODEC = Codec(name="xpt", suffix=".xpt", title="SAS transport file", read=read)
