"""Mapping modules import `il2cdisc.sdtm` and `il2cdisc.adam`, and nothing else of the engine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "mappings", ROOT / "tests" / "second_trial" / "mappings")
MODULES = sorted(path for folder in FOLDERS for path in folder.rglob("*.py"))
PUBLIC = {"il2cdisc.sdtm", "il2cdisc.adam"}


def imported(text: str) -> set[str]:
    """The modules of the engine that a text imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.split(".")[0] == "il2cdisc"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_mapping_imports_public_names_alone(path: Path) -> None:
    assert imported(path.read_text(encoding="utf-8")) <= PUBLIC


def test_an_import_of_another_room_is_found() -> None:
    assert imported("from il2cdisc.base.dates import day_of\nimport il2cdisc.adam") == {
        "il2cdisc.base.dates",
        "il2cdisc.adam",
    }
