"""Assemble an open index, what it is built with, and an ingest run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askdocs.assemble.config import app_folders
from askdocs.domain.errors import AskDocsError, IndexMismatch, IndexMissing

if TYPE_CHECKING:
    from askdocs.adapters.local.docs_folder import DocsFolder
    from askdocs.adapters.qdrant.server_draft import PointWriter, Upload
    from askdocs.domain.index import ChunkConfig, IngestOptions, Manifest, Report
    from askdocs.domain.ports import Embedder, Notify, Store
    from askdocs.flows.read_docs import Build
    from askdocs.settings import Loaded

AUTO = "auto"


def progress(*, wanted: bool) -> AbstractContextManager[Notify]:
    """Return what draws the progress of a run, or what does not."""
    if not wanted:
        return nullcontext(lambda _step, _done, _total: None)
    from askdocs.adapters.local.progress import terminal_progress

    return terminal_progress()


@contextmanager
def open_store(loaded: Loaded) -> Iterator[Store]:
    """Open the index: embedded, or on a Qdrant server if there is a URL."""
    conf = loaded.settings
    store: Store
    if conf.qdrant_url:
        from askdocs.adapters.qdrant.client import connect
        from askdocs.adapters.qdrant.server_store import ServerStore

        key = conf.qdrant_api_key.get_secret_value() if conf.qdrant_api_key else ""
        client = connect(conf.qdrant_url, key, timeout_s=conf.qdrant_timeout_s)

        def writer(upload: Upload) -> PointWriter:
            from askdocs.adapters.qdrant import nodes

            return nodes.NodeWriter(upload)

        store = ServerStore(client, conf.collection, writer=writer)
    else:
        from askdocs.adapters.qdrant.edge_store import EdgeStore

        store = EdgeStore(index_folder(loaded))
    with closing(store):
        yield store


def index_folder(loaded: Loaded) -> Path:
    """Return the folder of the embedded index."""
    return app_folders(loaded)["data"] / loaded.settings.collection


def ingest(
    loaded: Loaded, path: Path, options: IngestOptions, *, notify: Notify
) -> Report:
    """Make the index say what the docs in a folder say.

    Raises:
        AskDocsError: as `flows.ingest` says, and Busy if another run holds the lock.
    """
    from askdocs.adapters.local.clock import UtcClock
    from askdocs.adapters.local.lock import only_writer
    from askdocs.flows.ingest import ingest as flow
    from askdocs.flows.plan import IngestRun

    conf, clock = loaded.settings, UtcClock()
    docs = docs_in(loaded, path)
    lock = app_folders(loaded)["state"] / f"{conf.collection}.lock"
    with (
        only_writer(lock),
        open_store(loaded) as store,
        _recorded(loaded, options) as record,
    ):
        started = record["started"] = clock.now()
        record["docs"] = str(path.resolve())
        build = build_of(loaded, store, rebuild=options.rebuild)
        name = f"{started.translate(_WITHOUT_MARKS)}-{secrets.token_hex(3)}"
        report = flow(docs, IngestRun(store, build, name, clock, options, notify))
        if report.embedded:
            _export_encoder(loaded, build)
        counts = {k: v for k, v in asdict(report).items() if isinstance(v, int | str)}
        end = {"finished": clock.now(), "code": int(report.exit_code)}
        record |= {"commit": docs.root.commit, **end, **counts}
    return report


def docs_in(loaded: Loaded, path: Path, *, ignore: str | None = None) -> DocsFolder:
    """Return the docs in a folder; *ignore* stands in for the setting.

    Raises:
        DocsNotFound: if there is no such folder.
    """
    from askdocs.adapters.local.docs_folder import DocsFolder

    conf = loaded.settings
    globs = conf.ignore if ignore is None else ignore
    return DocsFolder(path, suffixes=conf.suffixes.split(), ignore=globs.split())


@contextmanager
def _recorded(loaded: Loaded, options: IngestOptions) -> Iterator[dict[str, Any]]:
    """Keep what is put into the record, also of a run that fails; not of a dry one."""
    from askdocs.adapters.local.last_run import read_last_run, write_last_run

    file = app_folders(loaded)["state"] / "last-run.json"
    before = read_last_run(file).get("all_docs", [])
    record: dict[str, Any] = {}
    try:
        yield record
    except AskDocsError as err:
        record |= {"code": int(err.exit_code), "error": str(err)}
        raise
    finally:
        if not options.dry_run:
            all_docs = sorted({*before, record["docs"]})
            write_last_run(file, {**record, "all_docs": all_docs})


def _export_encoder(loaded: Loaded, build: Build) -> None:
    """Make what encodes questions while torch is loaded; the first question is then fast."""
    from askdocs.adapters.embedding.hub import fetch
    from askdocs.adapters.embedding.onnx_export import export

    cache = app_folders(loaded)["cache"]
    export(fetch(build.space.model, cache=cache), build.space, cache)


_WITHOUT_MARKS = str.maketrans("", "", "-:")


def required(live: Manifest | None) -> Manifest:
    """Return the manifest of an index that must be there.

    Raises:
        IndexMissing: if it is not.
    """
    if live is None:
        raise IndexMissing.before_first_ingest()
    return live


def require_same_model(loaded: Loaded, live: Manifest) -> None:
    """Make sure that nobody asked for another model than the index was built with.

    Raises:
        IndexMismatch: if so.
    """
    from askdocs.adapters.embedding.model_files import same_name

    wanted = loaded.settings.embedding_model
    if wanted != AUTO and not same_name(wanted, live.space.model):
        raise IndexMismatch(
            f"the index was built with the model {live.space.model}, not {wanted}",
            hint=f"rag ingest PATH --rebuild --embedding-model {wanted}"
            "   (or unset RAG_EMBEDDING_MODEL)",
        )


def build_of(loaded: Loaded, store: Store, *, rebuild: bool) -> Build:
    """Return what the index is to be built with: what built it, unless it is rebuilt."""
    from askdocs.adapters.embedding.hub import fetch
    from askdocs.adapters.embedding.space import describe
    from askdocs.adapters.embedding.tokenizer import FastTokenizer
    from askdocs.flows.read_docs import Build

    live = None if rebuild else store.manifest()
    if live:
        require_same_model(loaded, live)
    name = live.space.model if live else _wanted_model(loaded)
    folder = fetch(name, cache=app_folders(loaded)["cache"])
    space = describe(name, folder)

    @cache
    def embedder() -> Embedder:
        from askdocs.adapters.embedding.embedder import HuggingFaceEmbedder

        conf = loaded.settings
        return HuggingFaceEmbedder(
            folder,
            space,
            device=conf.device,
            batch=conf.batch or None,
            bf16=conf.precision == "bfloat16",
        )

    return Build(
        space=space,
        cut=_chunk_config(loaded, live, space.max_tokens),
        base_url=loaded.settings.base_url,
        tokenizer=FastTokenizer(folder),
        embedder=embedder,
        slug_rule=loaded.settings.slug_rule,
    )


def _wanted_model(loaded: Loaded) -> str:
    """Return the model for a new index."""
    conf = loaded.settings
    if conf.embedding_model != AUTO:
        from askdocs.adapters.embedding.model_files import full_name

        return full_name(conf.embedding_model)
    from askdocs.adapters.embedding.embedder import pick_model

    return pick_model(conf.device)


def _chunk_config(loaded: Loaded, live: Manifest | None, limit: int) -> ChunkConfig:
    """Return how pages are cut: as in the index, unless something else is asked for."""
    from askdocs.domain.index import ChunkConfig
    from askdocs.steps.docs import chunk

    tokens = loaded.settings.chunk_tokens
    if live and loaded.origin["chunk_tokens"] == "default":
        tokens = live.cut.tokens
    return ChunkConfig(chunk.VERSION, min(tokens, limit))
