"""What is in a folder of outputs after a build that stopped, in one true clause."""

from __future__ import annotations

from pathlib import Path

from il2cdisc.deliver.manifest import read_manifest
from il2cdisc.deliver.publish import is_ours


class PreviousOutputs:
    """A folder of outputs, looked at before a build; `clause` says what is there after it has stopped.

    `outputs` is None where nobody knows the folder, as `study.toml` can't be read; `shown` is its name in
    messages, `study` the trial that is built ("" if unknown).
    """

    def __init__(self, outputs: Path | None, shown: str = "", study: str = "") -> None:
        self.outputs = outputs
        self.shown = shown
        self.study = study
        self._before = _identity(outputs)

    def clause(self) -> str:
        """What is there now, to be read after `stopped: 2 problems;`."""
        folder = self.outputs
        if folder is None or _identity(folder) is None or (folder.is_dir() and not any(folder.iterdir())):
            return f"nothing was written to {self.shown}" if self.shown else "nothing was written"
        if not folder.is_dir() or not is_ours(folder):
            return f"{self.shown} has not changed; it was not made by a build"
        if _identity(folder) != self._before:
            return f"the new build is in {self.shown}"
        manifest = read_manifest(folder) or {}
        made_of = str(manifest.get("study", ""))
        if self.study and made_of and made_of != self.study:
            return f"{self.shown} has not changed: it holds a build of another trial, {made_of}"
        if not _whole(folder, manifest):
            return (
                f"{self.shown} has not changed, but its build is not complete: files are missing or changed"
            )
        return f"{self.shown} still holds the previous build"


def _identity(folder: Path | None) -> tuple[int, int] | None:
    """Tells one folder from another of the same name: a build replaces the folder, never files in it."""
    try:
        found = folder.stat() if folder else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _whole(folder: Path, manifest: dict[str, object]) -> bool:
    """True when each file of the manifest is there in its size: `check` looks at the contents as well."""
    files = manifest.get("files")
    if not isinstance(files, dict):
        return False
    for name, entry in files.items():
        path = folder / name
        if path.is_symlink():
            continue
        if not path.is_file() or path.stat().st_size != entry.get("bytes"):
            return False
    return True
