"""A trial of a few lines, made in a folder: forms as bytes, its study.toml and data dictionary."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from il2cdisc.base.problems import Problems
from il2cdisc.raw import RawExport, load_dictionary, read_export
from il2cdisc.study import Study, load_study

HEAD = """
[study]
id = "SYN-T1"
title = "SYNTHETIC DATA - a trial"
protocol = "T1"
sponsor = "Example Sponsor"
subjects = "dm"
subject_key = "PAT"
synthetic = true
[build]
time = "2023-05-02T09:00:00"
[treatment]
mode = "dummy"
form = "arms"
real = "closed/arms.csv"
dummy = "closed/arms_dummy.csv"
dummy_sha256 = "RECORDED"
[forms.dm]
file = "dm.csv"
subject = "PAT"
[forms.arms]
subject = { through = "dm", by = "RND" }
"""
FILES = {
    "dm.csv": b"PAT,RND\n001,R1\n002,R2\n003,\n",
    "closed/arms_dummy.csv": b"RND,GROUP\nR1,X\nR2,Y\n",
    "closed/arms.csv": b"RND,GROUP\nR1,Y\nR2,X\n",
}
COLUMNS = ["dm,PAT", "dm,RND", "arms,RND", "arms,GROUP"]


@dataclass
class Trial:
    """A study folder in the making."""

    folder: Path
    toml: str = HEAD
    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    columns: list[str] = field(default_factory=lambda: list(COLUMNS))

    def form(self, name: str, file: str, data: bytes, columns: str, more: str = 'subject = "PAT"') -> Trial:
        self.toml += f'[forms.{name}]\nfile = "{file}"\n{more}\n'
        self.files[file] = data
        self.columns += [f"{name},{column}" for column in columns.split()]
        return self

    def study(self) -> Study:
        (self.folder / "raw").mkdir(exist_ok=True)
        recorded = hashlib.sha256(self.files["closed/arms_dummy.csv"]).hexdigest()
        toml = self.toml.replace("RECORDED", recorded)
        (self.folder / "study.toml").write_text(toml, encoding="utf-8")
        for name, data in self.files.items():
            path = self.folder / "raw" / name
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_bytes(data)
        (self.folder / "raw" / "closed" / "arms.csv").chmod(0o600)
        lines = ["form,column,label,type,codes,unit,range,basis"]
        lines += [f"{column},A label,text,,,,ASSUMPTION" for column in self.columns]
        (self.folder / "raw" / "dictionary.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return load_study(self.folder)

    def read(self) -> RawExport:
        study = self.study()
        return read_export(study, load_dictionary(study.dictionary, study.shown(study.dictionary)))


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


@pytest.fixture
def told() -> Callable[[Problems], str]:
    return lambda problems: "\n".join(
        str(item) for item in sorted(problems.items, key=lambda p: p.sort_key())
    )
