"""Turn settings into ready flows: the only place that knows everyone, and the only lazy one.

Importing LlamaIndex, torch or a Qdrant client costs seconds, so each is imported inside
the function that needs it, and no command pays for what it does not use.
"""

from __future__ import annotations

from askdocs.assemble.addresses import explanation, link_report, stored_table, table_of
from askdocs.assemble.answer import Answering, asker, facets, searcher
from askdocs.assemble.config import (
    configuration,
    history_file,
    line_editor,
    log_file,
    setting_help,
    setting_names,
    settings,
    version,
)
from askdocs.assemble.health import Check, checks, status
from askdocs.assemble.index import ingest, progress
from askdocs.assemble.last import remember

__all__ = [
    "Answering",
    "Check",
    "asker",
    "checks",
    "configuration",
    "explanation",
    "facets",
    "history_file",
    "ingest",
    "line_editor",
    "link_report",
    "log_file",
    "progress",
    "remember",
    "searcher",
    "setting_help",
    "setting_names",
    "settings",
    "status",
    "stored_table",
    "table_of",
    "version",
]
