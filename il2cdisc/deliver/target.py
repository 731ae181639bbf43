"""Where a build must not write: below a file, among what a build reads, inside another build's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from il2cdisc.base.problems import Address, Stopped
from il2cdisc.deliver.problems import AMONG_SOURCES, NO_WAY, NOT_A_FOLDER
from il2cdisc.deliver.publish import OutputPaths, is_ours, refuse_foreign


def refuse_target(outputs: Path, sources: Mapping[str, Path]) -> None:
    """Raise `Stopped` where `outputs` is no place for a build; nothing is written.

    `sources`: what a build reads, by the name that messages give it. Also refused are a folder that holds
    files of others, a file, and a mount point.
    """
    places = OutputPaths(outputs)
    at = Address(file=places.shown)
    folder = places.outputs
    if folder == folder.parent:
        raise Stopped([AMONG_SOURCES.at(at, "the folder is the root of the file system")])
    above = next(path for path in folder.parents if path.exists() or path == path.parent)
    if not above.is_dir():
        what = f"{above} is a file, so there can be no folder below it"
        raise Stopped([NOT_A_FOLDER.at(at, what, fix=NO_WAY)])
    for name, source in sources.items():
        read = source.resolve()
        if folder.is_relative_to(read):
            what = "the folder is" if folder == read else "the folder is within"
            raise Stopped([AMONG_SOURCES.at(at, f"{what} {name}, which a build reads")])
        if read.is_relative_to(folder):
            raise Stopped([AMONG_SOURCES.at(at, f"the folder holds {name}, which a build reads")])
    for path in folder.parents:
        if is_ours(path):
            what = f"the folder is within the outputs of a build, {path}, which the next build replaces"
            raise Stopped([AMONG_SOURCES.at(at, what)])
    refuse_foreign(places)
