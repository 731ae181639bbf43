"""The engine runs wherever Python runs: nothing of POSIX alone is imported, and a build needs none of it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from il2cdisc.deliver.manifest import verify
from tests.conftest import run_each

ROOT = Path(__file__).parents[2]
TRIAL = ROOT / "tests" / "second_trial"
POSIX_MODULES = re.compile("fcntl|grp|posix|pty|pwd|readline|resource|spwd|syslog|termios|tty")
POSIX_NAMES = re.compile(
    r"""os\.(f?chown|fchmod|fork(pty)?|get(e?[ug]id|pgid|loadavg)|killpg|mkfifo|nice|posix_\w+|p(read|write)v?
          |sched_\w+|setsid|statvfs|sync|sysconf|uname|wait[34]|WNOHANG
          |O_(CLOEXEC|DIRECTORY|NOFOLLOW|NONBLOCK|SYNC))
      | signal\.(alarm|SIG(ALRM|CHLD|HUP|KILL|PIPE|QUIT|USR[12]))""",
    re.VERBOSE,
)

# Takes from every process of a command what a Python without POSIX does not have: `site` imports it.
WITHOUT_POSIX = """
import ctypes, os, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
for name in ("fork", "killpg", "pread", "pwrite", "sched_getaffinity", "sched_setaffinity"):
    delattr(os, name)
class Library(ctypes.CDLL):
    def __getattr__(self, name):
        if name == "renameat2":
            raise AttributeError(name)
        return super().__getattr__(name)
ctypes.CDLL = Library
"""


def posix_only(source: str) -> list[str]:
    """Modules and names that not every system has, but for those in a function that asks `hasattr` first."""
    tree = ast.parse(source)
    guarded = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "hasattr(" in ast.unparse(node.test)
        for inside in ast.walk(node)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if POSIX_MODULES.fullmatch(alias.name)]
        elif isinstance(node, ast.ImportFrom) and POSIX_MODULES.fullmatch(node.module or ""):
            found.append(str(node.module))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and id(node) not in guarded:
            found += [name for name in [f"{node.value.id}.{node.attr}"] if POSIX_NAMES.fullmatch(name)]
    return found


def test_the_engine_imports_nothing_of_posix() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in (ROOT / "il2cdisc").rglob("*.py")
        if (names := posix_only(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import os, fcntl", ["fcntl"]),
        ("def f():\n    from pwd import getpwnam", ["pwd"]),
        ("os.pread(1, 2, 3)", ["os.pread"]),
        ("len(os.sched_getaffinity(0))", ["os.sched_getaffinity"]),
        ("if hasattr(os, 'sched_getaffinity'):\n    n = len(os.sched_getaffinity(0))", []),
        ("os.kill(1, signal.SIGKILL)", ["signal.SIGKILL"]),
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)", []),
    ],
)
def test_names_of_posix_are_found(source: str, names: list[str]) -> None:
    assert posix_only(source) == names


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python without POSIX."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(WITHOUT_POSIX)
    path = os.pathsep.join([str(folder), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


def test_the_surroundings_have_no_posix(surroundings: dict[str, str]) -> None:
    """The next test would prove nothing if they had."""
    code = (
        "import os, ctypes\n"
        "from pathlib import Path\n"
        "from il2cdisc.deliver.exchange import exchanged\n"
        "try:\n    import fcntl\nexcept ImportError:\n    print('no fcntl')\n"
        "print(hasattr(os, 'sched_getaffinity'), exchanged(Path('a'), Path('b')))\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    assert done.stdout == "no fcntl\nFalse False\n"


def test_builds_checks_and_traces_without_posix(
    surroundings: dict[str, str], second_outputs: Path, tmp_path: Path
) -> None:
    """A build in the place of a usual one, with the bytes of that; nothing else is left."""
    out = shutil.copytree(second_outputs, tmp_path / "outputs")
    manifest = (out / "manifest.json").read_bytes()
    (out / "notes.txt").write_text("mine")
    words = ["--trial", TRIAL, "--out", out]
    commands = (["build", *words], ["check", *words], ["trace", "DM", "SYN-ROSE3.DE7.5001", *words])
    built, checked, traced = run_each(commands, TRIAL, **surroundings)
    assert built.endswith("exit code 0\n"), built
    assert (out / "manifest.json").read_bytes() == manifest
    assert verify(out) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outputs", "outputs.kept"]
    assert checked.endswith("findings on 7 records: 6 warnings.\nexit code 1\n"), checked
    assert traced.endswith("exit code 0\n"), traced
    assert "raw/site/enrolment.csv:2" in traced
