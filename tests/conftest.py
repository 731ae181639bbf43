"""What tests of several rooms share: a build of the shipped trial; files as haven and foreign read them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

Readings = dict[tuple[str, str, str, str], list[str]]
ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).parent / "transport" / "read_xpt.R"
QUICK = ("base", "raw", "spec", "transport", "second_trial/test_second_trial.py")
"""Numbers and dates, readers, workbooks, codecs and a whole build: `pytest -m quick`, about a minute."""

# No test fails for time: a busy machine would fail it. All else is hypothesis' own profile, CI's too.
settings.register_profile("il2cdisc", settings(), deadline=None)
settings.load_profile("il2cdisc")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [Path(__file__).parent / name for name in QUICK]
    for item in items:
        if any(item.path.is_relative_to(place) for place in places):
            item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session")
def shipped_outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the shipped trial, built by the command once in a run of the tests. Not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # all workers' own
    out, done = folder / "shipped" / "outputs", folder / "shipped" / "done"
    out.parent.mkdir(exist_ok=True)
    with FileLock(folder / "shipped" / "lock"):
        if not done.exists():
            code = "from il2cdisc.cli import main; main()"
            command = [sys.executable, "-W", "error", "-c", code, "build", "--out", str(out)]
            told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
            assert told.returncode == 0, told.stdout + told.stderr
            done.touch()
    return out


@pytest.fixture(scope="session")
def read_by_r() -> Callable[[Iterable[Path]], Readings]:
    """A function of transport files: (file, reader, fact, variable) → values; one call of R for all of them.

    Skips, and says so, where R or one of the two packages is absent.
    """

    def read(paths: Iterable[Path]) -> Readings:
        if shutil.which("Rscript") is None:
            pytest.skip("Rscript is not installed: haven and foreign were not asked")
        command = ["Rscript", "--vanilla", str(SCRIPT), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "there is no package called" in done.stderr:
            pytest.skip("the R packages haven and foreign are not installed: they were not asked")
        assert done.returncode == 0, done.stderr
        found: Readings = {}
        for line in done.stdout.splitlines():
            file, reader, fact, variable, *values = line.split("\t")
            found[file, reader, fact, variable] = values
        return found

    return read
