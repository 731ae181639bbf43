"""Two folders change places: at one stroke where Linux offers it, else by two renames with a journal."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})

Step = Callable[[str], None]
"""A function that is called with the name of each step; tests make it fail or kill the process."""


def no_step(_name: str) -> None:
    """The step function of everyday use: does nothing."""


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two names of one filesystem atomically; False where system or filesystem can't.

    Raises `OSError` for every other failure (no permission, busy, another device).
    """
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if done == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_OFFERED:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


def flush_folder(folder: Path) -> None:
    """Write a folder's entries (names, renames) through to the disk.

    Windows opens no folder as a file; its file system keeps a journal of names.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:  # some network filesystems flush folders by themselves
            raise
    finally:
        os.close(handle)


def flush_tree(root: Path) -> None:
    """Write every file and folder below `root`, and `root` itself, through to the disk.

    Several files at once: a disk writes them together.
    """
    walked = list(os.walk(root, topdown=False))
    files = [Path(folder, name) for folder, _, names in walked for name in sorted(names)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(_flush_file, [path for path in files if not path.is_symlink()]))
    for folder, _, _ in walked:
        flush_folder(Path(folder))


def _flush_file(path: Path) -> None:
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows flushes what it may write
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_journal(journal: Path, new: str, old: str) -> None:
    """Say, safely on disk, that `new` is about to take the published folder's place and `old` its name.

    Written under another name and renamed, so that a journal that exists is a whole one.
    """
    draft = journal.with_name(journal.name + ".draft")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump({"new": new, "old": old}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(journal)
    flush_folder(journal.parent)


def read_journal(journal: Path) -> tuple[str, str] | None:
    """Names (new, old) of a swap by two renames that was begun and not ended; None when there is none."""
    try:
        told = json.loads(journal.read_text(encoding="utf-8"))
        return str(told["new"]), str(told["old"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
