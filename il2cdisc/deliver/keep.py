"""Files that somebody put into a published folder are kept when the folder is replaced."""

from __future__ import annotations

import json
import os
from pathlib import Path

_LITTER = ("~$", ".~lock.", ".DS_Store", "Thumbs.db", "desktop.ini")


def strangers(build: Path, manifest: str) -> list[str]:
    """Files of a build's folder that its manifest does not list, as sorted relative paths.

    Lock files of office programs and the like don't count; a folder without manifest has none.
    """
    try:
        listed = set(json.loads((build / manifest).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return []
    found = (
        Path(folder, name).relative_to(build).as_posix()
        for folder, _, names in os.walk(build)
        for name in names
        if not name.startswith(_LITTER)
    )
    return sorted(name for name in found if name != manifest and name not in listed)


def keep(build: Path, manifest: str, place: Path) -> list[str]:
    """Move the strangers of a build's folder to `place`; gives their names there.

    A name that is taken gets a number. Raises `OSError` when one can't be moved.
    """
    kept: list[str] = []
    for name in strangers(build, manifest):
        target = _free(place / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        (build / name).rename(target)
        kept.append(target.relative_to(place).as_posix())
    return kept


def _free(path: Path) -> Path:
    number, free = 2, path
    while free.exists() or free.is_symlink():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free
