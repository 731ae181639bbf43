"""A second process as an executor: reads files back and draws while the first goes on."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from il2cdisc.base.memory import LITTLE, give_back, use_system_allocator
from il2cdisc.base.shared_tasks import completed

P = ParamSpec("P")
T = TypeVar("T")

# The child takes this process's search path before it imports anything, so that both run the same code.
_CHILD = "import sys; sys.path[:] = {path!r}; from il2cdisc.run.second import serve; serve({modules!r})"


class SecondProcess(Executor):
    """Runs functions one after the other in a second process, while this one goes on.

    For work whose input is files or small values. It writes nothing itself: the caller takes the result and
    decides. `modules` are imported there meanwhile, so that their time is hidden too. With one processor, or
    where the second process ends before its time, the work is done in this one, with the same result.

    A pool of the standard library (`ProcessPoolExecutor`) starts by importing the main module again, stops a
    build when its process is killed, and waits at exit: 0.2 s and a failure more.

    Use it as a context; leaving it ends the second process. With `waits` the work is done in this process
    until `begin` is called: for little work, which takes less time than the imports of the second one.
    """

    def __init__(self, modules: Sequence[str] = (), *, waits: bool = False) -> None:
        self._modules = modules
        self._process: subprocess.Popen[bytes] | None = None
        if not waits:
            self.begin()
        self._left = False
        self._line = ThreadPoolExecutor(1)  # waits on the pipe; nothing is computed in it

    def begin(self) -> None:
        """Start the second process, if it was not and there is a processor for it."""
        if self._process is None and processors() > 1:
            self._process = _start(self._modules)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """What `fn` (of a module, not a lambda) returns or raises, later: ask it for `.result()`."""
        if self._process is None:
            return completed(partial(fn, *args, **kwargs))
        try:
            return self._line.submit(self._ask, self._process, fn, args, kwargs)
        except RuntimeError:  # no room for a thread: this process does it all
            self._process.kill()
            self._process.communicate()
            self._process = None
            return self.submit(fn, *args, **kwargs)

    def _ask(
        self, process: subprocess.Popen[bytes], function: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        asked = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        try:
            process.stdin.write(asked)
            process.stdin.flush()
            value, error = pickle.load(process.stdout)  # noqa: S301 - our own child wrote it
        except (EOFError, OSError, pickle.UnpicklingError):  # it was killed
            if self._left:
                raise
            return function(*args, **kwargs)
        if error is not None:
            raise error
        return value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._process is not None:
            self._process.kill()
        self.shutdown(cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the second process; all that was asked is answered before, or cancelled."""
        self._left = True
        self._line.shutdown(wait=wait, cancel_futures=cancel_futures)
        if self._process is None:
            return
        self._process.kill()  # it writes nothing, and its own way out takes 0.2 s
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # killed: nobody takes what was not yet sent
                    pipe.close()
        self._process.wait()


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(modules: Sequence[str]) -> subprocess.Popen[bytes] | None:
    code = _CHILD.format(path=sys.path, modules=tuple(modules))
    command = [sys.executable, "-P", *(f"-W{option}" for option in sys.warnoptions), "-c", code]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError:  # no room for a second process
        return None


def serve(modules: Sequence[str]) -> None:
    """The second process: takes work from standard input until that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the first process's to answer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    for module in modules:
        importlib.import_module(module)
    use_system_allocator()
    gc.freeze()
    gc.set_threshold(
        100_000
    )  # what is made here is mostly kept: looking for rubbish takes a tenth of the time
    while True:
        try:
            function, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
        except EOFError:
            return
        reply: tuple[Any, Exception | None]
        try:
            reply = function(*args, **kwargs), None
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            reply = None, error
        answer = pickle.dumps(reply, pickle.HIGHEST_PROTOCOL)
        try:
            replies.write(answer)
            replies.flush()
        except BrokenPipeError:  # the first process has gone
            return
        del function, args, kwargs, reply, answer  # nothing is held while it waits
        give_back(LITTLE)
