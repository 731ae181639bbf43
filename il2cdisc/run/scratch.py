"""The scratch folder of a build: where the datasets of blocks lie until they are combined."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from il2cdisc.base.problems import Address, Kind, Severity, Stopped
from il2cdisc.deliver.lock import FULL, take_lock

PREFIX, LOCK = "il2cdisc-", "lock"
JUST_MADE = 5.0
"""Seconds in which the lock of another build may be there and not yet taken."""
NOT_USABLE = Kind(
    "BLK002",
    "Scratch folder that cannot be used",
    Severity.STOP,
    "Name a folder that is there and can be written with --scratch.",
)
NO_ROOM = Kind(
    "BLK003",
    "No space in the scratch folder",
    Severity.STOP,
    "Free space there, or name another folder with --scratch.",
)


@contextmanager
def scratch_folder(given: Path | None, default: Path) -> Iterator[Path]:
    """A new folder in the one that is given, or the folder `default`; removed in the end.

    In the one that is given it removes those of builds that were killed. Raises `Stopped` (BLK002) where no
    folder can be made.
    """
    held = ExitStack()
    try:
        if given is None:
            default.mkdir()
            folder = default
        else:
            _remove_left(given)
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=given))
            held.callback(take_lock(folder / LOCK, Address(file=str(given))).release)
    except OSError as error:
        what = f"no folder can be made in it ({error.strerror})"
        raise Stopped([NOT_USABLE.at(str(given or default.parent), what)]) from None
    try:
        yield folder
    finally:
        held.close()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(given: Path) -> None:
    """Remove the folders whose builds are no more: nobody holds their lock."""
    for lock in sorted(given.glob(f"{PREFIX}*/{LOCK}")):
        with suppress(Stopped, OSError):  # its build goes on, or it is another user's
            if time.time() - lock.stat().st_mtime > JUST_MADE:
                take_lock(lock, Address(file=str(given))).release()
                shutil.rmtree(lock.parent, ignore_errors=True)


@contextmanager
def scratch_room(folder: Path) -> Iterator[None]:
    """Writing into the scratch folder; raises `Stopped` (BLK003, BLK002) where that fails."""
    try:
        yield
    except OSError as error:
        kind = NO_ROOM if error.errno in FULL else NOT_USABLE
        free = shutil.disk_usage(folder).free if folder.is_dir() else 0
        reason = os.strerror(error.errno) if error.errno else str(error)
        what = f"the records of a block could not be written ({reason}); {free / 1e6:,.0f} MB are free"
        raise Stopped([kind.at(str(folder.parent), what)]) from None
