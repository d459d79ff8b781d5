"""A question becomes an answer from the docs, or an honest "I don't know.".

Retrieve, make the passages fit, let the model speak, keep what it may say: each step
can end the matter, and each ending has its own status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from askdocs.domain.answer import REFUSAL, Answer, Found, Passage, Status
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable
from askdocs.domain.ports import Engine
from askdocs.steps.prompt import Prompt
from askdocs.steps.reply import Reader, cited

Show = Callable[[str], None]


def ask(
    question: str,
    *,
    retrieve: Callable[[str], Found],
    engine: Engine | None,
    prompt: Prompt,
    show: Show | None = None,
) -> Answer:
    """Answer *question* from the docs, or say that they do not hold the answer.

    What *show* was given, joined, is the text of the answer whatever its status; mark
    [^n] in it stands for `retrieved[n - 1]`.

    Args:
        question: In plain words, as typed.
        retrieve: Finds passages, best first.
        engine: The language model; None shows passages only.
        prompt: How it is asked; its `site` is the link of a refusal.
        show: Called with each piece of the text as soon as it is certain.

    Raises:
        ConfigError: if the window has no room for even one passage.
        AskDocsError: whatever *retrieve* raises.
    """
    show = show or _nowhere
    found = retrieve(question)
    link = most_relevant(found.passages).url if found.passages else prompt.site
    answer = Answer(
        question,
        Status.PASSAGES_ONLY,
        "",
        (),
        found.passages,
        link,
        degraded=found.degraded,
    )
    if not found.passages:
        return _refuse(answer, Status.NO_MATCH, show)
    return answer if engine is None else _speak(answer, engine, prompt, show)


def most_relevant(passages: Sequence[Passage]) -> Passage:
    """Return the passage whose page the closing paragraph links.

    The first one; of those with the same score, the one whose file_path has the fewest
    parts, because a shallow page is the more general one; then the earlier.
    """
    first = passages[0]
    equal = [p for p in passages if p.score == first.score]
    return min(equal, key=lambda p: p.file_path.count("/"))


def _speak(answer: Answer, engine: Engine, prompt: Prompt, show: Show) -> Answer:
    """Return the answer with what the model made of its passages."""
    fitted = prompt.fit(answer.question, answer.retrieved)
    answer = replace(
        answer,
        retrieved=fitted.passages,
        degraded=answer.degraded + ((fitted.note,) if fitted.note else ()),
        model=engine.model,
    )
    reader = Reader(len(fitted.passages))
    try:
        _listen(engine, answer, reader, show)
    except (ModelUnavailable, AnswerIncomplete) as err:
        return _failed(_with_text(answer, reader, show), err)
    answer = _with_text(answer, reader, show)
    if reader.refused:
        answer = replace(answer, link=prompt.site)
        return _refuse(answer, Status.NOT_IN_CONTEXT, show)
    if not answer.text:
        empty = AnswerIncomplete("the model said nothing of use", hint="ask again")
        return _failed(answer, empty)
    return replace(answer, status=Status.ANSWERED)


def _listen(engine: Engine, answer: Answer, reader: Reader, show: Show) -> None:
    """Show what is certain while the model speaks; after a refusal, stop it."""
    for piece in engine.stream(answer.question, answer.retrieved):
        if certain := reader.feed(piece):
            show(certain)
        if reader.refused:
            return


def _with_text(answer: Answer, reader: Reader, show: Show) -> Answer:
    """Return the answer with all that was said, its citations and its link."""
    if rest := reader.end():
        show(rest)
    numbers = cited(reader.text, len(answer.retrieved))
    passages = tuple(answer.retrieved[n - 1] for n in numbers)
    link = most_relevant(passages or answer.retrieved).url
    return replace(answer, text=reader.text, cited=passages, link=link)


def _failed(answer: Answer, err: AskDocsError) -> Answer:
    """Return the answer with what went wrong; its passages are still worth reading."""
    status = Status.INCOMPLETE
    if isinstance(err, ModelUnavailable):
        status = Status.MODEL_UNAVAILABLE
    return replace(answer, status=status, problem=str(err), hint=err.hint)


def _refuse(answer: Answer, status: Status, show: Show) -> Answer:
    """Return the answer as a refusal, and show it."""
    show(REFUSAL)
    return replace(answer, status=status, text=REFUSAL)


def _nowhere(text: str) -> None:
    """Show nothing."""
