"""The second process: what it gives is what this process would give, and it never outlives it."""

import operator
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import il2cdisc.run.second
from il2cdisc.base.problems import Stopped
from il2cdisc.run.second import SecondProcess, processors
from il2cdisc.study import load_study


@pytest.fixture(autouse=True)
def with_a_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of other tests do all in the tests' own process; here the second one is what is tested."""
    monkeypatch.setattr(il2cdisc.run.second, "processors", processors)


two = pytest.mark.skipif(processors() < 2, reason="one processor: all is done in one process")


def test_work_is_done_in_another_process_in_order():
    with SecondProcess() as second:
        asked = [second.submit(operator.mul, number, 2) for number in range(5)]
        assert [done.result() for done in asked] == [0, 2, 4, 6, 8]
        elsewhere = second.submit(os.getpid).result()
    if processors() > 1:
        assert elsewhere != os.getpid()


@two
def test_work_is_done_here_until_the_second_process_is_begun():
    with SecondProcess(waits=True) as second:
        assert second.submit(os.getpid).result() == os.getpid()
        second.begin()
        assert second.submit(os.getpid).result() != os.getpid()


def test_an_error_comes_back_as_it_is_and_the_next_work_goes_on(tmp_path: Path):
    with SecondProcess() as second:
        failed, after = second.submit(load_study, tmp_path), second.submit(operator.add, 1, 1)
        with pytest.raises(Stopped) as there:
            failed.result()
        assert after.result() == 2
    with pytest.raises(Stopped) as here:
        load_study(tmp_path)
    assert there.value.problems == here.value.problems
    assert str(there.value) == str(here.value)


def test_what_a_library_prints_does_not_get_between_the_answers():
    with SecondProcess() as second:
        first, then = second.submit(os.system, "echo noise"), second.submit(operator.add, 2, 3)
        assert (first.result(), then.result()) == (0, 5)
        assert second.submit(print, "noise", flush=True).result() is None


def test_a_large_answer_passes_while_more_work_waits():
    with SecondProcess() as second:
        asked = [second.submit(operator.mul, b"x" * 100_000, 30) for _ in range(3)]
        assert [len(done.result()) for done in asked] == [3_000_000] * 3


@two
def test_where_the_second_process_is_killed_the_work_is_done_here():
    with SecondProcess() as second:
        os.kill(second.submit(os.getpid).result(), signal.SIGKILL)
        assert second.submit(os.getpid).result() == os.getpid()
        assert second.submit(operator.add, 1, 2).result() == 3


def test_what_can_not_go_over_is_told_where_it_is_asked_for():
    with SecondProcess() as second:
        local = second.submit(lambda: 1)
        if processors() > 1:
            with pytest.raises(Exception, match="pickle"):
                local.result()
        assert second.submit(operator.add, 1, 2).result() == 3


def test_on_one_processor_all_is_done_here(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(il2cdisc.run.second, "processors", lambda: 1)
    with SecondProcess(["il2cdisc.study.load"]) as second:
        assert second.submit(os.getpid).result() == os.getpid()
        with pytest.raises(ZeroDivisionError):
            second.submit(operator.truediv, 1, 0).result()


@two
def test_an_error_in_this_process_ends_the_second_one_at_once():
    begun = time.monotonic()
    with pytest.raises(ValueError, match="enough"), SecondProcess() as second:
        second.submit(time.sleep, 60)
        second.submit(time.sleep, 60)
        raise ValueError("enough")
    assert time.monotonic() - begun < 30


@two
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_the_second_process_ends_when_the_first_is_killed():
    code = (
        "import os, time; from il2cdisc.run.second import SecondProcess\n"
        "with SecondProcess() as second: print(second.submit(os.getpid).result(), flush=True); time.sleep(60)"
    )
    first = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    second = int(first.stdout.readline())
    first.kill()
    first.wait()
    first.stdout.close()
    for _ in range(300):
        if (
            not Path(f"/proc/{second}").exists()
            or "\nState:\tZ" in Path(f"/proc/{second}/status").read_text()
        ):
            return
        time.sleep(0.1)
    pytest.fail("the second process lives on")
