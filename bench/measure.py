"""Wall time and peak memory of one command, as it alone needs them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple


class Measured(NamedTuple):
    """What one run of a command took."""

    seconds: float
    peak_mb: float


_WRAPPER = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, file=open(os.environ["BENCH_RSS"], "w"))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measured(command: Sequence[str], *, codes: Sequence[int] = (0,)) -> Measured:
    """Run a command from a small process, so that its peak is not that of its parent.

    Raises:
        RuntimeError: if it ends with none of *codes*.
    """
    reading, writing = os.pipe()
    environ = {**os.environ, "BENCH_RSS": f"/dev/fd/{writing}"}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-S", "-c", _WRAPPER, *command],
        env=environ,
        pass_fds=[writing],
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    os.close(writing)
    if done.returncode not in codes:
        raise RuntimeError(
            f"{command} ended with {done.returncode}: {done.stderr[-2000:]!r}"
        )
    with os.fdopen(reading) as pipe:
        return Measured(seconds, int(pipe.read()) / 1024)
