"""The lock of a folder of outputs: a file that one process at a time holds, and that names its holder."""

from __future__ import annotations

import errno
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from il2cdisc.base.problems import Address, Stopped
from il2cdisc.deliver.problems import BUILD_RUNS, NO_LOCK

if TYPE_CHECKING:
    from filelock import BaseFileLock

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of the errors that say that no space is left."""
_INTERVAL = 0.02  # seconds between two attempts


def take_lock(path: Path, at: Address, *, patience: float = 0.0) -> BaseFileLock:
    """The lock file, held until `.release()`; another holder is waited for, `patience` seconds at most.

    The system frees the lock when the process dies, however it dies. The file itself stays: removing it
    would let two builds hold two files of one name. Raises `Stopped`, placed `at` the folder, when another
    process holds it or the file system has no locks, and `OSError` when the file can't be written.
    """
    lock = _lock(path)
    from filelock import Timeout

    try:
        lock.acquire(timeout=patience, poll_interval=_INTERVAL)
    except Timeout:
        if not path.exists():
            path.open("ab").close()  # filelock waits for what can never be there: says why it can't be made
        raise Stopped([BUILD_RUNS.at(at, f"another build is running ({_holder(path)})")]) from None
    except OSError as error:
        if error.filename is not None or error.errno in FULL:
            raise
        raise Stopped([NO_LOCK.at(at, f"no lock can be taken: {error.strerror}")]) from None
    return lock


def _lock(path: Path) -> BaseFileLock:
    """The lock, not yet taken.

    Where the system has no locks, a file that exists is one: it names its holder, and that of a dead process
    is taken over. Where only the file system has none, nothing takes their place.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # filelock says on import which of the two it is
        from filelock import FileLock, has_fcntl
    if not has_fcntl and os.name != "nt":
        return FileLock(path, thread_local=False)
    return FileLock(
        path, thread_local=False, fallback_to_soft=False, preserve_lock_file=True, on_acquired=_sign
    )


def _sign(handle: int) -> None:
    """Write the number of this process, after the first byte, which Windows lets only the holder read."""
    text = f"\n{os.getpid()}\n".encode("ascii")
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, os.write(handle, text))


def _holder(path: Path) -> str:
    """The process that holds the lock, as its file says."""
    try:
        text = _text(path).split()
    except OSError:
        text = []
    return f"process {text[0].decode('ascii', 'replace')}" if text else "another process"


def _text(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        try:
            return file.read(32)
        except OSError:
            file.seek(1)
            return file.read(32)
