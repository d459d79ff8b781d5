"""Run a GGUF file in a process of its own, started once, gone when we are.

The process answers at a socket in a folder that only this user can open, and wants a key
that nobody else knows: no port is opened, and no other program can ask it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from askdocs.adapters.llm.gguf.gguf_metadata import read_metadata
from askdocs.adapters.llm.llm_errors import one_line
from askdocs.domain.errors import ModelUnavailable

Notify = Callable[[str], None]

_MAX_SOCKET_PATH_BYTES = 100
"""Systems allow 104 to 108."""

_LOGGED_ERROR = re.compile(
    r"^[\d.]+ E (?:\w+ +)?\S+: (?:error loading model: )?(.+)$", re.M
)


class Process:
    """llama.cpp with one model.

    Attributes:
        socket: Where it answers once it is ready.
        key: What it wants to be told.
    """

    def __init__(self, path: Path, num_ctx: int, threads: int) -> None:
        """Start nothing yet."""
        self._folder = _private_folder()
        self.socket = str(self._folder / "llm.sock")
        self.key = secrets.token_hex(16)
        self._path = path
        self._request = {
            "path": str(path),
            "name": path.name,
            "socket": self.socket,
            "key": self.key,
            "num_ctx": num_ctx,
            "threads": threads or _threads(),
        }
        self._lock = threading.RLock()
        self._processes: list[subprocess.Popen[str]] = []
        self._ready = False
        weakref.finalize(self, _stop, self._processes, self._folder)

    def start(self) -> None:
        """Begin to load the model, unless that has begun; do not wait.

        Raises:
            ConfigError: if there is no such file, or it cannot be read.
            ModelUnavailable: if it is no GGUF file, or there is nothing to run it.
        """
        with self._lock:
            if self._alive:
                return
            read_metadata(self._path)
            if not find_spec("xllamacpp"):
                raise ModelUnavailable(
                    f"{self._path} needs llama.cpp, which is not installed",
                    hint="pip install xllamacpp   (or set RAG_LLM_URL)",
                )
            self._ready = False
            Path(self.socket).unlink(missing_ok=True)
            self._processes[:] = [_spawn(self._log, self._request)]

    def wait(self, notify: Notify | None, *, notice_s: float, limit_s: float) -> None:
        """Return when the model is loaded; *notify* how far that is, every *notice_s*.

        Raises:
            ConfigError: if there is no such file, or it cannot be read.
            ModelUnavailable: if llama.cpp cannot load it, or not in *limit_s*.
        """
        with self._lock:
            self.start()
            deadline = time.monotonic() + limit_s
            while not self._ready:
                if not self._is_ready_within(notice_s):
                    if time.monotonic() > deadline:
                        raise self._not_in_time(limit_s)
                    if notify:
                        notify(self._progress())

    def exit_reason(self, grace_s: float) -> str:
        """Return why it is no longer there; "" if it still is after *grace_s*."""
        with self._lock, suppress(subprocess.TimeoutExpired):
            if self._processes:
                self._processes[0].wait(grace_s)
            return self._reason()
        return ""

    @property
    def pid(self) -> int:
        """The number of the process; 0 before there was one."""
        return self._processes[0].pid if self._processes else 0

    @property
    def _alive(self) -> bool:
        return bool(self._processes) and self._processes[0].poll() is None

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _is_ready_within(self, wait_s: float) -> bool:
        """Return whether it has said that it is ready, after at most *wait_s*."""
        stdout: Any = self._processes[0].stdout
        if not select.select([stdout], [], [], wait_s)[0]:
            return False
        self._ready = stdout.readline() == "ready\n"
        if not self._ready:
            self._processes[0].wait()
            raise ModelUnavailable(
                f"llama.cpp cannot load {self._path}: {self._reason()}",
                hint="rag doctor   (a file of another kind, not whole, or too large?)",
            )
        return True

    def _reason(self) -> str:
        """Return the first error in the log, or the signal that ended the process."""
        code = self._processes[0].wait() if self._processes else 0
        if code == -9:
            return "it was killed, as for want of memory"
        log = self._log.read_text(errors="replace") if self._log.exists() else ""
        match = _LOGGED_ERROR.search(log)
        return one_line(match[1] if match else log[-200:]) or f"it ended with {code}"

    def _not_in_time(self, limit_s: float) -> ModelUnavailable:
        return ModelUnavailable(
            f"{self._path.name} was not loaded after {limit_s:g} s",
            hint="raise RAG_LLM_TIMEOUT_S, or use a smaller model",
        )

    def _progress(self) -> str:
        """Return in words how much of the file is in memory, where the system tells."""
        size = self._path.stat().st_size
        text = f"loading model {self._path.name} ({size / 1e9:.1f} GB)"
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return f"{text}..."
        share = int(pages) * os.sysconf("SC_PAGE_SIZE") / max(size, 1)
        return f"{text}: {min(share, 0.99):.0%}"


@cache
def process_for(path: Path, num_ctx: int, threads: int = 0) -> Process:
    """Return the one process for a model; each question of a conversation asks the same."""
    return Process(path, num_ctx, threads)


def _spawn(log: Path, request: dict[str, object]) -> subprocess.Popen[str]:
    """Start the process; Ctrl-C is none of its business, that stops an answer only."""
    with log.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "askdocs.adapters.llm.gguf.gguf_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            start_new_session=True,
        )
    stdin: Any = child.stdin
    stdin.write(json.dumps(request) + "\n")
    stdin.flush()
    return child


def _stop(processes: list[subprocess.Popen[str]], folder: Path) -> None:
    for child in processes:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()
    shutil.rmtree(folder, ignore_errors=True)


def _private_folder() -> Path:
    """Return a new folder of this user's, with a path that is short enough for a socket."""
    folder = tempfile.mkdtemp(prefix="rag-")
    if len(os.fsencode(folder)) < _MAX_SOCKET_PATH_BYTES:
        return Path(folder)
    Path(folder).rmdir()
    return Path(tempfile.mkdtemp(prefix="rag-", dir="/tmp"))


def _threads() -> int:
    """Return how many threads compute: -1, llama.cpp's choice, where we may have all CPUs."""
    if not hasattr(os, "sched_getaffinity"):
        return -1
    cpus = len(os.sched_getaffinity(0))
    return cpus if cpus < (os.cpu_count() or 1) else -1
