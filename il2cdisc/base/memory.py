"""Freed memory given back to the system, which allocators keep for themselves."""

from __future__ import annotations

import ctypes
from pathlib import Path

from il2cdisc.base.datasets import pa
from il2cdisc.base.paged import give_back_pages

ENOUGH = 400_000_000
"""Bytes that a process may hold before anything is given back: below, it costs more than it helps."""
LITTLE = 250_000_000
"""The same for a process that waits for work."""
MORE = 50_000_000
"""Bytes by which it has grown since, before it is asked again what is free."""
PAGE = 4096
_left = 0


def use_system_allocator() -> None:
    """Let Arrow take its memory where the rest of the process does, so that `give_back` reaches it."""
    pa.set_memory_pool(pa.system_memory_pool())


def give_back(above: int = ENOUGH) -> None:
    """Give back what this process has freed: after a block of subjects that is most of what it took.

    The C library keeps freed memory for later requests, in pieces that the next block's columns seldom fit:
    without this a build in blocks holds more than its blocks need. Pages of `base.paged` go with it. Does
    nothing up to `above` bytes, while hardly more is held than was left the last time, and where the system
    does not say how much a process holds, or has no such call.
    """
    global _left
    held = _held()
    if held < max(above, _left + MORE):
        _left = min(_left, held)
        return
    give_back_pages()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    _left = _held()


def _held() -> int:
    """Bytes of memory of this process; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0
