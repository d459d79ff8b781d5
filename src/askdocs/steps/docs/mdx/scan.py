"""Scan a text for what is not plain in it: code, tags, comments, directives, ESM."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from askdocs.domain.text import visible

# Every repetition below is possessive, bounded, or stops where another match could
# begin, so that a hostile file takes time in proportion to its size.
_BRACED = r"\{[^{}]*+\}"
for _ in range(4):
    _BRACED = rf"\{{[^{{}}]*+(?:{_BRACED}[^{{}}]*+)*+\}}"
_VALUE = rf"\"[^\"]*+\"|'[^']*+'|{_BRACED}"
ATTRS = rf"(?P<attrs>(?:\s(?:[^<>\"'{{}}\[\]]++|{_VALUE}){{0,200}}+)?+)"
_PREFIX = re.compile(r"[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+")
_BEGINS = r"[ \t>]*+(?:\n|(?:[-*+]|\d{1,9}[.)])[ \t]|#{1,6}[ \t]|```|~~~|\||</?[A-Z])"
_SCAN = re.compile(
    # only here can anything begin
    r"(?=[`<&{]|^)(?:"
    # the line that opens a fence
    rf"^{_PREFIX.pattern}(?:(?P<mark>`{{3,}}+(?![^\n]*`)|~{{3,}}+)[^\n]*+"
    # a directive, or its end; a label of GitHub's on the first line of a quote
    r"|(?P<colons>:{3,}+[ \t]*+(?P<kind>[A-Za-z][\w-]*+)?[ \t]*+(?P<rest>[^\n]*+))"
    r"|(?P<alert>(?<=[> \t])\[!(?P<level>[A-Za-z]{1,20})\])(?=[^\n()\[\]]*$))"
    # ESM: import ... from "...", export ..., at the start of a paragraph
    r"|^(?<![^\n]\n)(?P<esm>(?:(?:"
    r"import\b(?:(?:[^\"';\n]|\n(?![ \t]*\n))*?\bfrom)?\s*[\"'][^\"'\n]*[\"'];?[ \t]*(?://[^\n]*)?"
    r"|export\s+(?:default|const|let|var|async|function|class|\*|\{)(?:"
    r"[^\n]*[{(\[][ \t]*(?:\n+[ \t}\])][^\n]*)++|[^\n]*))(?:\n|\Z))++)"
    # a code span, within its paragraph
    r"|(?P<code>(?:(?<![`\\])|(?<=\\`)(?<!\\\\`)|(?<=\\\\))(?P<tick>`++)"
    rf"(?:[^\n]|\n(?!{_BEGINS})){{0,500}}?(?<!`)(?P=tick)(?!`))"
    r"|(?P<comment>\{/\*(?:(?!\{/\*|\*/\}).)*+\*/\}|<!--(?:(?!<!--|-->).)*+-->"
    r"|<(?:script|style)(?:\s[^<>]*+)?>(?:(?!</?(?:script|style)\b).)*+</(?:script|style)>)"
    rf"|(?P<tag><(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9.]*){ATTRS}/?>)|(?P<fragment></?>)"
    r"|(?P<brace>\{\s{0,99}+(?:\"(?P<double>[^\"\n{}]{0,500}+)\"|'(?P<single>[^'\n{}]{0,500}+)'"
    r"|`(?P<template>[^`{}]{0,500}+)`|[^\s#{}\"'`<&\[][^{}\n\"'`<&\[]{0,200}+)\s{0,99}+\})"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});))",
    re.S | re.M,
)
_ATTR = re.compile(rf"([\w-]++)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|({_BRACED})))?")
_QUOTED_VALUE = re.compile(r"\{\s*([\"'`])(.*)\1\s*\}", re.S)
_HEADING = re.compile(_PREFIX.pattern + r"#{1,6}[ \t]")
_QUOTE, _QUOTED = re.compile(r"\n[ \t]*>"), re.compile(r"[ \t]*>")
_MARKER = re.compile(r" *(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?! )| )")


def scan(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield what is not plain text, and where it ends; a fence is matched by its first line."""
    at = 0
    while match := _SCAN.search(text, at):
        if match.lastgroup == "code" and _leaves_paragraph(match):
            at = match.end("tick")
            continue
        at = _fence_end(text, match) if match["mark"] else match.end()
        yield match, at


def _leaves_paragraph(code: re.Match[str]) -> bool:
    """Return whether a code span would leave its heading, or enter a quote."""
    if "\n" not in code[0]:
        return False
    text, start = code.string, line_start(code.string, code.start())
    quotes = _QUOTE.search(code[0]) and not _QUOTED.match(text, start)
    return bool(quotes or _HEADING.match(text, start))


def line_start(text: str, at: int) -> int:
    """Return where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def _fence_end(text: str, opened: re.Match[str]) -> int:
    """Return where a fence ends: at its closing mark, with its item or quote, or never."""
    mark, indent = opened["mark"], item_indent(text, opened.start("mark"))
    closing = rf"[ \t>]*+{mark[0]}{{{len(mark)},}}[ \t]*$"
    leaving = r"(?!)"
    if ">" in text[opened.start() : opened.start("mark")]:
        leaving = r"(?![ \t]*>)"
    elif indent:
        leaving = rf" {{0,{indent - 1}}}(?:(?:[-*+]|\d{{1,9}}[.)]|#{{1,6}}) |</?[A-Z])"
    ended = re.compile(rf"^(?:(?P<closed>{closing})|{leaving})", re.M)
    end = ended.search(text, opened.end())
    if end is None:
        return len(text)
    return end.end() if end["closed"] else end.start() - 1


def item_indent(text: str, at: int) -> int:
    """Return the indentation of the list item that something stands in; 0 outside of lists.

    Only what begins its line counts, and of the lines above only the last 200.
    """
    start = line_start(text, at)
    prefix = text[start : min(at, start + 100)].expandtabs(4)
    if prefix.strip():
        return len(prefix) if _PREFIX.fullmatch(prefix) and ">" not in prefix else 0
    limit = len(prefix)
    above = text[max(0, start - 20_000) : start].rsplit("\n", 200)
    for line in reversed(above if limit > 1 else []):
        plain = line.expandtabs(4)
        indent = len(plain) - len(plain.lstrip(" "))
        if not plain.strip() or indent >= limit:
            continue
        if (item := _MARKER.match(plain)) and item.end() <= limit:
            return item.end()
        limit = indent
    return 0


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag as a reader sees them; an expression says nothing."""
    attrs = {}
    for name, double, single, braced in _ATTR.findall(text):
        quoted = _QUOTED_VALUE.fullmatch(braced)
        value = double or single or (quoted[2] if quoted else "")
        attrs[name] = " ".join(visible(html.unescape(value)).split())
    return attrs
