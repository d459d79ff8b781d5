"""Tell what the index holds, and check all that an answer needs."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from askdocs.assemble.config import app_folders, version
from askdocs.assemble.index import (
    index_folder,
    open_store,
    require_same_model,
    required,
)
from askdocs.assemble.llm import (
    AUTO,
    NONE,
    find_model,
    is_gguf_file,
    openai_server,
    without_socks,
)
from askdocs.domain.errors import (
    AskDocsError,
    Exit,
    IndexDamaged,
    ModelUnavailable,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from askdocs.adapters.llm.memory import Memory
    from askdocs.settings import Loaded

_MIN_FREE_MB = 500
_OLD_S = 7 * 86_400
"""A week: an index that a nightly run keeps is never that old."""
_QUOTED = "answers are quoted from the docs"


class Hinted(NamedTuple):
    """What was found to work, and what would be better."""

    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        what: How it is.
        hint: What to do about it; "" if there is nothing to do.
        code: Exit code if it is not well; 0 also where all works, but could be better.
    """

    name: str
    what: str
    hint: str = ""
    code: int = 0


def status(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """Return what the index holds, what built it, how the last run ended, what is next.

    Raises:
        IndexMissing: if there is none.
    """
    from askdocs.adapters.local.clock import age_s
    from askdocs.adapters.local.last_run import read_last_run
    from askdocs.settings import masked

    with open_store(loaded) as store:
        manifest = required(store.manifest())
    last = read_last_run(app_folders(loaded)["state"] / "last-run.json")
    began, ended = age_s(last.get("started", "")), age_s(last.get("finished", ""))
    took = None if began is None or ended is None else began - ended
    times = {"age_s": ended, "seconds": took}
    indexed_s = age_s(manifest.finished)
    return {
        "index": {
            "place": masked(loaded.settings, "qdrant_url") or str(index_folder(loaded)),
            "collection": loaded.settings.collection,
            "generation": manifest.generation,
            "finished": manifest.finished,
            "age_s": indexed_s,
            "pages": manifest.pages,
            "chunks": manifest.chunks,
            "base_url": manifest.base_url,
        },
        "model": {
            "name": manifest.space.model,
            "dim": manifest.space.dim,
            "distance": manifest.space.distance,
            "chunk_tokens": manifest.cut.tokens,
        },
        "docs": {
            "remote": manifest.root.remote or "none",
            "folder": manifest.root.prefix or "top",
            "commit": manifest.root.commit or "unknown",
        },
        "last_run": {**last, **times} if last else {"finished": "never"},
        "next": _next_step(loaded, last, indexed_s),
    }


def _next_step(
    loaded: Loaded, last: Mapping[str, Any], indexed_s: int | None
) -> dict[str, str]:
    """Return the command that is most of use now, and why."""
    docs = shlex.quote(str(last.get("docs") or "PATH-OF-YOUR-DOCS"))
    code = last.get("code", 1 if last else 0)
    if code == Exit.DELETION_GUARD:
        why = "the last run would have deleted too much; see what"
        return {"command": f"rag ingest {docs} --dry-run", "why": why}
    if code:
        return {"command": f"rag ingest {docs}", "why": "the last run did not end well"}
    if indexed_s is not None and indexed_s >= _OLD_S:
        return {
            "command": f"rag ingest {docs}",
            "why": "the docs may have changed since",
        }
    question = f'rag ask "what is {loaded.settings.product}?"'
    return {"command": question, "why": "all is well"}


def checks(loaded: Loaded) -> list[Check]:
    """Look at everything once, in the order in which an answer needs it."""
    todo: list[tuple[str, Callable[[Loaded], str | Hinted]]] = [
        ("program", lambda _: f"askdocs {version()}"),
        ("disk", _disk),
        ("index", _index),
        ("encoder", _encoder),
        ("ollama" if _uses_ollama(loaded) else "model", _model),
    ]
    return [_run_check(name, check, loaded) for name, check in todo]


def _uses_ollama(loaded: Loaded) -> bool:
    conf = loaded.settings
    return not (conf.llm_url or is_gguf_file(conf.llm_model) or conf.llm_model == NONE)


def _run_check(
    name: str, check: Callable[[Loaded], str | Hinted], loaded: Loaded
) -> Check:
    try:
        found = check(loaded)
        return Check(name, found) if isinstance(found, str) else Check(name, *found)
    except AskDocsError as err:
        return Check(name, str(err), err.hint, int(err.exit_code))


def _disk(loaded: Loaded) -> str:
    from askdocs.adapters.local.files import private_folder

    data = private_folder(app_folders(loaded)["data"])
    free_mb = shutil.disk_usage(data).free // 1_000_000
    if free_mb < _MIN_FREE_MB:
        raise IndexDamaged(f"{free_mb} MB free at {data}", hint=f"df -h {data}")
    return f"{free_mb:,} MB free at {data}"


def _index(loaded: Loaded) -> str:
    with open_store(loaded) as store:
        manifest = required(store.manifest())
        require_same_model(loaded, manifest)
        chunk_count = len(store.scan())
        problems = store.problems()
    if problems:
        raise StoreUnavailable("; ".join(problems), hint="docker compose logs qdrant")
    if chunk_count != manifest.chunks:
        raise IndexDamaged(
            f"the index holds {chunk_count:,} of {manifest.chunks:,} chunks",
            hint="rag ingest PATH-OF-YOUR-DOCS   (it repairs what is missing)",
        )
    return (
        f"{manifest.pages:,} pages, {chunk_count:,} chunks, built {manifest.finished}"
    )


def _encoder(loaded: Loaded) -> str:
    from askdocs.assemble.answer import encoder_for

    with open_store(loaded) as store:
        manifest = required(store.manifest())
    encoder = encoder_for(loaded, manifest)
    encoder.embed_question("is there a CLI?")
    backend = ", ".join(encoder.degraded) or "onnxruntime"
    return f"{manifest.space.model} by {backend}"


def _model(loaded: Loaded) -> str | Hinted:
    """Look at the language model of the settings, or at the one that is chosen."""
    name = loaded.settings.llm_model
    if name == NONE:
        return f"none is asked; {_QUOTED}"
    if name != AUTO:
        return _named_model(loaded, name)
    chosen = find_model(loaded)
    if not chosen.model:
        return Hinted(f"{chosen.what}; {_QUOTED}", chosen.hint)
    found = _served(loaded, chosen.model)
    return f"{found} ({chosen.notice})" if chosen.notice else found


def _named_model(loaded: Loaded, name: str) -> str:
    """Look at a file, or at a model of a server."""
    if not is_gguf_file(name):
        return _served(loaded, name)
    from askdocs.adapters.llm.memory import memory_of_file

    path = Path(name).expanduser()
    needs = _memory_need(memory_of_file(path, loaded.settings.llm_num_ctx))
    return f"{path.name}: {needs}"


def _served(loaded: Loaded, name: str) -> str:
    """Look at a model of a server by its URL, or of Ollama."""
    conf = loaded.settings
    if not conf.llm_url:
        return _ollama(loaded, name)
    from askdocs.adapters.llm.openai_client import check as check_served
    from askdocs.settings import masked

    served = openai_server(loaded, name)
    check_served(served.url, served.model, served.key, num_ctx=conf.llm_num_ctx)
    return f"{name} at {masked(conf, 'llm_url')}"


def _ollama(loaded: Loaded, name: str) -> str:
    with without_socks():
        from askdocs.adapters.llm.ollama_state import check, needed_memory
        from askdocs.adapters.local.loopback import is_loopback
    from askdocs.settings import masked

    conf = loaded.settings
    check(conf.ollama_url, name)
    what = f"{name} at {masked(conf, 'ollama_url')}"
    memory = needed_memory(conf.ollama_url, name, conf.llm_num_ctx)
    if memory is None or not memory.weights or not is_loopback(conf.ollama_url):
        return what
    return f"{what}: {_memory_need(memory)}"


def _memory_need(memory: Memory) -> str:
    """Return what a model needs, in words.

    Raises:
        ModelUnavailable: if it is more than this machine has.
    """
    from askdocs.adapters.llm.memory import available_bytes

    free = available_bytes()
    needs = f"needs about {_gigabytes(memory.total)}"
    parts = (
        f"{_gigabytes(memory.weights)} of weights, {_gigabytes(memory.cache)} of window"
    )
    if free is not None and memory.total > free:
        raise ModelUnavailable(
            f"the model {needs} ({parts}), and {_gigabytes(free)} are free",
            hint="set a smaller RAG_LLM_MODEL, or a smaller RAG_LLM_NUM_CTX",
        )
    return needs + (f" of {_gigabytes(free)} that are free" if free is not None else "")


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
