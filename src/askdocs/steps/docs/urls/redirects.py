"""Read a redirects file, old path to new, as its host does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

REDIRECT_FILES = ("_redirects", "vercel.json", "docs.json", "mint.json")
"""Names of redirects files: Netlify's and Cloudflare's, Vercel's, Mintlify's two."""

_NAMED_REST = re.compile(r"/(?::\w+\*|\(\.\*\))$")
_REST = re.compile(r"/(?::splat|:\w+\*|\$1|\*)$")
_PATTERN = re.compile(r"[*:()$\\{}|?#]")
_ADDRESS = re.compile(r"https?://", re.I)
_STATUS = re.compile(r"([23]\d\d)!?$")


def redirects(name: str, text: str) -> dict[str, str]:
    """Return where each old path leads: to a path from the docs root, or an address.

    A source that ends in "/*" stands for all below it, and puts the rest of the path in
    place of a last "*" of its target. Other patterns, rules with a condition, sources
    on another host, and "/*" alone, which catches what is dead, are left out. The first
    rule for a path counts. A malformed file redirects nothing.

    >>> redirects("_redirects", "/old/*  /new/:splat  301")
    {'/old/*': '/new/*'}
    """
    rules: dict[str, str] = {}
    for old, new in _rules(name.rpartition("/")[2], text):
        source, target = _NAMED_REST.sub("/*", old), _REST.sub("/*", new)
        if _is_plain(source, target):
            rules.setdefault(source, target)
    return rules


def _is_plain(source: str, target: str) -> bool:
    """Whether a rule says no more than path to path, or all below to all below."""
    if not source.startswith("/") or source.startswith("//") or source == "/*":
        return False
    if _PATTERN.search(source.removesuffix("/*")):
        return False
    if target.endswith("/*") and not source.endswith("/*"):
        return False
    address = _ADDRESS.match(target)
    path = target[address.end() :] if address else target
    plain = path.partition("#")[0].partition("?")[0].removesuffix("/*")
    return bool(address or path.startswith("/")) and not re.search(r"[*()$]|/:", plain)


def _rules(name: str, text: str) -> Iterator[tuple[str, str]]:
    if name == "_redirects":
        yield from filter(None, map(_line_rule, text.splitlines()))
    elif name in REDIRECT_FILES:
        yield from _json_rules(text)


def _line_rule(line: str) -> tuple[str, str] | None:
    """Return the rule of a line: source, target and, if any, a status that redirects."""
    words = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].split()
    if len(words) == 2 or (len(words) == 3 and _STATUS.match(words[2])):
        return words[0], words[1]
    return None


def _json_rules(text: str) -> Iterator[tuple[str, str]]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    rules = data.get("redirects") if isinstance(data, dict) else None
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict) and not {"has", "missing"} & rule.keys():
            source, target = rule.get("source"), rule.get("destination")
            if isinstance(source, str) and isinstance(target, str):
                yield source, target
