"""Resolve the macros and partials that a text names to the files they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath

from askdocs.domain.text import visible
from askdocs.steps.docs.mdx.scan import ATTRS, attributes

_MACRO = re.compile(rf"<Macro{ATTRS}/?>")
_SNIPPET = re.compile(rf"<Snippet{ATTRS}/?>")
_IMPORT = re.compile(
    r"^import\s{1,99}+(\w{1,99}+)\s{1,99}+from\s{0,99}+[\"']([^\"'\n]{1,999})[\"']",
    re.M,
)
_FRONT = re.compile(r"\A\s*^---[ \t]*\n.*?^---[ \t]*$\n?", re.S | re.M)
_SUFFIXES = (".mdx", ".md")


@dataclass(frozen=True, slots=True)
class Shared:
    """What pages have in common.

    Attributes:
        macros: Body of each macro by its id.
        files: Raw text of each file by its path, for those that are partials.
    """

    macros: Mapping[str, str]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Partial:
    """A macro or a partial that a text names.

    Attributes:
        name: As the author knows it ("macro 'requirements'").
        path: Its file; that of the text itself for a macro.
        body: Without frontmatter; None if there is no such part.
    """

    name: str
    path: str
    body: str | None


def macro(tag: re.Match[str], path: str, shared: Shared) -> Partial:
    """Return the macro that a tag stands for."""
    name = attributes(tag["attrs"]).get("id", "")
    return Partial(f"macro '{name}'", path, shared.macros.get(name))


def snippet(tag: re.Match[str]) -> str:
    """Return the file that a tag names, as an import would name it."""
    return "/snippets/" + attributes(tag["attrs"]).get("file", "").lstrip("/")


def partial(importer: str, written: str, shared: Shared) -> Partial:
    """Return the file that an import names; paths are relative, or begin at the root."""
    file = _find_file(importer, written, shared)
    if not file:
        return Partial(f"partial '{written}'", importer, None)
    body = _FRONT.sub("", visible(shared.files[file]), count=1)
    return Partial(f"partial '{file}'", file, body)


def imports(text: str, path: str, shared: Shared) -> dict[str, str]:
    """Return what each name imports that could be a partial."""
    if "import" not in text:
        return {}
    return {
        name: written
        for name, written in _IMPORT.findall(text)
        if written.endswith(_SUFFIXES)
        or ("." not in basename(written) and _find_file(path, written, shared))
    }


def parts_used(path: str, text: str, shared: Shared) -> list[tuple[str, str]]:
    """Return name and text of all parts that a file uses, directly or not, sorted."""
    texts: dict[str, str] = {}
    todo = list(_parts(path, text, shared))
    while todo:
        part = todo.pop()
        if part.name not in texts:
            texts[part.name] = part.body or ""
            todo += _parts(part.path, part.body or "", shared)
    return sorted(texts.items())


def macros_used(text: str, macros: Mapping[str, str]) -> list[str]:
    """Return the ids of the macros that *text* uses, directly or through another, sorted."""
    seen: set[str] = set()
    todo = _macro_ids(text)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo |= _macro_ids(macros.get(name, ""))
    return sorted(seen)


def _macro_ids(text: str) -> set[str]:
    if "<Macro" not in text:
        return set()
    return {attributes(tag["attrs"]).get("id", "") for tag in _MACRO.finditer(text)}


def _parts(path: str, text: str, shared: Shared) -> Iterator[Partial]:
    """Yield the parts that a text names itself, and perhaps some that it only shows."""
    if "<Macro" in text:
        yield from (macro(tag, path, shared) for tag in _MACRO.finditer(text))
    if "<Snippet" in text:
        for tag in _SNIPPET.finditer(text):
            yield partial(path, snippet(tag), shared)
    for written in imports(text, path, shared).values():
        yield partial(path, written, shared)


def _find_file(importer: str, written: str, shared: Shared) -> str:
    return next(
        (p for p in _candidate_files(importer, written) if p in shared.files), ""
    )


def _candidate_files(importer: str, written: str) -> Iterator[str]:
    """Yield where the file of an import may be; the docs may begin below the site's root."""
    if written.startswith("."):
        tops = [normpath(join(dirname(importer), written))]
    elif written.startswith(("/", "@site/", "~/", "@/")):
        path = normpath(written.partition("/")[2].lstrip("/"))
        tops = [path, path.partition("/")[2]]
    else:
        return
    suffixes = _SUFFIXES if "." not in basename(written) else ("",)
    yield from (top + suffix for top in tops if top for suffix in suffixes)
