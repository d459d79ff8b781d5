"""The process that runs a GGUF file: started once, private, gone when we are."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.support.tiny_llama import REPLY

from askdocs.adapters.llm.gguf.gguf_model import GgufModel
from askdocs.adapters.llm.gguf.gguf_process import Process, process_for
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import ModelUnavailable

PLENTY = Sampling(num_ctx=1024, num_predict=64, temperature=0, keep_alive="5m")
HASTY = Limits(retry_s=0)


def reply_of(path: Path, text: str = "Say OK.", **more: object) -> str:
    """Return the reply to one message."""
    llm = GgufModel(path, **{"sampling": PLENTY, "limits": HASTY, "threads": 1, **more})
    return "".join(p.delta or "" for p in llm.stream_chat([ChatMessage(text)]))


def test_a_model_is_loaded_once(tiny):
    """A conversation has many questions, and each makes an adapter."""
    reply_of(tiny)
    process = process_for(tiny, PLENTY.num_ctx, 1)
    first = process.pid
    reply_of(tiny)

    assert process.pid == first


def test_a_process_that_was_killed_is_started_anew(tiny):
    """Memory was short; by now another program may have ended."""
    reply_of(tiny)
    process = process_for(tiny, PLENTY.num_ctx, 1)
    os.kill(process.pid, signal.SIGKILL)
    assert process.exit_reason(5)

    assert reply_of(tiny) == REPLY


def test_nobody_else_can_ask_it(tiny):
    """A port on this machine is open to every user of it, and to web pages."""
    process = process_for(tiny, PLENTY.num_ctx, 1)
    reply_of(tiny)
    folder = Path(process.socket).parent
    with httpx.Client(transport=httpx.HTTPTransport(uds=process.socket)) as other:
        asked = other.post("http://localhost/v1/chat/completions", json={})

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert asked.status_code == 401
    assert not _listens(process.pid)
    assert process.key not in Path(f"/proc/{process.pid}/cmdline").read_text()


def _listens(pid: int) -> bool:
    """Return whether a process listens at a TCP port."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            inodes.add(str(link.readlink()).removeprefix("socket:[").rstrip("]"))
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return any(line[9] in inodes and line[3] == "0A" for line in lines)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_process_ends_when_the_program_does(tiny, number):
    """Gigabytes of memory must not stay taken, nor a folder be left."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from askdocs.adapters.llm.gguf.gguf_process import process_for\n"
        f"p = process_for(Path({str(tiny)!r}), 512, 1)\n"
        "p.wait(None, notice_s=1, limit_s=60)\n"
        "print(p.pid, p.socket, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        pid, socket = program.stdout.readline().split()
        program.send_signal(number)
        program.wait()

    assert _comes_true(lambda: not Path(f"/proc/{pid}").exists())
    assert _comes_true(lambda: not Path(socket).parent.exists())


def _comes_true(is_gone) -> bool:
    until = time.monotonic() + 10
    while not is_gone():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_without_llama_cpp_it_says_what_to_install(tiny, monkeypatch):
    """There is a wheel for most machines, not for all."""
    monkeypatch.setattr(
        "askdocs.adapters.llm.gguf.gguf_process.find_spec", lambda _: None
    )

    with pytest.raises(ModelUnavailable, match="not installed") as caught:
        Process(tiny, 1024, 1).start()

    assert caught.value.hint.startswith("pip install xllamacpp")


def test_a_model_that_does_not_load_in_time_is_given_up(tiny):
    """A cold disk or a network drive."""
    process = Process(tiny, 1024, 1)
    process.start()
    os.kill(process.pid, signal.SIGSTOP)

    with pytest.raises(ModelUnavailable, match=r"was not loaded after 0\.01 s"):
        process.wait(None, notice_s=0.01, limit_s=0.01)
