"""Standard output and error that never stop a command: closed ones, and pipes whose reader has gone."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class _Pipe(io.FileIO):
    """A file descriptor; what nobody reads any more (`il2cdisc build | head -1`) goes nowhere."""

    lost = False
    """Whether it could not take what was written: a full disk is an error once, not at each flush."""

    def write(self, data: Any, /) -> int:
        if self.lost:
            return memoryview(data).nbytes
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            return memoryview(data).nbytes
        except OSError as error:
            self.lost = True
            raise OSError(error.errno, error.strerror, "standard output") from None


def use_lasting_streams() -> None:
    """Put streams in the place of `sys.stdout` and `sys.stderr` that a gone reader does not break.

    A descriptor that the caller has closed (`>&-`) is opened on the null device first, so that no file of
    a build gets its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
    sys.stdout = _lasting(sys.stdout, 1)
    sys.stderr = _lasting(sys.stderr, 2)


def _lasting(stream: TextIO | None, number: int) -> TextIO:
    if stream is not None:
        stream.flush()
    encoding = stream.encoding if stream is not None else "utf-8"
    raw = io.BufferedWriter(_Pipe(number, "wb", closefd=False))
    # what the terminal's encoding does not have is shown as an escape, never an error
    return io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", line_buffering=True)
