"""Fence passages and a question, so that a model reads them as data and nothing else.

They stand inside a fence that no author of one can foresee.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

from askdocs.domain.answer import Passage
from askdocs.domain.citation_mark import without_marks, write_mark
from askdocs.domain.text import visible

_SPECIAL = re.compile(
    r"<(?=[|\uff5c][^<>\n]{1,40}[|\uff5c]>)"
    r"|<(?=</?SYS>>)|\[(?=/?INST\])"
    r"|<(?=/?(?:s|bos|eos|unk|pad|think|start_of_turn|end_of_turn)>)"
)


def clean(text: str) -> str:
    """Return *text* without what only a tokenizer or nobody would see.

    Special tokens of chat models, which Ollama reads inside text too, lose their shape
    by one blank.
    """
    return _SPECIAL.sub(r"\g<0> ", visible(text))


def fence(question: str, passages: Sequence[Passage]) -> str:
    """Return 12 hex digits that nobody can have written into a passage on purpose.

    They are made from all that they enclose: equal prompts stay equal, which a seed
    needs, and yet the author of one passage cannot close the fence.
    """
    data = repr((question, [(p.id, p.trail, p.file_path, p.text) for p in passages]))
    return blake2b(data.encode(errors="replace"), digest_size=6).hexdigest()


def format_passage(passage: Passage, number: int, fence_id: str) -> str:
    """Return a passage as the model reads it: its mark, where it stands, what it says.

    What looks like a mark inside its text becomes `[n]`: only ours count.
    """
    trail = " ".join(clean(passage.trail).split())
    return (
        f"<passage-{fence_id}>\n"
        f"mark: {write_mark(number)}\n"
        f"title: {trail}\n"
        f"file_path: {clean(passage.file_path)}\n\n"
        f"{clean(without_marks(passage.text))}\n"
        f"</passage-{fence_id}>"
    )
