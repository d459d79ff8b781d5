"""Read back what `--json` printed, to show it again to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askdocs.domain.answer import (
    Answer,
    Evidence,
    Passage,
    Safety,
    Sentence,
    Status,
    Verdict,
)
from askdocs.domain.errors import ConfigError

Data = Mapping[str, Any]


def read_answer(document: Data) -> Answer:
    """Return the answer that a document was made of, as far as it can be seen.

    Raises:
        ConfigError: if something else wrote the document.
    """
    try:
        return _answer(document)
    except (LookupError, TypeError, ValueError, AttributeError) as err:
        raise _damaged() from err


def read_search(document: Data) -> list[Passage]:
    """Return the passages of a search.

    Raises:
        ConfigError: if something else wrote the document.
    """
    try:
        return [_passage(passage) for passage in document["passages"]]
    except (LookupError, TypeError, ValueError, AttributeError) as err:
        raise _damaged() from err


def _answer(document: Data) -> Answer:
    error = document.get("error", {})
    closing = f"\n\n{document['closing']}"
    return Answer(
        question=document["question"],
        status=Status(document["status"]),
        text=document["answer"].removesuffix(closing),
        cited=tuple(map(_passage, document["citations"])),
        retrieved=tuple(map(_passage, document["retrieved"])),
        link=document["link"],
        degraded=tuple(document["degraded"]),
        sentences=tuple(map(_sentence, document["sentences"])),
        safety=tuple(map(_safety, document["safety"])),
        problem=error.get("what", ""),
        hint=error.get("hint", document.get("hint", "")),
        quoted=document["quoted"],
        nearest=tuple(map(_passage, document["nearest"])),
        unmentioned=tuple(document["unmentioned"]),
    )


def _passage(data: Data) -> Passage:
    first, last = data["lines"]
    return Passage(
        id=data["id"],
        path=data["path"],
        file_path="",
        url=data["page_url"],
        anchor=data["anchor"],
        title=data["title"],
        heading=tuple(data["heading"]),
        text=data["text"],
        lines=(first, last),
        score=float(data["score"]),
        also=tuple(data["also"]),
    )


def _sentence(data: Data) -> Sentence:
    evidence = tuple(map(_evidence, data["evidence"]))
    verdict = Verdict(data["verdict"])
    return Sentence(**{**data, "verdict": verdict, "evidence": evidence})


def _evidence(data: Data) -> Evidence:
    first, last = data["lines"]
    return Evidence(**{**data, "lines": (first, last)})


def _safety(data: Data) -> Safety:
    return Safety(**{**data, "categories": tuple(data["categories"])})


def _damaged() -> ConfigError:
    return ConfigError(
        "the last answer was not written by this version",
        hint='rag ask "..."   (the next answer is kept whole)',
    )
