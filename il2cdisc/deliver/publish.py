"""All or nothing: a build is written beside the published folder, flushed, then exchanged with it.

Names beside `outputs`: `.outputs.lock` (held while a build is alive), `.outputs.building-<pid>` (a build
being written), `.outputs.journal` and `.outputs.previous` (only where the exchange takes two renames),
`outputs.waiting` (a whole build that could not take its place because a file there is held open),
`outputs.kept` (files that somebody else put into a published folder; a build never deletes them).
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from il2cdisc.base.problems import Address, Kind, Problem, Stopped
from il2cdisc.deliver.exchange import (
    Step,
    exchanged,
    flush_folder,
    flush_tree,
    no_step,
    read_journal,
    write_journal,
)
from il2cdisc.deliver.keep import keep
from il2cdisc.deliver.lock import FULL, take_lock
from il2cdisc.deliver.problems import (
    BUILD_RUNS,
    FOREIGN,
    KEPT,
    MOUNT,
    NO_SPACE,
    NO_WAY,
    NOT_A_FOLDER,
    NOT_WRITABLE,
    WAITS_BESIDE,
)

MARKER = "manifest.json"
ENGINE = "il2cdisc"
_HELD = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EBUSY,
        errno.ETXTBSY,
        errno.EXDEV,
        errno.EEXIST,  # an earlier build, moved away, that could not be removed
        errno.ENOTEMPTY,
    }
)
_REFUSED = _HELD | {errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.ELOOP, errno.ENAMETOOLONG}
_REPAIR_TIME = 0.5  # seconds that a build waits for a reading command's repair to end
_PATIENCE = 5.0  # seconds that a reading command waits for another build's exchange to end


class OutputPaths:
    """The published folder and the names beside it; a symbolic link is followed to what it names."""

    def __init__(self, outputs: Path) -> None:
        self.shown = str(outputs)
        try:
            self.outputs = outputs.resolve()
            with suppress(FileNotFoundError, NotADirectoryError):
                outputs.stat()
        except (OSError, RuntimeError) as error:  # RuntimeError: a circle, in Python 3.12 and before
            why = "its symbolic links lead in a circle"
            if isinstance(error, OSError) and error.errno != errno.ELOOP:
                why = str(error.strerror)
            what = f"the path can't be followed: {why}"
            raise Stopped([NOT_WRITABLE.at(_at(self), what, fix=NO_WAY)]) from None
        self.parent = self.outputs.parent
        name = self.outputs.name
        self.lock = self.parent / f".{name}.lock"
        self.journal = self.parent / f".{name}.journal"
        self.previous = self.parent / f".{name}.previous"
        self.stage = self.parent / f".{name}.building-{os.getpid()}"
        self.waiting = self.parent / f"{name}.waiting"
        self.kept = self.parent / f"{name}.kept"

    def stale(self) -> list[Path]:
        """Every staging folder; while the lock is ours, all but our own belong to dead builds."""
        prefix = f".{self.outputs.name}.building-"
        return sorted(path for path in self.parent.iterdir() if path.name.startswith(prefix))


class Stage:
    """A build being written: `path` is the empty folder to write into, `publish` puts it in place.

    `told` holds what is worth saying after publishing: files of others that were kept.
    """

    def __init__(self, places: OutputPaths, step: Step, *, exchange: bool) -> None:
        self.path = places.stage
        self.told: list[Problem] = []
        self._places = places
        self._step = step
        self._exchange = exchange

    def publish(self) -> Path:
        """Flush the build and exchange it with the published folder, whose path is returned.

        The build must hold its `manifest.json`, by which the next build knows the folder for ours.
        Raises `Stopped` when the published folder can't be replaced; where a file in it is held open,
        the new build waits beside it, whole, under the name that the problem tells.
        """
        if not is_ours(self.path):
            raise RuntimeError(f"a build needs its {MARKER} before it is published")
        with _told(self._places):
            flush_tree(self.path)
            flush_folder(self._places.parent)
            self._step("flushed")
            refuse_foreign(self._places)
            kept = _swap(self._places, self._step, exchange=self._exchange)
            if kept:
                self.told = [_kept_problem(self._places, kept)]
            if is_ours(self._places.waiting):
                shutil.rmtree(self._places.waiting, ignore_errors=True)
            self._step("published")
        return self._places.outputs


@contextmanager
def staging(outputs: Path, *, step: Step = no_step, exchange: bool = True) -> Generator[Stage]:
    """A place to write a build into, under a lock; left without `publish`, nothing has happened.

    `step` is called with the name of each step. `exchange=False` takes the way of two renames even
    where the system offers an exchange. Raises `Stopped` when another build runs, when `outputs` is a
    file or a folder that no build made, when nothing can be written there, or when space runs out.
    """
    places = OutputPaths(outputs)
    with _told(places):
        refuse_foreign(places)  # before anything is written beside it
        places.parent.mkdir(parents=True, exist_ok=True)
    with _locked(places, patience=_REPAIR_TIME):
        step("locked")
        with _told(places):
            _put_right(places)
            step("repaired")
            refuse_foreign(places)
            places.stage.mkdir()
        try:
            with _told(places):
                step("staged")
                yield Stage(places, step, exchange=exchange)
        finally:
            with _told(places):
                _put_right(places)
        step("cleaned")


def repair(outputs: Path) -> None:
    """Put right what a killed build left: a half-done swap is ended, dead staging folders go.

    Every command begins with it. While another build is alive this is that build's own affair; a swap
    that it is just making is waited for. Raises `Stopped` when something can't be put right.
    """
    places = OutputPaths(outputs)
    if not places.parent.is_dir() or not (
        places.journal.exists() or places.previous.exists() or places.stale()
    ):
        return  # nothing is left over
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with _locked(places), _told(places):
                _put_right(places)
            return
        except Stopped as stopped:
            kind = stopped.problems[0].kind
            if kind is NOT_WRITABLE and places.outputs.exists():
                return  # what a dead build left can stay: this command only reads
            if kind is not BUILD_RUNS:
                raise
        if not places.journal.exists() or time.monotonic() > deadline:
            return
        time.sleep(0.02)


def is_ours(folder: Path) -> bool:
    """True when a build made this folder: it holds a manifest that names this engine."""
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    engine = told.get("engine") if isinstance(told, dict) else None
    return isinstance(engine, dict) and engine.get("name") == ENGINE


@contextmanager
def _locked(places: OutputPaths, *, patience: float = 0.0) -> Generator[None]:
    """Hold the lock file; see `take_lock`."""
    with _told(places):
        lock = take_lock(places.lock, _at(places), patience=patience)
    try:
        yield
    finally:
        lock.release()


def _swap(places: OutputPaths, step: Step, *, exchange: bool) -> list[str]:
    """Put the staged build in the place of the published one; the old one is gone afterwards.

    Gives the names of files that were not the old build's, and are kept.
    """
    if not places.outputs.exists():
        _move(places, places.stage, places.outputs)
        flush_folder(places.parent)
        step("moved")
        return []
    if exchange and _exchange(places):
        flush_folder(places.parent)
        step("exchanged")
    else:
        write_journal(places.journal, places.stage.name, places.previous.name)
        step("journal written")
        _move(places, places.outputs, places.previous)
        flush_folder(places.parent)
        step("old moved away")
        _move(places, places.stage, places.outputs)
        flush_folder(places.parent)
        step("new moved in")
        _forget(places)
        step("journal removed")
    return _discard(places)


def _exchange(places: OutputPaths) -> bool:
    try:
        return exchanged(places.stage, places.outputs)
    except OSError as error:
        raise _held(places, error) from None


def _move(places: OutputPaths, old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError as error:
        raise _held(places, error) from None


def _held(places: OutputPaths, error: OSError) -> Exception:
    """The old build goes back, the new one waits beside; answers with what the user is told."""
    if error.errno not in _HELD:
        return error
    if not places.outputs.exists() and places.previous.exists():
        places.previous.rename(places.outputs)
    if is_ours(places.waiting):
        shutil.rmtree(places.waiting)
    elif places.waiting.exists():
        return error
    places.stage.rename(places.waiting)
    flush_folder(places.parent)
    _forget(places)
    what = f"the folder can't be replaced ({error.strerror}): something holds it or a file in it open"
    waiting = Path(places.shown).with_name(places.waiting.name)
    fix = (
        f"Close the program that has a file of {places.shown} open (a spreadsheet, a viewer, a terminal) "
        f"and build again; until then the new build is in {waiting}."
    )
    return Stopped([WAITS_BESIDE.at(_at(places), what, fix=fix)])


def _put_right(places: OutputPaths) -> None:
    """End a half-done swap, then remove staging folders. The lock must be held: all of them are dead."""
    told = read_journal(places.journal)
    if told and places.outputs.is_dir() and not any(places.outputs.iterdir()):
        places.outputs.rmdir()  # made by somebody while the name was free
    if not places.outputs.exists():
        new = places.parent / told[0] if told else None
        if new is not None and is_ours(new):  # it was flushed before the journal was written
            new.rename(places.outputs)
        elif is_ours(places.previous):
            places.previous.rename(places.outputs)
        flush_folder(places.parent)
    _forget(places)
    _discard(places)


def _forget(places: OutputPaths) -> None:
    places.journal.with_name(places.journal.name + ".draft").unlink(missing_ok=True)
    if places.journal.exists():
        places.journal.unlink()
        flush_folder(places.parent)


def _discard(places: OutputPaths) -> list[str]:
    """Remove staging folders and the previous build; files of others in it are kept, and named.

    What resists is tried again by the next command.
    """
    old = [places.previous] if is_ours(places.outputs) else []
    kept: list[str] = []
    for path in [*old, *places.stale()]:
        try:
            kept += keep(path, MARKER, places.kept)
        except OSError:
            continue  # rather a folder too many than a file of somebody lost
        shutil.rmtree(path, ignore_errors=True)
    return kept


def _kept_problem(places: OutputPaths, kept: list[str]) -> Problem:
    place = Path(places.shown).with_name(places.kept.name)
    what = f"files that no build wrote lay in {places.shown}; they are in {place} now"
    return KEPT.at(Address(file=str(place)), what, values=kept)


def refuse_foreign(places: OutputPaths) -> None:
    """Raise `Stopped` where `outputs` exists and is not a folder that may be replaced."""
    outputs = places.outputs
    if not outputs.exists():
        return
    if not outputs.is_dir():
        raise Stopped(
            [NOT_A_FOLDER.at(_at(places), "there is a file with the name of the folder of outputs")]
        )
    if os.path.ismount(outputs):  # Path.is_mount is not on Windows before Python 3.12
        raise Stopped([MOUNT.at(_at(places), "the folder is a mount point, so its name can't be given away")])
    names = sorted(path.name for path in outputs.iterdir())
    if names and not is_ours(outputs):
        what = f"the folder holds files, but no {MARKER} of a build, so it is not replaced"
        raise Stopped([FOREIGN.at(_at(places), what, values=names)])


@contextmanager
def _told(places: OutputPaths) -> Generator[None]:
    """Turns failures of writing beside or into `outputs` into problems that tell what to do."""
    try:
        yield
    except OSError as error:
        problem = _write_problem(places, error)
        if problem is None:
            raise
        raise Stopped([problem]) from error


def _write_problem(places: OutputPaths, error: OSError) -> Problem | None:
    if error.errno in FULL:
        return _because(NO_SPACE, places, error)
    if error.errno not in _REFUSED or error.filename is None:
        return None
    path = Path(os.fsdecode(error.filename))
    names = (places.outputs.name, places.waiting.name)
    here = path.is_relative_to(places.parent) and path != places.parent
    first = path.relative_to(places.parent).parts[0] if here else ""
    ours = first in names or first.startswith(f".{places.outputs.name}.")
    if not ours and not places.parent.is_relative_to(path):
        return None
    return _because(NOT_WRITABLE, places, error)


def _because(kind: Kind, places: OutputPaths, error: OSError) -> Problem:
    name = Path(os.fsdecode(error.filename)).name if error.filename else ""
    what = f"{error.strerror}" + (f" while writing {name}" if name else " while writing")
    return kind.at(_at(places), what)


def _at(places: OutputPaths) -> Address:
    return Address(file=places.shown)
