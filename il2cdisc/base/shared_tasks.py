"""Tasks that two processes share: one takes them from the front, the other from the back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedTasks(Generic[T]):
    """Tasks that an executor begins with, in their order, and that whoever asks for the results helps with.

    What a task returns depends on nothing but the task, so it does not matter which process did it.
    """

    def __init__(self, executor: Executor, tasks: Sequence[Callable[[], T]]) -> None:
        self._tasks = list(tasks)
        self._futures = [executor.submit(task) for task in self._tasks]

    def results(self) -> list[T]:
        """What the tasks return, in their order; those that nobody has begun are done here, from the last on.

        Raises what the first task that failed raised.
        """
        for place in reversed(range(len(self._tasks))):
            if self._futures[place].cancel():
                self._futures[place] = completed(self._tasks[place])
        return [future.result() for future in self._futures]


def completed(task: Callable[[], T]) -> Future[T]:
    """The task, done at once: what it returned or raised."""
    done: Future[T] = Future()
    try:
        done.set_result(task())
    except Exception as error:  # noqa: BLE001 - raised where the result is asked for
        done.set_exception(error)
    return done
