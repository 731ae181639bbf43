"""pyarrow for typed code: it ships no type stubs, so its modules are `Any` here."""

from __future__ import annotations

from typing import Any

import pyarrow as _arrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute as _compute  # pyright: ignore[reportMissingTypeStubs]

pa: Any = _arrow
pc: Any = _compute
ArrowError: type[Exception] = _arrow.ArrowException  # pyright: ignore


def release_memory() -> None:
    """Give the memory that Arrow keeps for later use back to the system."""
    pa.default_memory_pool().release_unused()
