"""CDISC CORE itself over the shipped trial, where its environment is named: what it finds is explained."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from il2cdisc.check.core import worse

LISTS = Path(__file__).parent
NAMES = ("IL2CDISC_CORE_PYTHON", "IL2CDISC_CORE_CACHE")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(os.environ.get(name) for name in NAMES), reason=f"{' and '.join(NAMES)} are not set"
    ),
]


@pytest.fixture(scope="module")
def checked(
    shipped_outputs: Path,
    tmp_path_factory: pytest.TempPathFactory,
    process: Callable[..., CompletedProcess[str]],
) -> Path:
    """The folder `checks` of the usual build, checked again with CORE.

    `IL2CDISC_CORE_KEEP` names a new folder to leave it in.
    """
    keep = os.environ.get("IL2CDISC_CORE_KEEP", "")
    out = Path(keep) if keep else tmp_path_factory.mktemp("core") / "outputs"
    shutil.copytree(shipped_outputs, out)
    done = process("check", "--core", "--out", out)
    assert done.returncode in (0, 1), done.stdout[-3000:] + done.stderr[-3000:]  # 1: open findings
    return out / "checks"


def test_no_rule_that_ran_has_gone(checked: Path) -> None:
    """The committed lists may only improve; copy the new ones here when they do."""
    before = (LISTS / "rules_run.txt").read_text()
    assert worse(before, (checked / "core_rules_run.txt").read_text()) == []


def test_no_rule_breaks(checked: Path) -> None:
    not_run = (checked / "core_rules_not_run.txt").read_text()
    assert [line for line in not_run.splitlines() if line.split("\t")[1] == "broke"] == []


def test_every_finding_is_explained_or_known_to_be_open(checked: Path) -> None:
    """`rules_open.txt`: rule and dataset of findings that are still to be mended; it may only get shorter."""
    told = json.loads((checked / "findings.json").read_text())["findings"]
    found = {f"{item['code']} {item.get('dataset', '')}" for item in told if _open(item)}
    assert sorted(found - set((LISTS / "rules_open.txt").read_text().splitlines())) == []


def _open(item: dict[str, str]) -> bool:
    return item["code"].startswith("CORE-") and not item.get("disposition")
