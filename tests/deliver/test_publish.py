"""A build is published whole or not at all, whatever fails and whenever it dies."""

from __future__ import annotations

import errno
import io
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.deliver import exchange as exchange_module
from il2cdisc.deliver import lock as lock_module
from il2cdisc.deliver import publish
from il2cdisc.deliver.manifest import verify, write_manifest
from il2cdisc.deliver.publish import is_ours, repair, staging

FILES = ("sdtm/dm.xpt", "sdtm/ae.xpt", "tlf/t-14-1.rtf", "lineage/AE.parquet")


class BoomError(Exception):
    pass


def write_build(folder: Path, mark: str) -> None:
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mark * 200)
    write_manifest(
        folder, study="TEST", time="2020-01-01T00:00:00", treatment="real", synthetic=True, standards={}
    )


def build(outputs: Path, mark: str, **options: object) -> None:
    with staging(outputs, **options) as stage:  # type: ignore[arg-type]
        write_build(stage.path, mark)
        stage.publish()


def published(outputs: Path) -> str:
    """The mark of the build that is published; fails when it is not one build, whole."""
    assert verify(outputs) == []
    texts = {(outputs / name).read_text() for name in FILES}
    assert len(texts) == 1
    return texts.pop()[0]


def beside(outputs: Path) -> list[str]:
    """What else lies beside the published folder, the lock file apart."""
    return sorted(
        p.name for p in outputs.parent.iterdir() if p.name not in {outputs.name, f".{outputs.name}.lock"}
    )


def steps_of(tmp_path: Path, *, exchange: bool) -> list[str]:
    seen: list[str] = []
    outputs = tmp_path / "probe" / "outputs"
    outputs.parent.mkdir()
    build(outputs, "a")
    build(outputs, "b", step=seen.append, exchange=exchange)
    return seen


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    folder = tmp_path / "trial" / "outputs"
    folder.parent.mkdir()
    return folder


@pytest.mark.parametrize("exchange", [True, False])
def test_first_and_second_build(outputs: Path, exchange: bool) -> None:
    build(outputs, "a", exchange=exchange)
    assert published(outputs) == "a"
    build(outputs, "b", exchange=exchange)
    assert published(outputs) == "b"
    assert beside(outputs) == []


def test_the_steps_are_these(tmp_path: Path) -> None:
    assert steps_of(tmp_path, exchange=False) == [
        "locked",
        "repaired",
        "staged",
        "flushed",
        "journal written",
        "old moved away",
        "new moved in",
        "journal removed",
        "published",
        "cleaned",
    ]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the exchange at one stroke is Linux's")
def test_linux_exchanges_at_one_stroke(tmp_path: Path) -> None:
    assert "exchanged" in steps_of(tmp_path, exchange=True)


def test_leaving_without_publishing_changes_nothing(outputs: Path) -> None:
    build(outputs, "a")
    with staging(outputs) as stage:
        write_build(stage.path, "b")
    assert published(outputs) == "a"
    assert beside(outputs) == []


def test_a_failure_inside_passes_on_and_changes_nothing(outputs: Path) -> None:
    build(outputs, "a")
    with pytest.raises(BoomError), staging(outputs) as stage:
        write_build(stage.path, "b")
        raise BoomError
    assert published(outputs) == "a"
    assert beside(outputs) == []


def test_a_build_without_manifest_is_a_mistake_of_ours(outputs: Path) -> None:
    with pytest.raises(RuntimeError, match=r"manifest\.json"), staging(outputs) as stage:
        stage.publish()
    assert not outputs.exists()


@pytest.mark.parametrize("exchange", [True, False])
def test_a_failure_at_every_step_leaves_old_or_new(tmp_path: Path, exchange: bool) -> None:
    steps = steps_of(tmp_path, exchange=exchange)
    swapped = {"exchanged", "old moved away", "new moved in", "journal removed", "published", "cleaned"}
    for number, name in enumerate(steps):
        outputs = tmp_path / f"t{number}" / "outputs"
        outputs.parent.mkdir()
        build(outputs, "a")

        def fail(step: str, name: str = name) -> None:
            if step == name:
                raise BoomError

        with pytest.raises(BoomError):
            build(outputs, "b", step=fail, exchange=exchange)
        assert published(outputs) == ("b" if name in swapped else "a"), name
        assert beside(outputs) == [], name


