"""The shipped trial in blocks of 7 subjects: the same files as in one block."""

from __future__ import annotations

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_outputs_do_not_depend_on_blocks(built: Path, tmp_path: Path, command) -> None:
    done = command("build", "--block-subjects", "7", "--out", str(tmp_path / "blocks"))
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "blocks") == contents(built)
