"""Dataset-JSON 1.1: one object, its rows as arrays."""

from __future__ import annotations

from functools import partial

from il2cdisc.transport.codec import Codec
from il2cdisc.transport.dataset_json import FileLayout, write_dataset_json
from il2cdisc.transport.dataset_json_read import receive

CODEC = Codec(
    name="json",
    suffix=".json",
    title="Dataset-JSON",
    read=partial(receive, layout=FileLayout.JSON),
    write=partial(write_dataset_json, layout=FileLayout.JSON),
)
