"""A question becomes an answer from the docs, or an honest "I don't know.".

Retrieve, make the passages fit, let the model speak, show what the passages say too:
each step can end the matter, and each ending has its own status.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from askdocs.domain.answer import REFUSAL, Answer, Found, Passage, Status
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable
from askdocs.domain.ports import Engine
from askdocs.flows.checked_answer import CheckedAnswer, Rules, Show, nowhere
from askdocs.steps.answer.extract import extract
from askdocs.steps.answer.prompt import Prompt
from askdocs.steps.answer.reply import cited
from askdocs.steps.answer.sanitize import addresses, allowed

ENTITLED = 2 / 3
"""Share of a question's words in the title or headings of one page with which it is in
scope, however far the nearest passage: a few words make a vague vector.
"""

ANYTHING = Rules()

_MARK = re.compile(r"\[\^(?=\d+\])")
_BEHIND_CODE = "\n\n"


def ask(  # noqa: PLR0913 (what may be handed over is what there is)
    question: str,
    *,
    retrieve: Callable[[str], Found],
    engine: Engine | None,
    prompt: Prompt,
    rules: Rules = ANYTHING,
    show: Show | None = None,
    listed: Callable[[Sequence[Passage]], None] | None = None,
) -> Answer:
    """Answer *question* from the docs, or say that they do not hold the answer.

    What *show* was given, joined, is the text of the answer whatever its status; mark
    [^n] in it stands for `retrieved[n - 1]`.

    Args:
        question: In plain words, as typed.
        retrieve: Finds passages, best first.
        engine: The language model; None shows passages only.
        prompt: How it is asked; its `site` is the link of a refusal.
        rules: How the answer is checked.
        show: Called with each sentence of the text as soon as it is certain.
        listed: Called with the passages that the model is given, before it speaks.

    Raises:
        ConfigError: if the window has no room for even one passage.
        AskDocsError: whatever *retrieve* raises.
    """
    show = show or nowhere
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
    if engine is None:
        return answer
    if _foreign(found, rules):
        return _refuse(replace(answer, link=prompt.site), Status.NO_MATCH, show)
    fitted = prompt.fit(question, found.passages)
    answer = replace(
        answer,
        retrieved=fitted.passages,
        degraded=answer.degraded + ((fitted.note,) if fitted.note else ()),
        model=engine.model,
    )
    if listed:
        listed(fitted.passages)
    return _speak(
        answer, engine, prompt.site, CheckedAnswer(fitted.passages, rules, show), show
    )


def most_relevant(passages: Sequence[Passage]) -> Passage:
    """Return the passage whose page the closing paragraph links.

    The first one; of those with the same score, the one whose file_path has the fewest
    parts, because a shallow page is the more general one; then the earlier.
    """
    first = passages[0]
    equal = [p for p in passages if p.score == first.score]
    return min(equal, key=lambda p: p.file_path.count("/"))


def _foreign(found: Found, rules: Rules) -> bool:
    """Whether a question is about something else than these docs."""
    if rules.refuse_below is None or found.nearest is None:
        return False
    return found.nearest < rules.refuse_below and found.entitled < ENTITLED


def _speak(
    answer: Answer, engine: Engine, site: str, teller: CheckedAnswer, show: Show
) -> Answer:
    """Return the answer with what the model made of its passages."""
    try:
        _listen(engine, answer, teller)
    except (ModelUnavailable, AnswerIncomplete) as err:
        return _broken(_with_text(answer, teller), err, show)
    answer = _with_text(answer, teller)
    if teller.refused:
        return _refuse(replace(answer, link=site), Status.NOT_IN_CONTEXT, show)
    if not teller.sentences:
        empty = AnswerIncomplete("the model said nothing of use", hint="ask again")
        return _failed(answer, empty)
    if not answer.text:
        return _refuse(replace(answer, link=site), Status.UNVERIFIED, show)
    return replace(answer, status=Status.PARTIAL if teller.struck else Status.ANSWERED)


def _listen(engine: Engine, answer: Answer, teller: CheckedAnswer) -> None:
    """Show what is certain while the model speaks; after a refusal, stop it."""
    for piece in engine.stream(answer.question, answer.retrieved):
        teller.hear(piece)
        if teller.refused:
            return


def _with_text(answer: Answer, teller: CheckedAnswer) -> Answer:
    """Return the answer with all that was said, its citations and its link."""
    teller.end()
    text = teller.text.rstrip()
    numbers = cited(text, len(answer.retrieved)) or list(
        dict.fromkeys(s.passage for s in teller.sentences if s.shown and s.passage)
    )
    passages = tuple(answer.retrieved[n - 1] for n in numbers)
    link = most_relevant(passages or answer.retrieved).url
    told = tuple(teller.sentences)
    return replace(answer, text=text, cited=passages, link=link, sentences=told)


def _broken(answer: Answer, err: AskDocsError, show: Show) -> Answer:
    """Return the answer with what went wrong; without a model the passages speak."""
    failed = _failed(answer, err)
    if failed.status is not Status.MODEL_UNAVAILABLE:
        return failed
    found = extract(answer.question, answer.retrieved)
    if not found:
        return failed
    text = "\n\n".join(_quoted(said, n, answer.retrieved[n - 1]) for said, n in found)
    show(text)
    numbers = dict.fromkeys(n for _, n in found)
    passages = tuple(answer.retrieved[n - 1] for n in numbers)
    return replace(
        failed,
        text=text,
        cited=passages,
        link=most_relevant(passages).url,
        degraded=(*failed.degraded, "model: the passages' own sentences instead"),
    )


def _quoted(text: str, number: int, passage: Passage) -> str:
    """Return what a passage says as it may be shown, with its mark and no other.

    A mark behind a code fence would keep it open.
    """
    told = allowed(_MARK.sub("[", text), addresses(passage.text)).rstrip()
    return f"{told}{_BEHIND_CODE if told.endswith('`' * 3) else ' '}[^{number}]"


def _failed(answer: Answer, err: AskDocsError) -> Answer:
    """Return the answer with what went wrong; its passages are still worth reading."""
    status = Status.INCOMPLETE
    if isinstance(err, ModelUnavailable):
        status = Status.MODEL_UNAVAILABLE
    return replace(answer, status=status, problem=str(err), hint=err.hint)


def _refuse(answer: Answer, status: Status, show: Show) -> Answer:
    """Return the answer as a refusal, and show it."""
    show(REFUSAL)
    unsaid = tuple(replace(sentence, shown=False) for sentence in answer.sentences)
    return replace(answer, status=status, text=REFUSAL, cited=(), sentences=unsaid)
