"""A process of its own in which llama.cpp runs a GGUF file: `python -m` this module.

It is told what to do by a line of JSON on stdin, says "ready" on stdout, and ends when
stdin does: when whoever started it is gone. It answers at a socket file only.

Loading takes seconds to minutes and holds Python's lock all the while, and llama.cpp
ends a process that has too little memory. Neither must happen to the program itself.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import xllamacpp

_BATCH_TOKENS = 128
"""Read at once: a slow CPU then tells how far it is, and can be stopped, in seconds."""

_ERRORS_ONLY = 1


def main() -> int:
    """Serve until stdin ends; return 1 if the file is of no use to llama.cpp."""
    stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.readline())
    try:
        server = xllamacpp.Server(_params(request))
    except RuntimeError:
        return 1
    stdout.write("ready\n")
    stdout.flush()
    sys.stdin.read()
    shutil.rmtree(Path(server.listening_address.removeprefix("unix://")).parent)
    return 0


def _params(request: dict[str, Any]) -> Any:
    """Return what llama.cpp is asked to do."""
    params = xllamacpp.CommonParams()
    params.model.path = request["path"]
    params.model_alias = {request["name"]}
    params.hostnames = [request["socket"]]
    params.api_keys = [request["key"]]
    params.n_ctx = request["num_ctx"]
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.cpuparams.n_threads = request["threads"]
    params.cpuparams_batch.n_threads = request["threads"]
    params.cache_ram_mib = 0  # else up to 8 GB of earlier prompts are kept
    params.fit_params = False
    params.ctx_shift = False
    params.endpoint_slots = params.ui = False
    params.verbosity = _ERRORS_ONLY
    return params


if __name__ == "__main__":
    code = main()
    os._exit(code)  # what is being answered is answered to nobody
