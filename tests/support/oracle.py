"""The words that a reader of the site sees on an MDX page, found without our own reader.

Nothing of `askdocs` is imported. The table below says what each component shows; a
macro's page is read where the macro is used.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from tests.support.read_markdown import MDX, Words, name_of, shown_text, tokens_of

_LABELS = {"note", "tip", "important", "warning"}
_CARD = ("title", "productName", "description")
_SHOWN: dict[str, tuple[str, ...]] = {
    "Message": (),
    "Alert": ("title",),
    "Lightbox": ("alt",),
    "Image": ("alt",),
    "img": ("alt",),
    "TabsTab": ("label",),
    "SummaryCard": _CARD,
    "DefaultCard": _CARD,
    "ProductCard": _CARD,
    "ProductHeader": _CARD,
    "ClickableBanner": _CARD,
    "HomepageHeader": _CARD,
    "HelpBanner": _CARD,
    "GeneralLinks": _CARD,
    "GeneralLinksItem": _CARD,
}
"""What of a component's attributes stands on the page; the label of a card's button
("Read more") names no content, and is left out on purpose."""

_SILENT = set(
    "Icon Iframe Tabs Grid ChangelogList GuideFlow Steps StepButton Concept Link Key"
    " UvIllustrations Navigation".split()
)
_HTML = set(
    "a b br code details div em font i kbd li ol p pre s small span strong sub summary sup"
    " table tbody td th thead tr u ul".split()
)
_INLINE = set("a b code em font i kbd s small span strong sub sup u Key Link".split())

_PAIR = re.compile(
    r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{\s*["'`](.*?)["'`]\s*\})"""
)
_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
_HEAD = (
    (("meta", "title"), ("title",)),
    (("content", "h1"), ("h1",)),
    (("meta", "description"), ("description",), ("content", "paragraph")),
)


@dataclass(frozen=True)
class Seen:
    """What stands on a page.

    Attributes:
        title: Of its title and its h1.
        required: Words that the index must hold, each as often as here.
        allowed: Words that it may hold, each as often as here.
        unknown: Ids of the macros that it uses and nobody wrote.
    """

    title: Words
    required: Words
    allowed: Words
    unknown: tuple[str, ...]


class Site:
    """The pages of a docs repository, from the text of its files by path.

    Attributes:
        macros: Path of each macro by its id.
        tags: Names of the tags that were closed, or closed themselves, on the pages seen
            so far; what is never closed is no component: `<YOUR_API_KEY>`.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.macros: dict[str, str] = {}
        for path, text in texts.items():
            if "macro:" in text[:1000] and (name := front_of(text)[0].get("macro")):
                self.macros[str(name)] = path
        self._texts = texts
        self._seen: dict[str, Seen] = {}
        self.tags: Words = Counter()

    def seen(self, path: str) -> Seen:
        """Return the words of a page, its description first as the index holds it.

        A description that the text repeats need not be held twice.
        """
        if path not in self._seen:
            self._seen[path] = self._read(path)
        return self._seen[path]

    def _read(self, path: str) -> Seen:
        front, body = front_of(self._texts[path])
        page = _Page(self)
        words = tokens_of(page.text(body))
        title, h1, description = (_first_value(front, *keys) for keys in _HEAD)
        head = tokens_of(description or ("" if words else title))
        repeated = f" {' '.join(head)} " in f" {' '.join(words)} "
        on_page, lead = Counter(words), Counter(head)
        return Seen(
            title=Counter(tokens_of(f"{title} {h1}")),
            required=on_page if repeated else on_page + lead,
            allowed=on_page + lead + Counter(tokens_of(" ".join(page.maybe))),
            unknown=tuple(page.unknown),
        )

    def prose(self, path: str) -> str:
        """Return the paragraphs of a page that stand neither in a card nor in a tag."""
        _, body = front_of(self._texts[path])
        page = _Page(self, cards=False)
        blocks = [b for b in MDX.parse(body)[0] if b["type"] != "heading"]
        return " ".join("".join(shown_text(blocks, page.tag, html.unescape)).split())

    def body(self, name: str) -> str | None:
        """Return the text of a macro without its head; None if there is none."""
        path = self.macros.get(name)
        return None if path is None else front_of(self._texts[path])[1]


class _Page:
    """One page in the reading: what its tags show, and what they leave open."""

    def __init__(self, site: Site, *, cards: bool = True) -> None:
        self.site = site
        self.cards = cards
        self.maybe: list[str] = []
        self.unknown: list[str] = []
        self.stack: list[str] = []

    def text(self, body: str) -> str:
        """Return all that a reader sees of a body, its macros in their places."""
        return "".join(shown_text(MDX.parse(body)[0], self.tag, html.unescape))

    def tag(self, raw: str) -> str:
        """Return what one tag shows; itself if it is the tag of nothing we know."""
        name = name_of(raw)
        self.site.tags[name] += raw[1] == "/" or raw[-2] == "/"
        if name == "Macro":
            return self.macro(_attributes(raw).get("id", ""))
        if name in _SHOWN and raw[1] != "/" and (self.cards or _SHOWN[name] != _CARD):
            return f"\n{self.shown(name, _attributes(raw))}\n"
        if name in _INLINE:
            return ""
        return "\n" if name in _SHOWN or name in _SILENT or name in _HTML else raw

    def shown(self, name: str, attributes: dict[str, str]) -> str:
        if name == "Message":
            return self.label(attributes)
        return "\n".join(attributes.get(key, "") for key in _SHOWN[name])

    def label(self, attributes: dict[str, str]) -> str:
        """Return the label of a Message; a type the site does not know may have any."""
        kind = attributes.get("type", "").strip()
        if kind in _LABELS:
            return kind
        self.maybe += ["note", *attributes.values()]
        return ""

    def macro(self, name: str) -> str:
        """Return what a macro shows where it stands."""
        body = self.site.body(name)
        if body is None or name in self.stack:
            self.unknown.append(name)
            return ""
        self.stack.append(name)
        text = self.text(body)
        self.stack.pop()
        return f"\n{text}\n"


def front_of(text: str) -> tuple[dict[str, Any], str]:
    """Return the head of a file and the rest; what is no YAML says nothing."""
    match = _FRONT.match(text)
    if not match:
        return {}, text
    try:
        data = yaml.load(match[1], Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        data = {}
    return data if isinstance(data, dict) else {}, text[match.end() :]


def _first_value(front: dict[str, Any], *keys: tuple[str, ...]) -> str:
    """Return the first of some places in a head that says something."""
    for places in keys:
        value: Any = front
        for key in places:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _attributes(raw: str) -> dict[str, str]:
    return {key: html.unescape(a or b or c) for key, a, b, c in _PAIR.findall(raw)}
