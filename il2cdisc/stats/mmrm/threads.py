"""One BLAS thread around a fit: the same bits whatever the number of cores, and faster on small matrices."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _controller() -> Any:
    importlib.import_module("scipy.linalg")  # its BLAS must be there when the controller looks around
    return importlib.import_module("threadpoolctl").ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """A context in which linear algebra uses one thread."""
    return _controller().limit(limits=1)
