"""Pack blocks into runs that fit, and split a block that alone does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from askdocs.domain.text import Block, Kind
from askdocs.steps.docs.chunk.ruler import (
    FENCE,
    RULE,
    Piece,
    Ruler,
    measure_blocks,
    readable,
)

_LINES = re.compile(r"(?<=\n)(?=.)", re.S)
_SENTENCES = re.compile(r"(?<=[.!?]\s)|(?<=[\u3002\uff01\uff1f])")
_PARAGRAPHS = re.compile(r"(?<=\n)(?=[ \t]*\n)")
_ROW = r"[^\n|]*+\|[^\n]*+"
_FRAMED = re.compile(
    rf"(?m:{FENCE.pattern})|^{_ROW}\n{RULE}(?:\n{_ROW})*+",
    re.M,
)
_MARKS = " \t>`~"
_SEAMS = {Kind.CODE: (_PARAGRAPHS, _LINES)}


def pack_blocks(pieces: list[Piece], room: int, ruler: Ruler) -> Iterator[list[Piece]]:
    """Yield runs of pieces that fit in *room* tokens together."""
    run: list[Piece] = []
    used = 0
    for piece in _split_to_fit(pieces, room, ruler):
        if run and used + piece.size > room:
            yield run
            run, used = [], 0
        run.append(piece)
        used += piece.size
    if run:
        yield run


def _split_to_fit(pieces: list[Piece], room: int, ruler: Ruler) -> Iterator[Piece]:
    for piece in pieces:
        if piece.size <= room:
            yield piece
            continue
        parts = list(_split_by_kind(piece.block))
        for part in [piece] if parts == [piece.block] else measure_blocks(parts, ruler):
            if part.size <= room:
                yield part
            else:
                yield from measure_blocks(_split_block(part.block, room, ruler), ruler)


def _split_by_kind(block: Block) -> Iterator[Block]:
    """Take apart what is code, table and neither, in an item that holds them."""
    done = 0
    whole = block.kind in {Kind.CODE, Kind.TABLE}
    for framed in () if whole else _FRAMED.finditer(block.text):
        kind = Kind.CODE if framed["mark"] else Kind.TABLE
        yield from _sub_block(block, done, framed.start(), block.kind)
        yield from _sub_block(block, framed.start(), framed.end(), kind)
        done = framed.end()
    yield from _sub_block(block, done, len(block.text), block.kind)


def _sub_block(block: Block, start: int, end: int, kind: Kind) -> Iterator[Block]:
    """Yield a part of a block with its own lines, unless nothing is in it.

    Where a macro stands in the block, its lines are not those of the file: then a part
    has the lines of the whole. The mark that closes a fence may be none of the file's.
    """
    rest = block.text[start:end].lstrip("\n")
    text = rest.rstrip()
    first, last = block.lines
    more = block.text.count("\n") - (last - first)
    if more == 0 or (more == 1 and not block.text.rpartition("\n")[2].strip(_MARKS)):
        first += block.text.count("\n", 0, end - len(rest))
        last = min(first + text.count("\n"), last)
    if any(c.isalnum() for c in text):
        yield Block(text, kind, (first, last))


def _split_block(block: Block, room: int, ruler: Ruler) -> Iterator[Block]:
    """Cut a block that does not fit; a fence and a table's head stand on every part."""
    top, body, end = _frame(block)
    [frame] = _embedded_sizes([top + end], block.kind, ruler)
    if frame > room // 2:
        top, body, end, frame = "", block.text, "", 0
    best, *seams = _SEAMS.get(block.kind, (_LINES, _SENTENCES))
    units = _split_at_seams(best.split(body), seams, room - frame, block.kind, ruler)
    at = len(top)
    for text in _merge_units(units, room - frame):
        for part in _sub_block(block, at, at + len(text), block.kind):
            yield replace(part, text=top + part.text + end)
        at += len(text)


def _frame(block: Block) -> tuple[str, str, str]:  # three parts of one text
    """Return what must stand before, within and after every part of a block."""
    lines = block.text.split("\n")
    if block.kind is Kind.CODE and (fence := FENCE.match(block.text)):
        mark = fence["mark"]
        if len(lines) > 1 and lines[-1].strip(" \t>").startswith(mark):
            return lines[0] + "\n", "\n".join(lines[1:-1]), "\n" + lines[-1]
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t"))]
        return lines[0] + "\n", "\n".join(lines[1:]), f"\n{indent}{mark}"
    if block.kind is Kind.TABLE and len(lines) > 2:
        return "\n".join(lines[:2]) + "\n", "\n".join(lines[2:]), ""
    return "", block.text, ""


def _split_at_seams(
    texts: Sequence[str],
    seams: Sequence[re.Pattern[str]],
    room: int,
    kind: Kind,
    ruler: Ruler,
) -> Iterator[tuple[str, int]]:
    """Yield pieces with their size, cut at the best seams that make them fit *room*."""
    for text, size in zip(texts, _embedded_sizes(texts, kind, ruler), strict=True):
        if size <= room:
            yield text, size
        elif seams:
            yield from _split_at_seams(
                seams[0].split(text), seams[1:], room, kind, ruler
            )
        else:
            parts = ruler.cut(text, max(1, room))
            yield from zip(parts, ruler.sizes(parts), strict=True)


def _embedded_sizes(texts: Sequence[str], kind: Kind, ruler: Ruler) -> list[int]:
    """Return how many tokens the embedder reads of parts of a block."""
    if kind is Kind.CODE:
        return ruler.sizes(texts)
    return ruler.sizes([readable(Block(text, kind, (1, 1))) for text in texts])


def _merge_units(units: Iterable[tuple[str, int]], room: int) -> Iterator[str]:
    """Join neighbouring pieces while they fit."""
    merged, used = "", 0
    for unit, size in units:
        if merged and used + size > room:
            yield merged
            merged, used = "", 0
        merged += unit
        used += size
    if merged:
        yield merged
