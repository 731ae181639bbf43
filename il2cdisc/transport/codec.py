"""What a format of dataset files offers: its ending, how it is read and, where it is, how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.base.stored import AnyDataset


@dataclass(frozen=True, slots=True)
class Received:
    """A dataset as its file has it, held as distinct values and codes; rows are in the file's order.

    `label` and `variables` are None where the format holds neither labels nor lengths (Parquet).
    """

    name: str
    table: CodedTable
    label: str | None = None
    variables: tuple[Variable, ...] | None = None


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What define.xml says of a variable: its OID, its data type, and its place among the keys (from 1)."""

    oid: str
    data_type: str = ""
    key: int | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What define.xml says of a dataset and its package, for formats that hold it. No clock: `created` is
    the build's time."""

    created: datetime
    item_group: str
    columns: dict[str, ColumnFacts] = field(default_factory=dict[str, ColumnFacts])
    file: str = ""
    study: str = ""
    metadata_version: str = ""
    metadata: str = ""
    originator: str = ""
    system: str = ""
    system_version: str = ""


@dataclass(frozen=True, slots=True)
class Codec:
    """A format of dataset files.

    `read(path, shown)` raises `Stopped` where the file can't be read; `shown` is its name in messages.
    `write(dataset, facts, stream)` is None for a format that is read only or written by a product of its own.
    """

    name: str
    suffix: str
    title: str
    read: Callable[[Path, str], Received]
    write: Callable[[AnyDataset, FileFacts, BinaryIO], None] | None = None
