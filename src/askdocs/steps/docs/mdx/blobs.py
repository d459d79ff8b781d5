"""Take out of blocks what nobody reads: encoded files, and runs without a space."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from askdocs.domain.text import Block, Kind, Section

MAX_RUN_CHARS = 1_500
"""Characters without a space; the longest word of the Scaleway docs has 691."""

_DATA = re.compile(r"(?<=\bdata:)[!-'*-~]{200,}+")
_LINE = r"[ \t>]*+[A-Za-z0-9+/=_-]"
_BLOB = re.compile(
    rf"[!-~]{{{MAX_RUN_CHARS},}}+|^{_LINE}{{60,100}}+(?:\n{_LINE}{{60,100}}+){{24,}}+(?:\n{_LINE}++$)?",
    re.M,
)


def without_blobs(sections: Iterable[Section], warnings: list[str]) -> list[Section]:
    """Put "…" in the place of blobs, and add to the warnings how long they were."""
    kept = []
    for section in sections:
        if any(len(b.text) > MAX_RUN_CHARS for b in section.blocks):
            blocks = [_without_blobs(block, warnings) for block in section.blocks]
            # A block that was nothing but a blob says nothing any more.
            readable = tuple(b for b in blocks if any(c.isalnum() for c in b.text))
            kept.append(replace(section, blocks=readable))
        else:
            kept.append(section)
    return kept


def _without_blobs(block: Block, warnings: list[str]) -> Block:
    if block.kind is Kind.TABLE or len(block.text) <= MAX_RUN_CHARS:
        return block
    text = _BLOB.sub("…", _DATA.sub("…", block.text))
    if text == block.text:
        return block
    removed = len(block.text) - len(text)
    warnings.append(
        f"line {block.lines[0]}: {removed:,} characters without a space left out"
    )
    return replace(block, text=text)
