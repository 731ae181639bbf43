"""What tests of several rooms share: the command, a build of each trial, files as R reads them."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
import scipy.linalg  # noqa: F401 - its library is there before threads are limited
from filelock import FileLock
from hypothesis import settings
from threadpoolctl import threadpool_limits
from typer.testing import CliRunner

import il2cdisc.run.second
from il2cdisc.cli import app

Readings = dict[tuple[str, str, str, str], list[str]]
Done = subprocess.CompletedProcess[str]
ROOT = Path(__file__).parents[1]
SECOND = ROOT / "tests" / "second_trial"
SCRIPT = Path(__file__).parent / "transport" / "read_xpt.R"
QUICK = ("base", "raw", "spec", "transport", "second_trial/test_second_trial.py")
"""Numbers and dates, readers, workbooks, codecs and a whole build: `pytest -m quick`, about a minute."""
LONG = (
    "torture/test_torture.py",
    "build/test_build.py",
    "build/test_bad_input.py",
    "cases/test_records_files.py",
    "cases/test_reports_settings.py",
    "second_trial/test_blocks.py",
)
"""Files that take longest, the longest first: several processes that share the tests end together."""

# No test fails for time: a busy machine would fail it. The same examples each time, so that a change fails
# for what it changed; `--hypothesis-profile=search` draws others, and more of them.
settings.register_profile("il2cdisc", settings(), deadline=None, derandomize=True, database=None)
settings.register_profile("search", settings(), deadline=None, max_examples=1000)
settings.load_profile("il2cdisc")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # commands in processes of their own compile the engine once
gc.set_threshold(100_000, 20, 20)  # as the command does: frames hardly make cycles


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [Path(__file__).parent / name for name in QUICK]
    for item in items:
        if any(item.path.is_relative_to(place) for place in places):
            item.add_marker(pytest.mark.quick)
    long = {Path(__file__).parent / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: long.get(item.path, len(long)))  # keeps the order of all others


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file is run by one process, so that what its tests share is made once; the long files begin."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


class Command(Protocol):
    """The command `il2cdisc`: exit code, and what it prints."""

    def __call__(self, *arguments: object, cwd: Path = ..., **environment: str) -> Done: ...


@pytest.fixture(scope="session", autouse=True)
def one_process() -> Iterator[None]:
    """A build in the tests' own process does all its work there: to start another costs more than it saves.

    A command in a process of its own has a second one, as a user's has; build/test_build.py compares both.
    Nor has linear algebra threads: the matrices are small, and the processors are shared with other tests.
    """
    with threadpool_limits(1), pytest.MonkeyPatch.context() as patch:
        patch.setattr(il2cdisc.run.second, "processors", lambda: 1)
        yield


def run_here(*arguments: object, cwd: Path = ROOT, **environment: str) -> Done:
    """Run the command in this process, which saves the second that Python and the libraries take to start."""
    with contextlib.chdir(cwd), pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        words = [str(item) for item in arguments]
        done = CliRunner().invoke(app, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception  # what would be a traceback on a terminal
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_apart(*arguments: object, cwd: Path = ROOT, processors: int = 0, **environment: str) -> Done:
    """Run the command as a user does, in a process of its own; a warning is an error there too.

    With `processors` it may use so many, where the system can limit them.
    """
    code = "from il2cdisc.cli import main; main()"
    if processors and hasattr(os, "sched_setaffinity"):
        some = sorted(os.sched_getaffinity(0))[:processors]
        code = f"import os; os.sched_setaffinity(0, {some}); {code}"
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    surroundings = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=surroundings)


EACH = """
import json, sys
from il2cdisc.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as ended:
        print("exit code", ended.code, flush=True)
"""


def run_each(commands: Sequence[Sequence[object]], cwd: Path, **environment: str) -> list[str]:
    """What commands print, errors too, one after the other in one process; each with its exit code last."""
    words = json.dumps([[str(word) for word in one] for one in commands])
    command, surroundings = [sys.executable, "-W", "error", "-c", EACH, words], {**os.environ, **environment}
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, check=False, cwd=cwd, env=surroundings, **both)
    assert done.returncode == 0, done.stdout
    *each, rest = re.split(r"(?<=exit code \d\n)", done.stdout)
    assert (len(each), rest) == (len(commands), ""), done.stdout
    return each


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs the command in this process."""
    return run_here


@pytest.fixture(scope="session")
def process() -> Command:
    """Runs the command in a process of its own, where the process is what is tested."""
    return run_apart


def built_once(tmp_path_factory: pytest.TempPathFactory, name: str, run: Command, *arguments: object) -> Path:
    """Outputs of a build, made once in a run of the tests, whichever of its processes is first to ask.

    What the build printed is in `said.txt` beside them, their folder written as OUT. IL2CDISC_TEST_BUILDS
    names a folder that keeps them for further runs of the same checkout.
    """

    def build(folder: Path) -> None:
        out = folder / "outputs"
        done = run("build", *arguments, "--out", out)
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "said.txt").write_text(done.stdout.replace(str(out), "OUT"))

    return made_once(tmp_path_factory, name, build) / "outputs"


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is filled once in a run of the tests, whichever of its processes is first to ask."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # all workers' own
    folder = Path(os.environ.get("IL2CDISC_TEST_BUILDS", folder)) / name
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "done").exists():
            make(folder)
            (folder / "done").touch()
    return folder


def second_copied(folder: Path) -> Path:
    """A copy of the second trial, to be changed: workbooks, mappings and raw files in a new folder."""
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(SECOND / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SECOND / "study.toml", folder)
    return folder


def without_displays(trial: Path) -> Path:
    """A copy of the second trial without displays and further formats, where no test looks at one."""
    (trial / "specs" / "tlf.xlsx").unlink()
    path = trial / "study.toml"
    text, changed = re.subn(r"^formats = .*$", "formats = []", path.read_text("utf-8"), flags=re.MULTILINE)
    assert changed == 1
    path.write_text(text, "utf-8", newline="\n")
    return trial


@pytest.fixture(scope="session")
def shipped_outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the shipped trial, built by the command as a user runs it. Not to be changed."""
    return built_once(tmp_path_factory, "shipped", run_apart)


@pytest.fixture(scope="session")
def second_outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the second trial. Not to be changed."""
    return built_once(tmp_path_factory, "second", run_here, "--trial", SECOND)


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
