"""Compressed Dataset-JSON 1.1 (DSJC): the lines of Dataset-NDJSON as one zlib stream."""

from __future__ import annotations

from functools import partial

from il2cdisc.transport.codec import Codec
from il2cdisc.transport.dataset_json import FileLayout, write_dataset_json
from il2cdisc.transport.dataset_json_read import receive

CODEC = Codec(
    name="dsjc",
    suffix=".dsjc",
    title="Compressed Dataset-JSON",
    read=partial(receive, layout=FileLayout.DSJC),
    write=partial(write_dataset_json, layout=FileLayout.DSJC),
)
