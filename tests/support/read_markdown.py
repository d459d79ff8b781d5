"""Read the words that are seen of Markdown and MDX, by mistune.

It shares no code with markdown-it-py, and rules of our own can stand beside its own: MDX
is one rule for tags, one for comments and one for imports, and knows no indented code.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import mistune
from mistune.plugins.table import table, table_in_list

Words = Counter[str]

_ATTR = r"""\s+[\w:-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|\{[^{}]*\}))?"""
_TAG = rf"</?[A-Za-z][\w.-]*(?:{_ATTR})*\s*/?>"
_FENCE = r"^(?P<fi>[ \t]*)(?P<fm>`{3,}(?=[^`\n]*$)|~{3,})[^\n]*$"
_ESM = (
    r"^(?:import\s(?:[^\n'\"]*\sfrom\s)?\s*['\"][^'\"\n]+['\"];?|export\s[^\n]*)[ \t]*$"
)
_NAME = re.compile(r"</?([\w.-]+).*", re.S)
_ORDINAL = re.compile(r"^[ \t]*\d{1,9}[.)](?=\s)")
_LINES = {"paragraph", "block_text"}
_BLOCKS = _LINES | {"heading", "table_cell"}
_WORD = re.compile(r"[^\W_]+")


def _fence(_: object, m: re.Match[str], state: Any) -> int:
    """Read a fence wherever it is indented, for MDX knows no indented code."""
    mark = m["fm"]
    closing = re.compile(rf"^[ \t]*{mark[0]}{{{len(mark)},}}[ \t]*(?:\n|\Z)", re.M)
    start = min(m.end() + 1, state.cursor_max)
    end = closing.search(state.src, start)
    code = state.src[start : end.start() if end else state.cursor_max]
    state.append_token({"type": "block_code", "raw": code, "closed": bool(end)})
    return end.end() if end else state.cursor_max


def _import(_: object, m: re.Match[str], state: Any) -> int:
    return state.append_paragraph() or m.end() + 1


def _opening(_: object, m: re.Match[str], state: Any) -> int:
    """Keep a tag of several lines whole, whatever its lines begin with."""
    state.add_paragraph(m[0])
    return m.end()


def _comment(_: object, m: re.Match[str], state: Any) -> int:
    state.append_token({"type": "silence"})
    return m.end()


def _tag(_: object, m: re.Match[str], state: Any) -> int:
    state.append_token({"type": "tag", "raw": m[0]})
    return m.end()


def _markdown(*, mdx: bool) -> mistune.Markdown:
    """Return a parser without indented code and HTML; with tags of MDX if asked."""
    md = mistune.Markdown(renderer=None, plugins=[table, table_in_list])
    md.block.register("fenced_code", _FENCE, _fence)
    if mdx:
        md.block.register("esm", _ESM, _import, before="list")
        md.block.register("opening", rf"^[ \t]*{_TAG}", _opening, before="list")
        md.block.list_rules.insert(0, "opening")
        comment = r"\{/\*[\s\S]*?\*/\}|<!--[\s\S]*?-->"
        md.inline.register(
            "comment", comment, _comment, before="link", start_chars=("{", "<")
        )
        md.inline.register("tag", _TAG, _tag, before="link", start_chars="<")
    md.block.specification["table"] = r"^[ \t]*\|[^\n]*\|[ \t]*(?:\n|$)"
    rules = md.block.rules, md.block.list_rules, md.block.block_quote_rules
    for held in rules:
        held[:] = [r for r in held if r not in {"indent_code", "raw_html"}]
    md.inline.rules.remove("inline_html")
    return md


MDX, _PLAIN = _markdown(mdx=True), _markdown(mdx=False)


def tokens_of(text: str) -> list[str]:
    """Return the words of a text: letters and digits, upper and lower case the same.

    Characters without a shape of their own (soft hyphens, zero-width spaces, bidi
    marks) do not part a word; `_` does, because whether it is emphasis or a letter
    depends on what stands beside it, which is not the same after a cut.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return _WORD.findall(text.casefold())


@dataclass(frozen=True)
class Plain:
    """What plain Markdown says: no link targets, no marks, code as it is.

    Attributes:
        words: Of the text and of its code, in order.
        prose: The text without its code, its lines as they are.
        open: Whether a fence is opened and not closed.
    """

    words: tuple[str, ...]
    prose: str
    open: bool


@cache
def plain(markdown: str) -> Plain:
    """Read plain Markdown, in which `<YOUR_KEY>` is text."""
    tokens = _PLAIN.parse(markdown)[0]
    leaves = [t for t in _all(tokens) if "children" not in t]
    return Plain(
        tuple(tokens_of("".join(shown_text(tokens, _no_tags, _unchanged)))),
        "".join(
            "\n" if t["type"].endswith("break") else t.get("raw", "\n")
            for t in leaves
            if t["type"] not in {"block_code", "codespan"}
        ),
        any(t.get("closed") is False for t in leaves),
    )


def tags(mdx: str) -> list[str]:
    """Return what has the form of a tag, code left out."""
    return [t["raw"] for t in _all(MDX.parse(mdx)[0]) if t["type"] == "tag"]


def _all(tokens: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        yield token
        yield from _all(token.get("children", ()))


def _no_tags(tag: str) -> str:
    raise AssertionError(f"plain Markdown has no tags: {tag}")


def _unchanged(text: str) -> str:
    return text


def shown_text(
    tokens: Iterable[dict[str, Any]],
    tag: Callable[[str], str],
    entities: Callable[[str], str],
) -> Iterator[str]:
    """Yield what a reader sees of a parsed page, white space between its blocks."""
    for token in tokens:
        kind = token["type"]
        if "children" in token:
            if kind in _LINES:
                _without_ordinals(token["children"])
            inner = "".join(shown_text(token["children"], tag, entities))
            yield f"\n{inner}\n" if kind in _BLOCKS else inner
        elif kind == "text":
            yield entities(token["raw"])
        elif kind == "tag":
            yield tag(token["raw"])
        elif kind == "block_code":
            yield f"\n{token['raw']}\n"
        else:
            yield "\n" if kind.endswith("break") else token.get("raw", "")


def _without_ordinals(inline: list[dict[str, Any]]) -> None:
    """Drop "2. " where a line begins: a list that was cut is a paragraph on one side."""
    begins = True
    for token in inline:
        if begins and token["type"] == "text":
            token["raw"] = _ORDINAL.sub("", token["raw"], count=1)
        begins = token["type"].endswith("break")


def name_of(tag: str) -> str:
    """Return the name of a tag, whether it opens or closes."""
    return _NAME.sub(r"\1", tag)
