"""The manifest lists what a build wrote, and tells what was changed since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from il2cdisc.deliver.manifest import read_manifest, renew, verify, write_manifest


def written(folder: Path, *, synthetic: bool = True) -> Path:
    (folder / "sdtm").mkdir(parents=True)
    (folder / "sdtm" / "dm.xpt").write_bytes(b"abc")
    (folder / "a.txt").write_bytes(b"")
    return write_manifest(
        folder,
        study="TEST",
        time="2020-01-01T00:00:00",
        treatment="dummy",
        synthetic=synthetic,
        standards={"SDTMIG": "3.4", "ADaMIG": "1.3"},
        libraries={"pandas": "3.0"},
    )


def test_what_it_tells(tmp_path: Path) -> None:
    told = json.loads(written(tmp_path / "outputs").read_text())
    assert list(told["files"]) == ["a.txt", "sdtm/dm.xpt"]
    assert told["files"]["sdtm/dm.xpt"] == {
        "bytes": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }
    assert (told["study"], told["synthetic"], told["notice"]) == ("TEST", True, "SYNTHETIC DATA")
    assert list(told["standards"]) == ["ADaMIG", "SDTMIG"]
    assert told["engine"]["name"] == "il2cdisc"


def test_same_files_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "one").read_bytes() == written(tmp_path / "other").read_bytes()


def test_untouched_outputs_verify(tmp_path: Path) -> None:
    written(tmp_path / "outputs")
    assert verify(tmp_path / "outputs") == []


def test_what_is_written_anew_is_entered_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    written(folder)
    (folder / "a.txt").write_bytes(b"again")
    (folder / "new.txt").write_bytes(b"new")
    (folder / "sdtm" / "dm.xpt").write_bytes(b"abd")
    renew(folder, ["a.txt", "new.txt"])
    assert [problem.where.file for problem in verify(folder, shown="outputs")] == ["outputs/sdtm/dm.xpt"]
    assert list(json.loads((folder / "manifest.json").read_text())["files"]) == [
        "a.txt",
        "new.txt",
        "sdtm/dm.xpt",
    ]


def test_every_difference_is_told(tmp_path: Path, snapshot: object) -> None:
    folder = tmp_path / "outputs"
    written(folder)
    (folder / "sdtm" / "dm.xpt").write_bytes(b"abd")
    (folder / "a.txt").write_bytes(b"grown")
    (folder / "note.txt").write_bytes(b"mine")
    (folder / "gone.txt").write_bytes(b"")
    write = json.loads((folder / "manifest.json").read_text())
    write["files"]["gone.txt"] = write["files"]["a.txt"]
    (folder / "manifest.json").write_text(json.dumps(write))
    (folder / "gone.txt").unlink()
    assert "\n".join(map(str, verify(folder, shown="outputs"))) == snapshot


@pytest.mark.parametrize("text", [None, "{", "[]", '{"files": 3}'])
def test_no_manifest_that_can_be_read(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    assert [problem.code for problem in verify(tmp_path)] == ["PUB011"]
    assert read_manifest(tmp_path) is None
