"""One fact is taken out of the docs, and a question asks for it: nothing may answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.perturbed.case import draw
from bench.perturbed.first import Docs, docs_of
from bench.perturbed.literals import number, tool_of
from bench.perturbed.names import is_name
from bench.perturbed.pool import bare, holds
from bench.perturbed.rewrite import bare_links
from bench.perturbed.sentences import Said

QUOTA = {"number": 50, "flag": 15, "code name": 35}
"""Cases of each kind at most."""

KNOWN = 3
"""Pages that may name the fact; a region that every page names can be known from any."""

LONGEST = 28
"""Words of a sentence that makes a question one can still read."""

SEED = 501

_FLAG = re.compile(r"(?<=`)(--?[a-z][\w-]*)(?=`)")
_NAME = re.compile(r"(?<=`)([A-Za-z_$][\w$./-]*\w)(?=`)")
_STEP = re.compile(
    r"(?:Click|Enter|Save|Open|Run|Log|Copy|Type|Press|Create|This page)\b"
)
_COUNTED = re.compile(
    r"\s?\**(?:[KMGT]i?B\b|%|vCPU|(?!(?:are|error|to|with|from)\b)[a-z]{3,})"
)
_NOUN = re.compile(
    r"\s\**(?:option|parameter|flag|file|folder|directory|variable|environment|format|package"
    r"|field|header|node|configuration|command)\b"
)
ASKED = {"number": "how many", "flag": "which option", "code name": "which name"}


@dataclass(frozen=True)
class Removed:
    """A question whose answer is to be taken out of the passages first.

    Attributes:
        kind: What the fact is: "number", "flag" or "code name".
        question: Asks for it, by the page's title and the words around the fact.
        made_up: What the model knows all the same: the sentence that is gone.
        fact: The value that the question asks for.
        gone: Path of the page, and the sentence to remove from its passages.
        nth: Place of the chunk that holds it among those of its page, from 0.
    """

    kind: str
    question: str
    made_up: str
    fact: str
    gone: tuple[str, str]
    nth: int

    @property
    def id(self) -> str:
        """Equal for the same sentence of the same page."""
        key = "\x1f".join([self.question, *self.gone])
        return f"fact-removed-{sha256(key.encode()).hexdigest()[:12]}"

    @property
    def as_dict(self) -> dict[str, Any]:
        """As it is frozen."""
        return {"id": self.id, **asdict(self), "gone": list(self.gone)}


def without(text: str, sentence: str) -> str:
    r"""Return a passage's text without the sentence, whatever its line ends.

    >>> without("One is here. Two is\nthere. Three.", "Two is there.")
    'One is here.  Three.'
    """
    words = r"\s+".join(map(re.escape, sentence.split()))
    return re.sub(words, "", text)


def facts_removed(docs_folder: str | Path, seed: int = SEED) -> list[Removed]:
    """Return the cases of a docs folder, the same for the same docs and seed."""
    return list(build(docs_of(str(docs_folder)), seed))


@cache
def build(docs: Docs, seed: int = SEED) -> tuple[Removed, ...]:
    """Return one case for a page at most, the kinds in turn as far as they go."""
    pages: dict[str, str] = defaultdict(str)
    for chunk in docs.pool.chunks:
        pages[chunk.path] += f"\n{chunk.text}"
    everything = [bare(page) for page in pages.values()]
    left = dict(QUOTA)
    found: dict[str, Removed] = {}
    for said in docs.spread(draw(seed, "removed")):
        path = said.chunk.path
        if path in found or not askable(said):
            continue
        for kind, fact, at in facts(said):
            alone = not holds(without(pages[path], said.text), fact)
            if left[kind] and alone and askable_of(said, fact, at, everything):
                left[kind] -= 1
                found[path] = case(kind, said, fact, at)
                break
    return tuple(found.values())


def askable_of(said: Said, fact: str, at: int, pages: list[str]) -> bool:
    """Whether the fact is told here alone, and the question does not tell it."""
    rest = said.text[:at] + said.text[at + len(fact) :]
    above = " ".join([topic(said), *said.chunk.heading])
    told = fact.lower() in rest.lower() or holds(above, fact)
    if told or fact.isalpha() or rest[at:].startswith("-"):
        return False
    rare = fact.isdigit() or sum(fact.lower() in page for page in pages) <= KNOWN
    return rare and sum(page.count(bare(said.text)) for page in pages) == 1


def askable(said: Said) -> bool:
    """Whether the sentence tells something that one may ask for."""
    return (
        said.text.endswith(".")
        and len(said.text.split()) <= LONGEST
        and not _STEP.match(said.text.lstrip("*`"))
    )


def facts(said: Said) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, fact, place) of what the sentence states; flags first, numbers last."""
    for match in _FLAG.finditer(said.text):
        yield "flag", match[1], match.start()
    for match in _NAME.finditer(said.text):
        if is_name(match[1]) and not tool_of(match[1] + " "):
            yield "code name", match[1], match.start()
    for change in number(said):
        start = next(
            n
            for n, (a, b) in enumerate(zip(said.text, change.sentence, strict=False))
            if a != b
        )
        at = said.text.rfind(change.was, 0, start + len(change.was))
        yield "number", change.was, at


def case(kind: str, said: Said, fact: str, at: int) -> Removed:
    """Return the question that leaves out the fact, and the sentence that answers it."""
    before, after = said.text[:at], said.text[at + len(fact) :]
    if kind == "number":
        asked = "how many" if _COUNTED.match(after) else "what number"
    else:
        before, after = before.removesuffix("`"), after.removeprefix("`")
        asked = "which" if _NOUN.match(after) else ASKED[kind]
    before = re.sub(r"\b(?:[Tt]he|[Aa]n?|your|[Aa]nother) \**$", "", before)
    blank = bare_links(f"{before}{asked}{after}").replace("**", "")
    first = blank[0] if blank[1:2].isupper() else blank[0].lower()
    question = f"{topic(said)}: {first}{blank[1:].rstrip('.')}?"
    return Removed(
        kind, question, said.text, fact, (said.chunk.path, said.text), said.nth
    )


def topic(said: Said) -> str:
    """Return the title of the page, and the heading where there is one."""
    parts = [str(said.chunk.page["title"]), *said.chunk.heading[-1:]]
    return " - ".join(dict.fromkeys(parts))
