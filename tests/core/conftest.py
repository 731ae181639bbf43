"""A folder with a transport file, a cache folder, and Pythons that only play CORE."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from il2cdisc.check.core import CoreRequest

HEAD = f"""#!{sys.executable}
import json, os, subprocess, sys, time
def hear():
    line = sys.stdin.readline()
    return json.loads(line) if line else None
def say(**told):
    print(json.dumps(told), flush=True)
asked = hear()
"""
GOOD = """
say(ready=["CORE-000001", "CORE-000002", "CORE-000003"], library="0.17.1", python="3.12.1")
while (message := hear()) is not None:
    rule = message["rule"]
    found = {"row": 3, "USUBJID": "S-1", "SEQ": 2, "dataset": "AE", "value": {"AEDECOD": None}}
    hit = dict(status="issue reported", dataset="AE", message="AEDECOD is empty", count=1, errors=[found])
    fine = dict(status="success", dataset="AE", message="", count=0, errors=[])
    skip = dict(status="skipped", dataset="AE", message="x", count=1, errors=[{"error": "Outside scope"}])
    if rule == "CORE-000002":
        SECOND
    results = {"1": [hit, fine], "2": [fine], "3": [skip]}[rule[-1]]
    say(rule=rule, ids=["CG0001"], seconds=0.1, results=results)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "ae.xpt").write_bytes(b"")
    return tmp_path / "sdtm"


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], str]:
    """The path of a program that is started as the Python of CORE would be."""

    def make(body: str) -> str:
        path = tmp_path / "python-of-core"
        path.write_text(HEAD + body)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return make


@pytest.fixture
def asked(tmp_path: Path, folder: Path, fake: Callable[[str], str]) -> Callable[..., CoreRequest]:
    """A request to a program that behaves but for what happens at its second rule."""

    def make(body: str = "", *, second: str = "pass", **more: object) -> CoreRequest:
        given = {
            "python": fake(body or GOOD.replace("SECOND", second)),
            "cache": str(tmp_path),
            "folder": folder,
            "seconds": 20.0,
            "start_seconds": 20.0,
            **more,
        }
        return CoreRequest(**given)  # pyright: ignore[reportArgumentType]

    return make