SCRIPT = """
import os, signal, sys
sys.path.insert(0, {here!r})
from pathlib import Path
from test_publish import write_build
from il2cdisc.deliver.publish import staging
outputs, mark, exchange, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "True", sys.argv[4]
def step(reached):
    if reached == name:
        os.kill(os.getpid(), signal.SIGKILL)
    print(reached, flush=True)
with staging(outputs, step=step, exchange=exchange) as stage:
    write_build(stage.path, mark)
    stage.publish()
"""


def command(outputs: Path, mark: str, exchange: bool, name: str) -> list[str]:
    script = SCRIPT.format(here=str(Path(__file__).parent))
    return [sys.executable, "-c", script, str(outputs), mark, str(exchange), name]


@pytest.mark.parametrize("exchange", [True, False])
def test_kill_at_every_step(tmp_path: Path, exchange: bool) -> None:
    for number, name in enumerate(steps_of(tmp_path, exchange=exchange)):
        outputs = tmp_path / f"k{number}" / "outputs"
        outputs.parent.mkdir()
        build(outputs, "a")
        done = subprocess.run(command(outputs, "b", exchange, name), capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        repair(outputs)
        before = name in {"locked", "repaired", "staged", "flushed"}
        assert published(outputs) in ("a" if before else "b" if name != "journal written" else "ab"), name
        assert beside(outputs) == [], name
        build(outputs, "c", exchange=exchange)
        assert published(outputs) == "c"


def test_kill_at_random_moments(outputs: Path) -> None:
    build(outputs, "a")
    chance = random.Random(7)
    last = "a"
    for round_ in range(8):
        mark = "bcdefghi"[round_]
        process = subprocess.Popen(
            command(outputs, mark, round_ % 2 == 0, "-"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        for _ in range(chance.randrange(9)):
            process.stdout.readline()
        process.kill()
        process.stdout.close()
        process.wait()
        repair(outputs)
        now = published(outputs)
        assert now in {last, mark}
        assert beside(outputs) == []
        last = now


def test_first_build_killed_leaves_nothing_or_all(tmp_path: Path) -> None:
    for name, there in (("flushed", False), ("moved", True)):
        outputs = tmp_path / name / "outputs"
        outputs.parent.mkdir()
        subprocess.run(command(outputs, "a", True, name), capture_output=True, check=False)
        repair(outputs)
        assert outputs.exists() is there
        assert beside(outputs) == []


@pytest.mark.parametrize(("name", "there"), [("staged", False), ("flushed", False), ("moved", True)])
def test_first_build_failed_leaves_nothing_or_all(outputs: Path, name: str, there: bool) -> None:
    def fail(step: str) -> None:
        if step == name:
            raise BoomError

    with pytest.raises(BoomError):
        build(outputs, "a", step=fail)
    assert outputs.exists() is there
    assert beside(outputs) == []
    build(outputs, "b")
    assert published(outputs) == "b"


def test_repair_brings_the_old_build_back_when_the_new_one_is_gone(outputs: Path) -> None:
    build(outputs, "a")
    outputs.rename(outputs.with_name(".outputs.previous"))
    outputs.with_name(".outputs.journal").write_text(
        '{"new": ".outputs.building-1", "old": ".outputs.previous"}'
    )
    repair(outputs)
    assert published(outputs) == "a"
    assert beside(outputs) == []


def test_repair_overlooks_an_empty_folder_made_meanwhile(outputs: Path) -> None:
    build(outputs, "a")
    outputs.rename(outputs.with_name(".outputs.previous"))
    outputs.with_name(".outputs.journal").write_text(
        '{"new": ".outputs.building-1", "old": ".outputs.previous"}'
    )
    outputs.mkdir()
    repair(outputs)
    assert published(outputs) == "a"


def test_repair_keeps_the_old_build_when_a_foreign_folder_took_the_name(outputs: Path) -> None:
    build(outputs, "a")
    outputs.rename(outputs.with_name(".outputs.previous"))
    outputs.with_name(".outputs.journal").write_text(
        '{"new": ".outputs.building-1", "old": ".outputs.previous"}'
    )
    outputs.mkdir()
    (outputs / "mine.txt").write_text("mine")
    with pytest.raises(Stopped):
        build(outputs, "b")
    assert (outputs / "mine.txt").read_text() == "mine"
    (outputs / "mine.txt").unlink()
    outputs.rmdir()
    repair(outputs)
    assert published(outputs) == "a"


def test_repair_where_no_build_ever_was_makes_nothing(outputs: Path) -> None:
    repair(outputs)
    assert list(outputs.parent.iterdir()) == []
    repair(outputs.parent / "no" / "such" / "outputs")


def test_a_damaged_journal_does_no_harm(outputs: Path) -> None:
    build(outputs, "a")
    outputs.with_name(".outputs.journal").write_text("{")
    repair(outputs)
    assert published(outputs) == "a"
    assert beside(outputs) == []


def test_another_build_is_told_and_left_alone(outputs: Path) -> None:
    build(outputs, "a")
    with staging(outputs) as stage:
        write_build(stage.path, "b")
        with pytest.raises(Stopped, match=f"another build is running \\(process {os.getpid()}\\)"):
            build(outputs, "c")
        repair(outputs)
        assert is_ours(stage.path)
        stage.publish()
    assert published(outputs) == "b"


@pytest.fixture
def no_system_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system where Python has no `fcntl`."""
    monkeypatch.setattr(filelock, "has_fcntl", False)
    monkeypatch.setattr(filelock, "FileLock", filelock.SoftFileLock)


@pytest.mark.usefixtures("no_system_locks")
def test_another_build_is_known_where_the_system_has_no_locks(outputs: Path) -> None:
    with staging(outputs) as stage:
        write_build(stage.path, "a")
        with pytest.raises(Stopped, match=f"another build is running \\(process {os.getpid()}\\)"):
            build(outputs, "b")
        stage.publish()
    assert published(outputs) == "a"
    assert [path.name for path in outputs.parent.iterdir()] == ["outputs"]


@pytest.mark.usefixtures("no_system_locks")
def test_the_lock_of_a_dead_build_is_taken_over_where_the_system_has_no_locks(outputs: Path) -> None:
    lock = outputs.with_name(".outputs.lock")
    script = (
        "import os, sys, filelock\n"
        "lock = filelock.SoftFileLock(sys.argv[1])\n"
        "lock.acquire(timeout=0)\n"
        "os._exit(0)\n"  # as a killed process, it releases nothing
    )
    subprocess.run([sys.executable, "-c", script, str(lock)], check=True)
    assert lock.exists()
    build(outputs, "a")
    assert published(outputs) == "a"


class FirstByteLocked(io.BytesIO):
    """A lock file as Windows shows it to others: its first byte is the holder's."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() == 0:
            raise PermissionError(errno.EACCES, "Permission denied")
        return super().read(size)


@pytest.mark.parametrize(
    ("file", "holder"),
    [
        (io.BytesIO(b"\n123\n"), "process 123"),
        (FirstByteLocked(b"\n123\n"), "process 123"),
        (io.BytesIO(b"123\nhost\n456\n"), "process 123"),
        (io.BytesIO(b""), "another process"),
        (FirstByteLocked(b""), "another process"),
    ],
)
def test_the_holder_of_a_lock(file: io.BytesIO, holder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", lambda *_, **__: file)
    assert lock_module._holder(Path(".outputs.lock")) == holder


def test_builds_of_two_processes_at_once(outputs: Path) -> None:
    started = [
        subprocess.Popen(command(outputs, mark, True, "-"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for mark in "pqr"
    ]
    told = [process.communicate()[1].decode() for process in started]
    codes = [process.returncode for process in started]
    assert 0 in codes
    assert all("another build is running" in text for text, code in zip(told, codes, strict=True) if code)
    assert published(outputs) in "pqr"
    assert beside(outputs) == []


def test_a_stale_lock_file_is_no_lock(outputs: Path) -> None:
    outputs.with_name(".outputs.lock").write_text("1\n")
    build(outputs, "a")
    assert published(outputs) == "a"


def test_a_file_in_the_place_of_the_folder(outputs: Path, snapshot: object) -> None:
    outputs.write_text("a text")
    with pytest.raises(Stopped) as stopped:
        build(outputs, "a")
    assert text_of(stopped.value, outputs) == snapshot
    assert outputs.read_text() == "a text"


def test_a_folder_that_no_build_made(outputs: Path, snapshot: object) -> None:
    outputs.mkdir()
    (outputs / "manifest.json").write_text('{"name": "an extension"}')
    (outputs / "thesis.docx").write_text("years")
    with pytest.raises(Stopped) as stopped:
        build(outputs, "a")
    assert text_of(stopped.value, outputs) == snapshot
    assert (outputs / "thesis.docx").exists()
    assert beside(outputs) == []


def test_a_foreign_file_that_appears_during_the_first_build(outputs: Path) -> None:
    with pytest.raises(Stopped), staging(outputs) as stage:
        write_build(stage.path, "a")
        outputs.mkdir()
        (outputs / "mine.txt").write_text("mine")
        stage.publish()
    assert (outputs / "mine.txt").exists()


@pytest.mark.parametrize("exchange", [True, False])
def test_an_empty_folder_is_welcome(outputs: Path, exchange: bool) -> None:
    outputs.mkdir()
    build(outputs, "a", exchange=exchange)
    assert published(outputs) == "a"
    assert beside(outputs) == []


@pytest.mark.parametrize("exchange", [True, False])
def test_a_symbolic_link_stays_and_its_target_is_replaced(
    outputs: Path, tmp_path: Path, exchange: bool
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    outputs.symlink_to(disk / "builds")
    build(outputs, "a", exchange=exchange)
    build(outputs, "b", exchange=exchange)
    assert outputs.is_symlink()
    assert published(disk / "builds") == "b"
    assert beside(disk / "builds") == []


@pytest.mark.parametrize("exchange", [True, False])
def test_files_of_others_are_kept(outputs: Path, exchange: bool, snapshot: object) -> None:
    build(outputs, "a")
    for mark in "bc":
        (outputs / "sdtm" / "my notes.txt").write_text(mark)
        (outputs / "sdtm" / "~$findings.xlsx").write_text("litter")
        with staging(outputs, exchange=exchange) as stage:
            write_build(stage.path, mark)
            stage.publish()
    assert published(outputs) == "c"
    kept = outputs.with_name("outputs.kept") / "sdtm"
    assert sorted((path.name, path.read_text()) for path in kept.iterdir()) == [
        ("my notes-2.txt", "c"),
        ("my notes.txt", "b"),
    ]
    text = "\n".join(map(str, stage.told))
    assert text.replace(str(outputs.parent) + "/", "") == snapshot


def test_a_file_that_can_not_be_kept_keeps_the_old_folder(
    outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(outputs, "a")
    (outputs / "mine.txt").write_text("mine")

    def refused(*_: object) -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(publish, "keep", refused)
    build(outputs, "b")
    assert published(outputs) == "b"
    monkeypatch.undo()
    repair(outputs)
    assert beside(outputs) == ["outputs.kept"]
    assert (outputs.parent / "outputs.kept" / "mine.txt").read_text() == "mine"


def other_device() -> Path | None:
    place = Path("/dev/shm")
    if (
        not place.is_dir()
        or not os.access(place, os.W_OK)
        or place.stat().st_dev == Path.home().stat().st_dev
    ):
        return None
    return place


@pytest.mark.skipif(other_device() is None, reason="no second filesystem here")
def test_outputs_on_another_device(outputs: Path) -> None:
    device = other_device()
    assert device is not None
    target = device / f"il2cdisc-test-{os.getpid()}" / "outputs"
    target.parent.mkdir()
    try:
        outputs.symlink_to(target)
        build(outputs, "a")
        build(outputs, "b")
        assert published(outputs) == "b"
    finally:
        publish.shutil.rmtree(target.parent)


def refuse(monkeypatch: pytest.MonkeyPatch, number: int, target: str) -> None:
    """Every rename of a folder of that name is refused."""
    usual = Path.rename

    def rename(self: Path, new: Path) -> Path:
        if self.name == target:
            raise OSError(number, os.strerror(number), str(self), None, str(new))
        return usual(self, new)

    def exchanged(one: Path, other: Path) -> bool:
        raise OSError(number, os.strerror(number), str(one), None, str(other))

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(publish, "exchanged", exchanged)


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EBUSY, errno.EPERM])
def test_a_file_held_open_lets_the_new_build_wait(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, number: int, exchange: bool
) -> None:
    build(outputs, "a")
    refuse(monkeypatch, number, "outputs")
    for mark in "bc":
        with pytest.raises(Stopped, match=r"PUB006 .*outputs"):
            build(outputs, mark, exchange=exchange)
        assert published(outputs) == "a"
        assert published(outputs.with_name("outputs.waiting")) == mark
        assert beside(outputs) == ["outputs.waiting"]
    monkeypatch.undo()
    repair(outputs)
    assert published(outputs) == "a"
    build(outputs, "d", exchange=exchange)
    assert published(outputs) == "d"
    assert beside(outputs) == []


def test_the_sentence_about_a_held_file(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, snapshot: object
) -> None:
    build(outputs, "a")
    refuse(monkeypatch, errno.EACCES, "outputs")
    with pytest.raises(Stopped) as stopped:
        build(outputs, "b")
    assert text_of(stopped.value, outputs) == snapshot


def test_the_old_build_comes_back_when_the_new_one_is_refused(
    outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(outputs, "a")
    usual = Path.rename

    def rename(self: Path, new: Path) -> Path:
        if "building" in self.name and new.name == "outputs":
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(self), None, str(new))
        return usual(self, new)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(Stopped, match="PUB006"):
        build(outputs, "b", exchange=False)
    monkeypatch.undo()
    assert published(outputs) == "a"
    assert beside(outputs) == ["outputs.waiting"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS])
def test_a_filesystem_without_exchange_takes_two_renames(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    class Library:
        @staticmethod
        def renameat2(*_: object) -> int:
            return -1

    monkeypatch.setattr(exchange_module.ctypes, "CDLL", lambda *_, **__: Library)
    monkeypatch.setattr(exchange_module.ctypes, "get_errno", lambda: number)
    build(outputs, "a")
    seen: list[str] = []
    build(outputs, "b", step=seen.append)
    assert "journal written" in seen
    assert published(outputs) == "b"


def test_no_space(outputs: Path, snapshot: object) -> None:
    build(outputs, "a")
    with pytest.raises(Stopped) as stopped, staging(outputs) as stage:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(stage.path / "sdtm" / "lb.xpt"))
    assert text_of(stopped.value, outputs) == snapshot
    assert published(outputs) == "a"
    assert beside(outputs) == []


def test_no_space_for_the_lock(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(lock_module, "_sign", full)
    with pytest.raises(Stopped, match="PUB005"):
        build(outputs, "a")


def test_read_only(outputs: Path, monkeypatch: pytest.MonkeyPatch, snapshot: object) -> None:
    usual = os.open

    def refused(path: object, *rest: object, **more: object) -> int:
        if str(path).endswith(".lock"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return usual(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(publish.os, "open", refused)
    with pytest.raises(Stopped) as stopped:
        build(outputs, "a")
    assert text_of(stopped.value, outputs) == snapshot


def refuse_locks(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(_handle: int, _how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(pytest.importorskip("fcntl"), "flock", refused)


def test_no_locks_here(outputs: Path, monkeypatch: pytest.MonkeyPatch, snapshot: object) -> None:
    refuse_locks(monkeypatch, errno.ENOLCK)
    with pytest.raises(Stopped) as stopped:
        build(outputs, "a")
    assert text_of(stopped.value, outputs) == snapshot


@pytest.mark.parametrize("name", ["ENOSYS", "EOPNOTSUPP", "ETIMEDOUT", "EIO"])
def test_network_folders_without_locks(outputs: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A file that exists is no lock there: two machines can't see each other's processes."""
    refuse_locks(monkeypatch, getattr(errno, name))
    with pytest.raises(Stopped, match=r"PUB007 .*no lock can be taken"):
        build(outputs, "a")
    assert not outputs.exists()


def test_a_mount_point(outputs: Path, monkeypatch: pytest.MonkeyPatch, snapshot: object) -> None:
    build(outputs, "a")
    monkeypatch.setattr(os.path, "ismount", lambda path: path.name == "outputs")
    with pytest.raises(Stopped) as stopped:
        build(outputs, "b")
    assert text_of(stopped.value, outputs) == snapshot


def test_an_unreadable_raw_file_is_not_told_as_ours(outputs: Path) -> None:
    raw = outputs.parent / "raw" / "ae.csv"
    with pytest.raises(PermissionError), staging(outputs):
        raise PermissionError(errno.EACCES, "Permission denied", str(raw))


def test_publishing_needs_no_frames() -> None:
    code = "import sys, il2cdisc.deliver.manifest; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def text_of(stopped: Stopped, outputs: Path) -> str:
    return str(stopped).replace(str(outputs.parent) + "/", "").replace(f"-{os.getpid()}", "-<pid>")
