"""What `--json` printed, read back to be shown again."""

from __future__ import annotations

import json

import pytest
from tests.support.passages import passages

from askdocs.cli.render import json_document
from askdocs.cli.render.kept_document import read_answer, read_search
from askdocs.domain.answer import (
    Answer,
    Evidence,
    Safety,
    SearchResult,
    Sentence,
    Status,
    Verdict,
)
from askdocs.domain.errors import ConfigError

SOME = passages(3)
ANSWERS = {
    "answered": Answer("q", Status.ANSWERED, "a [^1]\n\nb", SOME[:1], SOME, "https://x"),
    "refused": Answer(
        "q", Status.NO_MATCH, "I don't know.", (), SOME, "https://x",
        nearest=SOME[:2], unmentioned=("Tokyo",),
    ),
    "partial": Answer(
        "q", Status.PARTIAL, "a", SOME[:1], SOME, "https://x", degraded=("slow",),
        sentences=(
            Sentence("b", Verdict.UNSUPPORTED, "no b", shown=False),
            Sentence(
                "a", Verdict.SUPPORTED, passage=1, score=0.9,
                evidence=(Evidence(1, 4, 9, (2, 3), "A is."),),
            ),
        ),
        safety=(Safety("answer", safe=False, categories=("S1",)),),
    ),
    "failed": Answer(
        "q", Status.INCOMPLETE, "", (), SOME, "https://x", problem="p", hint="h"
    ),
    "quoted": Answer(
        "q", Status.ANSWERED, "a [^1]", SOME[:1], SOME, "https://x", quoted=True,
        hint="pull a model",
    ),
}  # fmt: skip


def kept(answer: Answer) -> dict:
    document = json_document.answer(answer, "Example", index={}, seconds=1)
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_comes_back_as_it_is_seen(name):
    """Its document, made again, is the same."""
    document = kept(ANSWERS[name])

    again = read_answer(document)

    assert kept(again) == document
    assert again.sentences == ANSWERS[name].sentences
    assert (again.text, again.hint) == (ANSWERS[name].text, ANSWERS[name].hint)


def test_a_search_comes_back():
    """With the links of its passages."""
    document = json_document.search_result("q", SearchResult(SOME))

    assert [p.link for p in read_search(document)] == [p.link for p in SOME]


@pytest.mark.parametrize(
    "document",
    [
        {}, {"answer": 7}, {**kept(ANSWERS["answered"]), "status": "lost"},
        {**kept(ANSWERS["answered"]), "citations": [{}]},
        {**kept(ANSWERS["partial"]), "sentences": [{"verdict": "supported"}]},
        {**kept(ANSWERS["partial"]), "error": []},
    ],
)  # fmt: skip
def test_what_something_else_wrote_is_told(document):
    """A newer version may have another form."""
    with pytest.raises(ConfigError, match="not written by this version"):
        read_answer(document)
    with pytest.raises(ConfigError):
        read_search({"passages": [{}]})
