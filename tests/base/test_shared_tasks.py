"""Tasks that an executor and whoever waits for it share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from il2cdisc.base.shared_tasks import SharedTasks


def test_tasks_that_nobody_began_are_done_by_who_waits() -> None:
    """The executor is busy with the first of three until the last is done."""
    begun, go_on = threading.Event(), threading.Event()

    def first() -> tuple[str, int]:
        begun.set()
        assert go_on.wait(10)
        return "first", threading.get_ident()

    def other(name: str, *, last: bool) -> tuple[str, int]:
        if not last:
            go_on.set()
        return name, threading.get_ident()

    with ThreadPoolExecutor(1) as executor:
        tasks = [first, partial(other, "second", last=False), partial(other, "third", last=True)]
        shared = SharedTasks(executor, tasks)
        assert begun.wait(10)
        found = shared.results()
    here = threading.get_ident()
    assert [name for name, _ in found] == ["first", "second", "third"]
    assert [thread == here for _, thread in found] == [False, True, True]


def test_the_first_failure_is_raised_whoever_did_it() -> None:
    def fails(text: str) -> None:
        raise ValueError(text)

    with ThreadPoolExecutor(1) as executor:
        gate = threading.Event()
        executor.submit(gate.wait, 10)
        shared = SharedTasks(executor, [partial(fails, "one"), partial(fails, "two")])
        with pytest.raises(ValueError, match="one"):
            shared.results()
        gate.set()
