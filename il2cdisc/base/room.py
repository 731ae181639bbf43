"""Memory and threads that the system refuses: how libraries say so, and a try before the first thread."""

from __future__ import annotations

import functools
import threading

WORDS = ("start new thread", "launch worker thread", "failed to map segment", "Unable to allocate")
AT_ONCE = 16  # more than pyarrow starts


def is_room(error: BaseException) -> bool:
    """Whether the system refused a thread or memory: libraries say so in errors of many classes."""
    return isinstance(error, MemoryError) or any(word in str(error) for word in WORDS)


@functools.cache
def try_threads() -> None:
    """Start as many threads as pyarrow will, once in a process, and let them go.

    pyarrow ends the whole process where it can't start a thread of its own; this is an error like any other.
    Raises `RuntimeError`, as `threading` does.
    """
    end = threading.Event()
    try:
        for _ in range(AT_ONCE):
            threading.Thread(target=end.wait, daemon=True).start()
    finally:
        end.set()
