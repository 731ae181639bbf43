"""Product: receipts, what was read from which raw file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from il2cdisc.base.products import Product
from il2cdisc.raw.forms import Receipt


def write(folder: Path, receipts: Sequence[Receipt]) -> None:
    """`receipts.json`: form, file, SHA-256, records and columns of each raw file."""
    text = json.dumps([receipt.as_dict() for receipt in receipts], indent=1, ensure_ascii=False)
    (folder / "receipts.json").write_text(text + "\n", encoding="utf-8", newline="\n")


PRODUCT = Product("receipts", write, "raw")
