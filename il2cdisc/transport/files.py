"""One file, whole or not at all, in a directory that the caller hands over."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Generator[BinaryIO]:
    """A stream for a new file that takes the place of `path` when the block ends without an error.

    Written beside it as `.name.part`, flushed to disk, then renamed; after an error `path` is untouched
    and nothing is left. Raises `OSError` as the system does.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
