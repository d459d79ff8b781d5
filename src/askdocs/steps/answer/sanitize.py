r"""Sanitize a sentence of a model: leave what may be shown of it.

No image, no HTML, no hidden character, and no address but those that the caller names;
code is no exception, for a command that fetches from elsewhere is the worst of all.
What a model hides is not decoded and repaired: it is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from html import unescape
from urllib.parse import unquote, urlsplit

from askdocs.domain.text import visible
from askdocs.steps.answer.markdown import ANY_FENCE_LINE, CODE_SPAN

REMOVED_LINK = "(link removed)"
"""What stands for an address: nothing at all would make `curl X | sh` another command."""

_IGNORED = re.compile("[\u2028\u2029\ue000\ue001]")
_JOINERS = re.compile(
    "(?<=[!-~])[\u200c\u200d\ufe00-\ufe0f]+|[\u200c\u200d\ufe00-\ufe0f]+(?=[!-~])"
)
_HTML = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|"
    "blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|dd|del|"
    "details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|"
    "form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|"
    "legend|li|link|main|map|mark|marquee|math|menu|meta|meter|nav|noscript|object|ol|"
    "optgroup|option|output|p|param|picture|pre|progress|q|s|samp|script|section|select|"
    "slot|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|"
    "template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr"
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|<[!?][a-z][^>]*>?", re.I | re.S)
_TAG = re.compile(
    rf"</?(?:{_HTML})(?:[\s/][^<>]*)?>|<[a-z][\w:-]*[\s/][^<>]*=[^<>]*>?|"
    rf"<(?=/?(?:script|style|iframe|img|svg|object|embed|meta|link|base|form)\b)",
    re.IGNORECASE,
)
_MASK = re.compile("\ue000(\\d+)\ue001")
_DEFINITION = re.compile(
    r"^[ \t>]*\[(?!\^)[^\[\]\n]+\]:[ \t]*\n?[ \t]*<?(\S*[:/%&\\]\S*?)>?(?:[ \t].*)?$\n?",
    re.MULTILINE,
)
_TARGET = re.compile(
    r"\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s(?:[^()]|\([^()]*\))*)?\)"
)
_REFERENCE = re.compile(r"\[[^\[\]]*\]")

_URL_CHAR = (
    r"(?:<[\w .-]{1,40}>|\([^\s()<>\"`]*\)"
    r"|[^\s()<>\[\]\"'`|\u201c\u201d\u2018\u2019\u00ab\u00bb])"
)
_HOST = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+"
_TOP_DOMAIN = r"(?:[^\W\d_]{2,}|xn--[\w-]+)"
# Endings that no host has; "main.py/x" and "x.sh/y" could be one.
_FILE_NAME = (
    r"[\w.-]+\.(?:yaml|yml|jsonl?|txt|jsx?|tsx?|html|conf|toml|sql|xml|csv|log|ini|env|"
    r"cfg|tfvars|tfstate|mdx|php|css|lock|service|pem|crt|key|tar|gz|go)/"
)
_ADDRESS = re.compile(
    rf"https?:(?:[/\\]+\[?{_URL_CHAR}*|(?=[\w.@%-]*\w\.\w*[a-z]){_URL_CHAR}+)"
    rf"|\b(?:javascript|vbscript|blob|mailto|view-source|file(?=:[/\\])):{_URL_CHAR}+"
    rf"|\bdata:(?=[\w.+-]+/[\w.+-]+[;,]|[;,]){_URL_CHAR}+"
    rf"|(?<![\w+.%&#;-])[\w+.%&#;-]{{2,40}}:[/\\]{{2,}}{_URL_CHAR}+"
    rf"|(?<![\w:/\\.])[/\\]{{2,}}{_HOST}{_TOP_DOMAIN}{_URL_CHAR}*"
    rf"|(?<![\w.-])www\.{_URL_CHAR}+"
    rf"|(?<![\w./-])(?!{_FILE_NAME}){_HOST}{_TOP_DOMAIN}(?::\d+)?/{_URL_CHAR}+",
    re.IGNORECASE,
)
_FORBIDDEN_SCHEME = re.compile(
    r"(?:javascript|vbscript|data|blob|view-source):", re.IGNORECASE
)
_DECEPTIVE = re.compile(
    r"\\|/\.{1,2}(?=/|\Z)|%2e|%2f|%5c"
    r"|\Ahttps?://(?:[^/?#]*\.[^/?#]*@|[^/?#]*[^\x00-\x7f])",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)?")
_TRAILING = ".,;:!?*_~\u3002\uff0c"
_DEFAULT_PORT = re.compile(r"\.?(?::(?:80|443)?)?\Z")
_SCHEME = re.compile(r"[\w+.%&#;-]+:(?:[/\\]|(?!\d))|\\")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ENCODED = re.compile(r"[%&\\]|[^\x00-\x7f]")
_TOKEN = re.compile(r"\S+")
_ESCAPE = re.compile(r"\\(?=[^\w\s\\])")


def sanitize(text: str, urls: Collection[str]) -> str:
    r"""Return what may be shown of a piece of a reply.

    Images become their text, links to elsewhere become theirs, tags and comments go;
    inside of code only addresses are looked at. An address stays if it names the same
    page as one of *urls*: equal in all but the fragment, a slash at its end, the case
    of its host, and the punctuation after it. Every other one that a reader, a renderer
    or a terminal could follow becomes `REMOVED_LINK`, and so does a word that hides one.

    Args:
        text: A whole piece (see `steps.answer.sentences`): no half of a link.
        urls: Addresses, as written or as `addresses` returns them.

    >>> sanitize("![x](//e.example/?q) [Run](https://e.example) a.yaml", [])
    'x Run a.yaml'
    """
    pages = {page for url in urls if (page := _canonical(url))}
    text = _normalized(text)
    if not ANY_FENCE_LINE.match(text):
        text = _sanitized_prose(text, pages)
    text = _ADDRESS.sub(lambda m: _replaced_unless_allowed(m[0], pages), text)
    text = _TOKEN.sub(lambda m: _replaced_if_hiding(m[0], pages), text)
    return text.replace(f"<{REMOVED_LINK}>", REMOVED_LINK)


def addresses(text: str) -> set[str]:
    """Return the addresses that stand in a text, each in one form of its page.

    Not those of images, nor those that deceive: with a host for a user name, a host in
    other letters than ASCII, a backslash, dot segments; nor those that run or embed
    something (javascript:, data:). Other schemes (s3:, file:) count, for commands need
    them; they are never the target of a link.

    >>> sorted(addresses("At [a](HTTPS://A.example/b/#c), or s3://d."))
    ['https://a.example/b', 's3://d']
    """
    text = _IMAGE.sub("", _normalized(text))
    matches = (m[0] for m in _ADDRESS.finditer(text))
    return {p for url in matches if (p := _canonical(url)) and not _DECEPTIVE.search(p)}


def _normalized(text: str) -> str:
    """Return *text* without what `visible` leaves for emoji and scripts that join."""
    return _JOINERS.sub("", _IGNORED.sub("", visible(text)))


@lru_cache(maxsize=8192)
def _canonical(address: str) -> str:
    """Return an address in the one form that is compared; "" if it is never allowed."""
    address = address.rstrip(_TRAILING)
    if _FORBIDDEN_SCHEME.match(address):
        return ""
    if not _SCHEME.match(address):
        address = f"https://{address}"
    if not _WEB.match(address):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    user, at, host = parts.netloc.rpartition("@")
    host = _DEFAULT_PORT.sub("", host.casefold())
    query = f"?{parts.query}" if parts.query else ""
    page = f"{parts.scheme}://{user}{at}{host}{parts.path.rstrip('/')}{query}"
    return page if host else ""


def _replaced_unless_allowed(address: str, pages: set[str]) -> str:
    """Return an address as it stands if it is allowed, else what stands for it."""
    bare = address.rstrip(_TRAILING)
    empty = bare.casefold() in {"http://", "https://", "http:/", "https:/"}
    if empty or _canonical(bare) in pages:
        return address
    return REMOVED_LINK + address[len(bare) :]


def _replaced_if_hiding(word: str, pages: set[str]) -> str:
    """Return *word*, or what stands for it if it hides an address that is not allowed."""
    decoded = _ADDRESS.sub(" ", word) if _ENCODED.search(word) else ""
    for _ in range(3):
        decoded = _ESCAPE.sub(
            "", unescape(unquote(unicodedata.normalize("NFKC", decoded)))
        )
        for address in _ADDRESS.finditer(decoded):
            if _replaced_unless_allowed(address[0], pages) != address[0]:
                return REMOVED_LINK
    return word


def _sanitized_prose(text: str, pages: set[str]) -> str:
    """Return prose without images, tags and links to elsewhere; code is left alone."""
    codes: list[str] = []

    def masked(code: re.Match[str]) -> str:
        codes.append(code[0])
        return f"\ue000{len(codes) - 1}\ue001"

    text = CODE_SPAN.sub(masked, text)
    before = ""
    while before != text:
        before = text
        text = _TAG.sub("", _COMMENT.sub("", text))
        text = _DEFINITION.sub(
            lambda m: m[0] if _canonical(m[1]) in pages else "", text
        )
        text = _sanitized_links(text, pages)
    return _MASK.sub(lambda m: codes[int(m[1])], text)


def _sanitized_links(text: str, pages: set[str]) -> str:
    """Return *text* with images as their text, and links only to *pages*."""
    parts: list[str] = []
    bracket_starts: list[int] = []
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "]" and bracket_starts:
            position = _close_bracket(
                text, position, parts, bracket_starts.pop(), pages
            )
            continue
        if char == "\\" and position < len(text):
            char += text[position]
            position += 1
        if char == "[":
            bracket_starts.append(len(parts))
        parts.append(char)
    return "".join(parts)


def _close_bracket(
    text: str, position: int, parts: list[str], start: int, pages: set[str]
) -> int:
    """Put the brackets that end at *position* as what may be shown; return where they end."""
    label = "".join(parts[start + 1 :])
    image = start > 0 and parts[start - 1] == "!" and not label.startswith("^")
    target = (
        _TARGET.match(text, position + 1) if text.startswith("(", position) else None
    )
    if target and f"({REMOVED_LINK}" == target[0][: len(REMOVED_LINK)]:
        target = None
    if not target and not image:
        parts.append("]")
        return position
    del parts[start - image :]
    if image and not target:
        reference = _REFERENCE.match(text, position)
        parts.append(label)
        return reference.end() if reference else position
    url = target[1] if target else ""
    keep = not image and _WEB.match(url) and _canonical(url) in pages
    parts.append(f"[{label}]({url})" if keep else label)
    return target.end() if target else position
