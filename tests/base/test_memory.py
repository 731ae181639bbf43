"""Freed memory is given back to the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
from pathlib import Path
import pyarrow as pa
import pyarrow.compute as pc
from il2cdisc.base.memory import give_back, use_system_allocator
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
use_system_allocator()
# small buffers, each freed behind one that stays: what fragments the memory of an allocator
numbers = pa.array(range(1000))
buffers = [pc.add(numbers, place) for place in range(100_000)]
kept = buffers[::5000]
del buffers
before = held()
give_back(above=2 * before)  # up to so much nothing is done
left = held()
give_back(above=0)
print(before, left, held(), len(kept))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say what is held")
def test_what_was_freed_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    before, left, after, kept = map(int, done.stdout.split())
    assert kept == 20
    assert left > 0.9 * before
    assert after < 0.5 * before
