"""Dataset-JSON 1.1 as lines: metadata first, then a line a record."""

from __future__ import annotations

from functools import partial

from il2cdisc.transport.codec import Codec
from il2cdisc.transport.dataset_json import FileLayout, write_dataset_json
from il2cdisc.transport.dataset_json_read import receive

CODEC = Codec(
    name="ndjson",
    suffix=".ndjson",
    title="Dataset-NDJSON",
    read=partial(receive, layout=FileLayout.NDJSON),
    write=partial(write_dataset_json, layout=FileLayout.NDJSON),
)
