"""`manifest.json`: every file of a build with its size and SHA-256, and what the build was made by and of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from il2cdisc import __version__
from il2cdisc.base.problems import Address, Problem
from il2cdisc.deliver.problems import CHANGED, EXTRA, MISSING, NO_MANIFEST
from il2cdisc.deliver.publish import ENGINE, MARKER

_CHUNK = 1 << 20


def write_manifest(
    folder: Path,
    *,
    study: str,
    time: str,
    treatment: str,
    synthetic: bool,
    standards: Mapping[str, str],
    libraries: Mapping[str, str] | None = None,
    part: Sequence[str] = (),
) -> Path:
    """Write `manifest.json` into a finished build; the last file to be written.

    `time` is the study's fixed build time, never the clock; `treatment` says which list was read (`real`,
    `dummy`), or `open`. `standards` and `libraries` give versions by name; `part` what was asked for,
    where the build is a part of the trial. The same files and arguments give the same bytes.
    """
    told: dict[str, Any] = {
        "engine": {"name": ENGINE, "version": __version__},
        "study": study,
        "synthetic": synthetic,
        "notice": "SYNTHETIC DATA" if synthetic else "",
        "treatment": treatment,
        "time": time,
        "standards": dict(sorted(standards.items())),
        "libraries": dict(sorted((libraries or {}).items())),
        **({"part": list(part)} if part else {}),
        "files": {name: _entry(folder / name) for name in _files(folder)},
    }
    path = folder / MARKER
    _write(path, told)
    return path


def renew(folder: Path, names: Iterable[str]) -> None:
    """Enter files that were written anew after the build (reports of checks) into its manifest.

    `names` are paths below the folder, with `/`. A folder without a manifest that can be read stays as it is.
    """
    told = read_manifest(folder)
    if told is None:
        return
    entries = {**told["files"], **{name: _entry(folder / name) for name in names}}
    told["files"] = dict(sorted(entries.items()))
    _write(folder / MARKER, told)


def _write(path: Path, told: Mapping[str, Any]) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    beside.replace(path)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a build, or None when there is none that can be read."""
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(told, dict) and isinstance(told.get("files"), dict)
    return told if whole else None


def verify(outputs: Path, *, shown: str = "") -> list[Problem]:
    """What differs between a build and its manifest: files changed, missing, added; empty when nothing.

    `shown` is the name of the folder in messages.
    """
    name = shown or str(outputs)
    told = read_manifest(outputs)
    if told is None:
        return [NO_MANIFEST.at(Address(file=f"{name}/{MARKER}"), "there is no manifest that can be read")]
    listed: dict[str, Any] = told["files"]
    present = _files(outputs)
    problems: list[Problem] = []
    for file in sorted(set(listed) | set(present)):
        where = Address(file=f"{name}/{file}")
        if file not in listed:
            problems.append(EXTRA.at(where, "the manifest does not know this file"))
        elif file not in present:
            problems.append(MISSING.at(where, "the manifest lists this file, and it is not there"))
        elif listed[file] != (entry := _entry(outputs / file)):
            problems.append(CHANGED.at(where, _difference(listed[file], entry)))
    return problems


def _difference(before: Any, after: dict[str, Any]) -> str:
    was = before.get("bytes") if isinstance(before, dict) else None
    if was != after["bytes"]:
        return f"the file had {was} bytes when it was built and has {after['bytes']} now"
    return "the file's contents differ from what was built (same size, another SHA-256)"


def _files(folder: Path) -> list[str]:
    """Every file below `folder` but the manifest, as sorted paths with `/`."""
    found = [
        Path(root, name).relative_to(folder).as_posix()
        for root, _, names in os.walk(folder)
        for name in names
    ]
    return sorted(name for name in found if name != MARKER)


def _entry(path: Path) -> dict[str, Any]:
    if path.is_symlink():
        return {"bytes": 0, "sha256": "", "link": str(path.readlink())}
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return {"bytes": size, "sha256": digest.hexdigest()}
