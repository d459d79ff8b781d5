"""A GGUF file in a process of its own, and what its header says.

`tests/test_contracts_llm.py` asks it the same as the other kinds of server.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import gguf
import httpx
import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.support.tiny_llama import REPLY, tiny_llama

from askdocs.adapters.llm.gguf.gguf_metadata import read_metadata
from askdocs.adapters.llm.gguf.gguf_model import GgufModel
from askdocs.adapters.llm.gguf.gguf_process import Process, process_for
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AskDocsError, ConfigError, ModelUnavailable

PLENTY = Sampling(num_ctx=1024, num_predict=64, temperature=0, keep_alive="5m")
HASTY = Limits(retry_s=0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def say(path: Path, text: str = "Say OK.", **more: object) -> str:
    """Return the reply to one message."""
    llm = GgufModel(path, **{"sampling": PLENTY, "limits": HASTY, "threads": 1, **more})
    return "".join(p.delta or "" for p in llm.stream_chat([ChatMessage(text)]))


def refusal(path: Path) -> AskDocsError:
    """Return the error that a file leads to."""
    with pytest.raises(AskDocsError) as caught:
        say(path)
    return caught.value


# What a file says.


def test_a_file_says_what_its_model_says(tiny):
    """Words, template and end come from the file."""
    assert say(tiny) == REPLY


def test_a_file_without_a_template_is_asked_all_the_same(tmp_path):
    """Some conversions lose it; llama.cpp asks as ChatML then."""
    assert say(tiny_llama(tmp_path / "bare.gguf", template=None)) == REPLY


def test_loading_and_reading_are_told(tmp_path):
    """Minutes on a slow machine look like a program that hangs."""
    notices: list[str] = []
    path = tiny_llama(tmp_path / "told.gguf")
    say(path, "word " * 100, limits=Limits(notice_s=0.005), on_wait=notices.append)

    assert notices[0].startswith("loading model told.gguf (0.0 GB)")
    assert all(
        text.startswith(("loading model", "told.gguf has read")) for text in notices
    )


def test_a_model_is_loaded_once(tiny):
    """A conversation has many questions, and each makes an adapter."""
    say(tiny)
    process = process_for(tiny, PLENTY.num_ctx, 1)
    first = process.pid
    say(tiny)

    assert process.pid == first


def test_a_process_that_was_killed_is_started_anew(tiny):
    """Memory was short; by now another program may have ended."""
    say(tiny)
    process = process_for(tiny, PLENTY.num_ctx, 1)
    os.kill(process.pid, signal.SIGKILL)
    assert process.exit_reason(5)

    assert say(tiny) == REPLY


def test_nobody_else_can_ask_it(tiny):
    """A port on this machine is open to every user of it, and to web pages."""
    process = process_for(tiny, PLENTY.num_ctx, 1)
    say(tiny)
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


# Files that are none.


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!doctype html>", "it begins with b'<!doctype html>'"),
        (b"version https://git-lfs.github.com/spec/v1\n", "b'version https://git-lfs"),
        (b"", "is no whole GGUF file"),
        (b"GGUF", "is no whole GGUF file"),
        (b"GGUF\x01\0\0\0" + b"\0" * 16, "its version is 1"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 64, "is no whole GGUF file"),
    ],
    ids=["a page", "a pointer", "empty", "its name only", "too old", "garbage"],
)
def test_what_is_no_gguf_file_is_named(tmp_path, content, what):
    """A page or a pointer is often what was downloaded."""
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)

    err = refusal(path)

    assert isinstance(err, ModelUnavailable)
    assert what in str(err)
    assert "download it again" in err.hint


@pytest.mark.parametrize("share", [0.01, 0.1, 0.9])
def test_a_file_that_was_cut_is_named(tiny, tmp_path, share):
    """A download that broke off."""
    path, whole = tmp_path / "part.gguf", tiny.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    err = refusal(path)

    assert isinstance(err, ModelUnavailable)
    assert str(path) in str(err)
    assert err.hint


def test_a_file_that_is_not_there_is_a_mistake_in_the_settings(tmp_path):
    """It was typed wrong, more often than not."""
    err = refusal(tmp_path / "no.gguf")

    assert isinstance(err, ConfigError)
    assert str(err).startswith("RAG_LLM_MODEL: ")
    assert "No such file" in str(err)


def test_what_llama_cpp_complains_of_is_passed_on(tmp_path):
    """Only it knows what it wants of a file."""
    err = refusal(tiny_llama(tmp_path / "odd.gguf", template="{% for %}"))

    assert isinstance(err, ModelUnavailable)
    assert "Unexpected token" in str(err)


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


# What its header says.


def test_the_header_is_read_as_the_reference_reads_it(tiny):
    """`gguf` is llama.cpp's own reader; ours needs no numpy and no list of tokens."""
    reader = gguf.GGUFReader(tiny)
    read = read_metadata(tiny)

    theirs = {
        name: field.contents()
        for name, field in reader.fields.items()
        if not name.startswith("GGUF.")
    }
    assert read == theirs


def test_long_arrays_are_passed_over(tmp_path):
    """A vocabulary of 128,000 words is of no interest here."""
    path = tmp_path / "long.gguf"
    to = gguf.GGUFWriter(path, "llama")
    to.add_token_list([f"t{n}" for n in range(5000)])
    to.add_token_scores([0.5] * 5000)
    to.add_array("x.kv", [1, 2, 3])
    to.add_bool("x.last", val=True)
    to.write_header_to_file()
    to.write_kv_data_to_file()
    to.close()

    assert read_metadata(path) == {
        "general.architecture": "llama",
        "x.kv": [1, 2, 3],
        "x.last": True,
    }
