"""The program as its users meet it: words in, and out come text, an exit code, files.

`run` starts it as a shell would; `here` calls it in this process, where torch and
LlamaIndex are loaded once for all tests. Both see nothing of our own environment.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from askdocs.cli.app import main

RAG = Path(sys.executable).with_name("rag")
BASE = "https://www.scaleway.com/en/docs/"


@dataclass(frozen=True)
class Done:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The document on stdout, which must hold nothing else."""
        return json.loads(self.out)

    @property
    def last_two_lines(self) -> tuple[str, str]:
        """What failed and what to do, under what else is said of an answer."""
        return replace(self, err="\n".join(self.err.splitlines()[-2:])).two_lines

    @property
    def two_lines(self) -> tuple[str, str]:
        """What failed and what to do; nothing else may stand on stderr."""
        what, hint = self.err.splitlines()
        assert what.startswith("error: ")
        assert hint.startswith(" hint: ")
        return what.removeprefix("error: "), hint.removeprefix(" hint: ")


def environment(home: Path, env: Mapping[str, str | None]) -> dict[str, str]:
    """Return all that the program sees; a value of None takes a variable away."""
    clean: dict[str, str | None] = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "RAG_HOME": str(home / "rag"),
        "RAG_EMBEDDING_MODEL": "bundled",
        **env,
    }
    return {name: value for name, value in clean.items() if value is not None}


def run(
    *args: str | bytes | Path,
    home: Path,
    env: Mapping[str, str | None] | None = None,
    stdin: str | None = None,
    cwd: Path | None = None,
) -> Done:
    """Run the console script of this interpreter."""
    done = subprocess.run(
        [RAG, *args],
        env=environment(home, env or {}),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        cwd=cwd or home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def here(
    *args: str | Path,
    home: Path,
    env: Mapping[str, str | None] | None = None,
    stdin: str | None = None,
    cwd: Path | None = None,
) -> Done:
    """Run the program in this process; a bug in it is an exception here."""
    out, err = _stream(), _stream()
    with pytest.MonkeyPatch.context() as patch, _restoring_process():
        for name in list(os.environ):
            patch.delenv(name)
        for name, value in environment(home, env or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["rag", *map(str, args)])
        patch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BytesIO((stdin or "").encode()))
        )
        patch.chdir(cwd or home)
        with (
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as end,
        ):
            main()
    return Done(int(end.value.code or 0), _text(out), _text(err))


@contextmanager
def started(*args: str | Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the program and leave it running; it is gone at the end."""
    child = subprocess.Popen(
        [RAG, *args],
        env=environment(home, {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def until(happened: Callable[[], object], child: subprocess.Popen[str]) -> None:
    """Wait for something that a running program does."""
    for _ in range(6000):
        if happened():
            return
        assert child.poll() is None, child.communicate()
        time.sleep(0.01)
    raise AssertionError("it did not happen within a minute")


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder, but not of the lock.

    The engine writes two small files of a shard anew whenever it opens it, their keys in
    any order, so neither their times nor that order says anything.
    """
    return {
        str(path.relative_to(folder)): _content(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.name in {"segment.json", "edge_config.json"}:
        return json.dumps(json.loads(data), sort_keys=True).encode()
    return data


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


@contextmanager
def _restoring_process() -> Iterator[None]:
    """Undo afterwards what the program does to a process it takes for its own."""
    hook, handler, mask = sys.excepthook, signal.getsignal(signal.SIGTERM), os.umask(0)
    os.umask(mask)
    try:
        yield
    finally:
        sys.excepthook = hook
        signal.signal(signal.SIGTERM, handler)
        os.umask(mask)
