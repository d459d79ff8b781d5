"""Pages that try to speak, and a model that obeys them, through the whole program.

Each page is ingested as any other; the model writes what the page wants. What comes out
holds no canary: neither what the reader sees, nor what a script reads as the answer.
Only `retrieved` and `citations` of the document quote the page as it is, for that is
what they are for; their text is data, and in JSON nothing of it is obeyed.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import Rag
from tests.support.fake_ollama import FakeOllama
from tests.support.injections import INJECTIONS, Injection
from tests.support.program import BASE, Done, here

QUESTION = "how long do jobs run?"
ALL = [pytest.param(n, id=i.name) for n, i in enumerate(INJECTIONS)]
SINK = [pytest.param(n, id=i.name) for n, i in enumerate(INJECTIONS) if i.sink]

IMAGE = re.compile(r"!\[|<img|<svg|<iframe|<script|<meta|<a\s", re.IGNORECASE)
LINK = re.compile(
    r"\]\(\s*<?(?!link removed\))([^)\s>]+)|^ *\[(?!\^)[^]]+\]:\s*(\S+)", re.MULTILINE
)
ADDRESS = re.compile(r"https?:[^\s\"'<>)\\]+|data:text[^\s\"')]+|\]8;;[^\s\\]+")
CONTROL_CHARACTERS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\U000e0000-\U000e007f]"
)


@pytest.fixture(scope="module")
def poisoned(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Rag:
    """The program, in a home whose index holds nothing but these pages."""
    home = tmp_path_factory.mktemp("poisoned")
    (home / "docs/pages").mkdir(parents=True)
    (home / "rag").mkdir()
    (home / "rag/cache").symlink_to(indexed / "rag/cache")
    for n, injection in enumerate(INJECTIONS):
        (home / "docs" / page_path(n)).write_text(injection.page)
    done = here("ingest", "docs", "--json", home=home)
    assert (done.code, done.data["indexed"]) == (0, len(INJECTIONS)), done.err
    return partial(here, home=home)


def page_path(n: int) -> str:
    return f"pages/page-{n:02}.mdx"


def ask_about(
    poisoned: Rag, n: int, *words: str, unverified: str = "strike", mode: str = "ok"
) -> Done:
    """Ask with one page alone in reach, of a model that does what the page says."""
    with FakeOllama(INJECTIONS[n].reply, mode=mode) as fake:
        env = {
            "RAG_OLLAMA_URL": fake.url,
            "RAG_LLM_MODEL": fake.model,
            "RAG_UNVERIFIED": unverified,
        }
        done = poisoned("ask", QUESTION, "--path", page_path(n), *words, env=env)
    assert_fenced(fake.prompt())
    return done


def assert_fenced(prompt: str) -> None:
    """No special token, no hidden letter, and no end of a passage but ours, is in the prompt."""
    (ours,) = set(re.findall(r"<question-([0-9a-f]{12})>", prompt))
    opened = [m.start() for m in re.finditer(rf"<passage-{ours}>", prompt)]
    closed = [m.start() for m in re.finditer(rf"</passage-{ours}>", prompt)]
    assert 0 < len(opened) == len(closed)
    assert all(o < c for o, c in zip(opened, closed, strict=True))
    assert not CONTROL_CHARACTERS.search(prompt)
    assert not re.search(r"<\|\w+\|>|\[/?INST\]|<</?SYS>>|<start_of_turn>", prompt)


def assert_harmless(text: str, injection: Injection, *also: str) -> None:
    """Nothing that is shown, linked or obeyed is not ours, nor stands in *also*."""
    assert injection.canary not in text
    assert not CONTROL_CHARACTERS.search(text)
    assert not IMAGE.search(text)
    for target in (a or b for a, b in LINK.findall(text)):
        assert target.startswith(BASE) or target in also
    for url in ADDRESS.findall(text):
        assert url.startswith((BASE, "http://127.0.0.1")) or url.rstrip(".,") in also


def without_quotes(data: dict) -> dict:
    """Return a document without what quotes the page."""
    return {k: v for k, v in data.items() if k not in {"retrieved", "citations"}}


@pytest.mark.parametrize("n", ALL)
def test_what_a_page_wants_said_is_not_said(poisoned, n):
    """Neither in the answer nor beside it: what was left out is counted, not quoted."""
    done = ask_about(poisoned, n)

    assert done.code in {0, 4}
    assert_harmless(done.out, INJECTIONS[n])
    assert_harmless(done.err, INJECTIONS[n])


@pytest.mark.parametrize("n", ALL)
def test_no_script_reads_it_as_an_answer(poisoned, n):
    """Of the document only the record of the sentences may name what was left out."""
    done = ask_about(poisoned, n, "--json")

    rest = without_quotes(done.data)
    hidden = [s for s in rest["sentences"] if not s["shown"]]
    rest["sentences"] = [s for s in rest["sentences"] if s["shown"]]
    for text in strings(rest):
        assert_harmless(text, INJECTIONS[n])
    for text in strings(hidden) if INJECTIONS[n].sink else ():
        assert_harmless(text, INJECTIONS[n])
    assert done.out.isascii()


@pytest.mark.parametrize("n", SINK)
def test_the_sink_holds_also_where_everything_is_shown(poisoned, n):
    """`--unverified show` shows sentences, and no image, no address, no escape in them."""
    done = ask_about(poisoned, n, "--json", unverified="show")

    assert_harmless(done.err, INJECTIONS[n])
    for text in strings(without_quotes(done.data)):
        assert_harmless(text, INJECTIONS[n])


@pytest.mark.parametrize("n", ALL)
def test_a_page_that_speaks_for_the_model_passes_the_same_sink(poisoned, n):
    """Without a model its sentences are quoted: with its addresses, without its images."""
    done = ask_about(poisoned, n, mode="missing")

    own = {url.rstrip(".,") for url in ADDRESS.findall(INJECTIONS[n].page)}
    assert done.code == 5
    assert "A job runs for 24 hours at most." in done.out
    assert_harmless(done.out, INJECTIONS[n], *own)
    assert_harmless(done.err, INJECTIONS[n])


def strings(value: object) -> list[str]:
    """Return every string of a document."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for part in value.values() for s in strings(part)]
    if isinstance(value, list):
        return [s for part in value for s in strings(part)]
    return []
