"""What several rooms' tests share: transport files as R's haven and foreign read them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import settings

Readings = dict[tuple[str, str, str, str], list[str]]
SCRIPT = Path(__file__).parent / "transport" / "read_xpt.R"

# No test fails for time: a busy machine would fail it. All else is hypothesis' own profile, CI's too.
settings.register_profile("il2cdisc", settings(), deadline=None)
settings.load_profile("il2cdisc")


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
