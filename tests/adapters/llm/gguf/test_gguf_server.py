"""The program that runs a GGUF file: a line of JSON in, "ready" out, gone with its stdin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.fixture
def program():
    """The program, not told yet what to do."""
    words = [sys.executable, "-m", "askdocs.adapters.llm.gguf.gguf_server"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as child:
        yield child
        child.kill()


def ask_for(program: subprocess.Popen[str], path: Path, socket: Path) -> str:
    """Have the program run a file; return what it says when it has loaded it."""
    request = {"path": str(path), "name": path.name, "socket": str(socket)}
    request |= {"key": "s3cret", "num_ctx": 512, "threads": 1}
    program.stdin.write(json.dumps(request) + "\n")
    program.stdin.flush()
    return program.stdout.readline()


def test_it_answers_at_its_socket_and_goes_with_its_stdin(program, tiny, tmp_path):
    """Whoever started it may be killed; the folder of the socket goes too."""
    folder = tmp_path / "of the socket"
    folder.mkdir()
    socket = folder / "llm.sock"

    assert ask_for(program, tiny, socket) == "ready\n"
    headers = {"authorization": "Bearer s3cret"}
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket))) as client:
        listed = client.get("http://localhost/v1/models", headers=headers).json()
    program.stdin.close()

    assert [m["id"] for m in listed["data"]] == ["tiny.gguf"]
    assert program.wait(10) == 0
    assert not folder.exists()


def test_a_file_of_no_use_ends_it(program, tmp_path):
    """It never says that it is ready."""
    path = tmp_path / "odd.gguf"
    path.write_bytes(b"GGUF")

    assert ask_for(program, path, tmp_path / "llm.sock") == ""
    assert program.wait(10) == 1
