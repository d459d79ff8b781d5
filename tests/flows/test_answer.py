"""From a question to an answer, or to an honest ending without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.passages import passage as a_passage

from askdocs.adapters.llm.ollama import OllamaModel, Sampling
from askdocs.adapters.llm.query_engine import QueryEngine
from askdocs.domain.answer import (
    Answer,
    Passage,
    SearchResult,
    Sentence,
    Status,
    Verdict,
)
from askdocs.domain.errors import (
    AnswerIncomplete,
    AskDocsError,
    ConfigError,
    Exit,
    IndexMissing,
    ModelUnavailable,
)
from askdocs.domain.ports import EVERYTHING
from askdocs.flows.answer import ANYTHING, Answerer, most_relevant
from askdocs.flows.checked_answer import Rules, Unverified
from askdocs.steps.answer.prompt import Prompt

SITE = "https://docs.example/"
PROMPT = Prompt("Scaleway", SITE, num_ctx=8192, num_predict=512)
DOWN = ModelUnavailable("Ollama does not answer at http://x", hint="ollama serve")
CUT = AnswerIncomplete("the answer broke off", hint="ask again")


TOLD = "Start jobs. Then wait. Surely others cost 5 GB."


def passage(n: int = 1, **changes: object) -> Passage:
    """Return the nth passage; all say the same, so the best of them is the one cited."""
    return a_passage(n, **{"text": TOLD, **changes})


def passages(count: int) -> tuple[Passage, ...]:
    return tuple(passage(n) for n in range(1, count + 1))


@dataclass
class Scripted:
    """An engine that says these pieces, and then fails if it is told to."""

    pieces: Sequence[str]
    failure: AskDocsError | None = None
    model: str = "scripted:1b"
    asked: list[tuple[str, tuple[Passage, ...]]] = field(default_factory=list)
    said: int = 0

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        self.asked.append((question, tuple(passages)))
        for piece in self.pieces:
            self.said += 1
            yield piece
        if self.failure:
            raise self.failure


class Retrieves:
    """Stands in for a `Retriever`: finds what a function says."""

    def __init__(self, find: Callable[[str], SearchResult]) -> None:
        self._find = find

    def find(self, question: str, only: object) -> SearchResult:
        assert only is EVERYTHING
        return self._find(question)

    def read_pages(self, _question: str, result: SearchResult) -> list[Passage]:
        return list(result.passages)


def ask(
    question, *, retrieve, engine, prompt, rules=ANYTHING, only=False, **shown
) -> Answer:
    """Ask; what each stage took is nobody's expectation."""
    answerer = Answerer(
        Retrieves(retrieve), engine, prompt, rules=rules, passages_only=only
    )
    answer = answerer.answer(question, **shown)
    assert answer.spent_ms.keys() >= {"retrieve", "answer"}
    return replace(answer, spent_ms={})


def found(
    *some: Passage, degraded: tuple[str, ...] = ()
) -> Callable[[str], SearchResult]:
    return lambda _: SearchResult(some, degraded)


def answer(
    *pieces: str,
    failure: AskDocsError | None = None,
    some: tuple[Passage, ...] = passages(3),  # passages are frozen
    question: str = "How?",
    rules: Rules = ANYTHING,
) -> Answer:
    """Ask, and check on the way what holds for every answer."""
    shown: list[str] = []
    result = ask(
        question,
        retrieve=found(*some),
        engine=Scripted(pieces, failure),
        prompt=PROMPT,
        rules=rules,
        show=shown.append,
    )
    assert "".join(shown).strip() == result.text.strip()
    assert "NOT IN DOCS" not in "".join(shown)
    return result


def test_an_answer_has_text_citations_and_a_link():
    """The ordinary case, whole."""
    got = answer("Start", " jobs [^2].", " Then wait [^1].")

    bare = tuple(replace(s, evidence=(), score=0.0) for s in got.sentences)
    assert replace(got, sentences=bare) == Answer(
        question="How?",
        status=Status.ANSWERED,
        text="Start jobs [^2]. Then wait [^1].",
        cited=(passage(2), passage(1)),
        retrieved=passages(3),
        link="https://docs.example/jobs/page-2/",
        model="scripted:1b",
        sentences=(
            Sentence("Start jobs [^2]. ", Verdict.SUPPORTED, passage=2, covers=1.0),
            Sentence("Then wait [^1].", Verdict.SUPPORTED, passage=1, covers=1.0),
        ),
    )


def test_an_answer_is_shown_sentence_by_sentence():
    """Streaming is of no use if the flow collects first; half a sentence has no verdict."""
    shown: list[str] = []
    engine = Scripted(["Start", " jobs.", " Then", " wait", "."])
    real = shown.append

    def show(text: str) -> None:
        real(f"{engine.said}:{text}")

    ask("How?", retrieve=found(passage(1)), engine=engine, prompt=PROMPT, show=show)

    assert shown == ["3:Start jobs.", "5: Then wait."]


def test_what_was_held_back_is_shown_at_the_end():
    """A short last paragraph could have been a link until nothing more came."""
    got = answer("Start jobs [^1].", "\n\nThen", " wait.")

    assert got.text == "Start jobs [^1].\n\nThen wait."


def test_the_model_is_given_what_was_found():
    """In its order: mark n is the nth passage of the answer."""
    engine = Scripted(["Start jobs [^3]."])
    got = ask("Why?", retrieve=found(*passages(3)), engine=engine, prompt=PROMPT)

    assert engine.asked == [("Why?", passages(3))]
    assert got.cited == (got.retrieved[2],)


def test_nothing_found_is_a_refusal_and_asks_no_model():
    """A model without passages would answer from memory."""
    engine = Scripted(["Surely."])
    got = ask("How?", retrieve=found(), engine=engine, prompt=PROMPT)

    assert (got.status, got.text, got.link) == (Status.NO_MATCH, "I don't know.", SITE)
    assert engine.asked == []
    assert got.model == ""


@pytest.mark.parametrize(
    "pieces",
    [["NOT IN DOCS"], ["NOT", " IN", " DOCS", "."], ["**not in docs**"]],
    ids=["at once", "in pieces", "dressed up"],
)
def test_the_sentinel_is_a_refusal_with_the_site(pieces):
    """The design wants these words, the website, and nothing further."""
    got = answer(*pieces)

    assert (got.status, got.text) == (Status.NOT_IN_CONTEXT, "I don't know.")
    assert (got.link, got.cited) == (SITE, ())
    assert got.retrieved == passages(3)
    assert got.nearest == passages(3)


def test_a_refusal_shows_up_to_three_pages():
    """Each of them once, by its best passage."""
    some = (passage(1), passage(2, path="jobs/page-1.mdx"), *passages(5)[2:])

    got = answer("NOT IN DOCS", some=some)

    assert got.nearest == (some[0], some[2], some[3])


def test_a_refusal_says_which_name_no_passage_has():
    """A model has less to go by than a reader who knows the docs."""
    got = answer("NOT IN DOCS", question="How do I start jobs in Tokyo?")

    assert (got.status, got.unmentioned) == (Status.NOT_IN_CONTEXT, ("Tokyo",))


def test_a_refusal_stops_the_model():
    """What it would add is not wanted, and costs a GPU."""
    engine = Scripted(["NOT IN DOCS.", " However,", " in general", " you could"])
    got = ask("How?", retrieve=found(passage(1)), engine=engine, prompt=PROMPT)

    assert got.status is Status.NOT_IN_CONTEXT
    assert engine.said == 2


def test_a_refusal_is_shown_in_our_words():
    """Whoever prints only what is shown prints the whole answer."""
    shown: list[str] = []
    engine = Scripted(["NOT IN DOCS"])
    ask(
        "How?",
        retrieve=found(passage(1)),
        engine=engine,
        prompt=PROMPT,
        show=shown.append,
    )

    assert shown == ["I don't know."]


def test_passages_alone_can_be_the_answer():
    """Who asks for no text gets none, and no model is asked."""
    engine = Scripted(["Surely."])
    got = ask(
        "How do I start jobs?",
        retrieve=found(*passages(3)),
        engine=engine,
        prompt=PROMPT,
        only=True,
    )

    assert (got.status, got.text, got.model) == (Status.PASSAGES_ONLY, "", "")
    assert (got.quoted, engine.asked) == (False, [])
    assert got.retrieved == passages(3)
    assert got.link == passage(1).url


# In the words of the docs

FRUIT = passage(1, text="Bananas are yellow.", score=0.3)
START = passage(2, text="You start jobs in the console.", score=0.3)
STONES = passage(3, text="Granite is hard.", score=0.3)
MADE_UP = "Others cost 7 GB [^1]."

nobody = pytest.mark.parametrize(
    "engine", [None, Scripted([], model="")], ids=["none", "no name"]
)


@nobody
def test_without_a_model_the_docs_are_quoted(engine):
    """That is an answer; what it quotes comes first, and marks count from 1."""
    seen: list[object] = []
    got = ask(
        "How do I start jobs?",
        retrieve=found(FRUIT, START, STONES),
        engine=engine,
        prompt=PROMPT,
        show=seen.append,
        listed=seen.append,
    )

    assert got == Answer(
        question="How do I start jobs?",
        status=Status.ANSWERED,
        text="You start jobs in the console. [^1]",
        cited=(START,),
        retrieved=(START, FRUIT, STONES),
        link=START.url,
        quoted=True,
    )
    assert got.exit_code is Exit.OK
    assert seen == [got.retrieved, got.text]


def test_without_a_model_and_a_word_to_quote_a_question_is_refused():
    """A page of images alone, say; it is shown as the nearest all the same."""
    shown: list[str] = []
    images = passage(text="")
    got = ask(
        "Why?",
        retrieve=found(images),
        engine=None,
        prompt=PROMPT,
        show=shown.append,
    )

    assert (got.status, got.quoted) == (Status.NO_MATCH, False)
    assert (got.nearest, got.link) == ((images,), SITE)
    assert shown == ["I don't know."]


@pytest.mark.parametrize(
    ("nearest", "status"),
    [
        (None, Status.NOT_IN_CONTEXT),
        (0.69, Status.NOT_IN_CONTEXT),
        (0.7, Status.ANSWERED),
    ],
)
def test_without_a_model_a_name_that_no_passage_has_refuses(nearest, status):
    """Unless a passage is so near that it answers all the same; the name is told."""
    some = SearchResult((START, FRUIT), nearest=nearest)
    got = ask(
        "How do I start jobs in Tokyo?",
        retrieve=lambda _: some,
        engine=None,
        prompt=PROMPT,
    )

    assert (got.status, got.unmentioned) == (status, ("Tokyo",))
    assert got.quoted is (status is Status.ANSWERED)
    assert got.nearest == (() if got.quoted else (START, FRUIT))


def test_a_question_in_another_language_names_nothing():
    """Nouns of German have capitals, too."""
    got = ask(
        "Wie starte ich einen Job in der Konsole?",
        retrieve=found(START),
        engine=None,
        prompt=PROMPT,
    )

    assert got.unmentioned == ()


def test_where_all_was_left_out_the_docs_are_quoted():
    """An empty screen helps nobody; what was struck is told, with the numbers of now."""
    seen: list[object] = []
    got = ask(
        "How do I start jobs?",
        retrieve=found(FRUIT, START),
        engine=Scripted([MADE_UP, " You start 9 jobs in the console [^2]."]),
        prompt=PROMPT,
        show=seen.append,
        listed=seen.append,
    )

    assert (got.status, got.quoted) == (Status.ANSWERED, True)
    assert got.text == "You start jobs in the console. [^1]"
    assert got.degraded == ("model: the docs prove no sentence of it; quoted instead",)
    assert (got.model, got.problem) == ("scripted:1b", "")
    assert not any(s.shown for s in got.sentences)
    assert got.sentences[-1].passage == 1
    assert seen == [(FRUIT, START), (START, FRUIT), got.text]


def test_where_nothing_is_proven_the_docs_are_quoted():
    """What is only unproven is no answer; beside something proven it is shown."""
    seen: list[object] = []
    unproven = "Jobs are things which you launch from the console page [^2]."

    def asked(*pieces: str) -> Answer:
        seen.clear()
        return ask(
            "How do I start jobs?",
            retrieve=found(FRUIT, START),
            engine=Scripted(pieces),
            prompt=PROMPT,
            show=seen.append,
        )

    alone = asked(unproven)
    assert [s.verdict for s in alone.sentences] == [Verdict.UNSURE]
    assert (alone.status, alone.quoted) == (Status.ANSWERED, True)
    assert alone.text == "You start jobs in the console. [^1]"
    assert alone.degraded == (
        "model: the docs prove no sentence of it; quoted instead",
    )
    assert seen == [alone.text]

    beside = asked(unproven, " You start jobs in the console [^2].")
    assert (beside.status, beside.quoted) == (Status.ANSWERED, False)
    assert beside.text == f"{unproven} You start jobs in the console [^2]."
    assert "".join(map(str, seen)) == beside.text


def test_where_all_was_left_out_and_a_name_is_missing_it_is_refused():
    """And nothing says that it was quoted."""
    got = answer(MADE_UP, question="How do I start jobs in Tokyo?")

    assert (got.status, got.quoted) == (Status.NOT_IN_CONTEXT, False)
    assert (got.unmentioned, got.degraded) == (("Tokyo",), ())


def test_an_answer_that_breaks_off_before_anything_is_shown_is_quoted():
    """It stays incomplete: a script may want to ask again."""
    got = answer(MADE_UP, failure=CUT, question="How do I start jobs?")

    assert (got.status, got.exit_code) == (Status.INCOMPLETE, Exit.INCOMPLETE)
    assert (got.quoted, got.problem) == (True, str(CUT))
    assert got.text.startswith("Start jobs.")
    assert got.degraded == ("model: the passages' own sentences instead",)


def test_a_model_that_is_down_lets_the_passages_speak():
    """Their own sentences, cited, are worth more than an error."""
    got = answer(failure=DOWN, question="How do I start jobs?")

    assert got.status is Status.MODEL_UNAVAILABLE
    assert (got.problem, got.hint) == (str(DOWN), "ollama serve")
    assert "Start jobs" in got.text
    assert "[^1]" in got.text
    assert got.quoted
    assert got.degraded == ("model: the passages' own sentences instead",)
    assert got.retrieved == passages(3)


def test_a_model_that_is_down_leaves_the_passages():
    """Where they have no word to quote, the best page is worth a look."""
    images = (passage(1, text=""), passage(2, text=""))

    got = answer(failure=DOWN, some=images)

    assert got.status is Status.MODEL_UNAVAILABLE
    assert (got.text, got.quoted, got.retrieved) == ("", False, images)
    assert got.link == passage(1).url


def test_an_answer_that_breaks_off_keeps_what_came():
    """Half an answer helps, if it is called half an answer."""
    got = answer("Start jobs [^2].", " Then wait", failure=CUT)

    assert (got.status, got.text) == (Status.INCOMPLETE, "Start jobs [^2]. Then wait")
    assert (got.problem, got.hint) == (str(CUT), "ask again")
    assert got.cited == (passage(2),)


def test_a_broken_off_sentinel_is_not_shown():
    """It could have become a sentence; as it stands it says nothing to the reader."""
    got = answer("NOT IN DOCS", failure=CUT, question="How do I start jobs?")

    assert (got.status, got.quoted) == (Status.INCOMPLETE, True)
    assert got.text.startswith("Start jobs.")


def test_a_reply_of_marks_only_is_no_answer():
    """All its marks were of passages that do not exist."""
    got = answer("[^8][^9]", question="How do I start jobs?")

    assert (got.status, got.quoted) == (Status.INCOMPLETE, True)
    assert got.text.startswith("Start jobs.")
    assert got.problem


def test_an_answer_without_a_mark_links_the_best_passage():
    """Small models forget to cite; the best guess is what the search put first."""
    assert answer("Start jobs.").link == passage(1).url


def test_the_model_prints_no_link_of_its_own():
    """Its URL may be invented; the program's comes from the index."""
    got = answer("Start jobs [^2].\n\n", "See https://docs.example/invented/")

    assert got.text == "Start jobs [^2]."
    assert got.link == passage(2).url


def test_passages_that_did_not_fit_are_told():
    """Numbers and sources are those of the passages that the model really had."""
    long = tuple(passage(n, text="Start jobs. " + "word " * 1000) for n in range(1, 6))
    engine = Scripted(["Start jobs [^5]. Start jobs [^1]."])
    got = ask(
        "How?",
        retrieve=found(*long, degraded=("encoder: torch",)),
        engine=engine,
        prompt=Prompt("S", SITE, num_ctx=4096, num_predict=512),
    )

    assert got.degraded == (
        "encoder: torch",
        "prompt: 3 of 5 passages left out (num_ctx 4096)",
    )
    assert got.retrieved == long[:2] == engine.asked[0][1]
    assert (got.text, got.cited) == ("Start jobs. Start jobs [^1].", (long[0],))


@pytest.mark.parametrize("some", [(), (passage(1),)], ids=["nothing", "something"])
def test_what_the_search_could_not_do_is_passed_on(some):
    """Also when it is the reason why nothing was found."""
    retrieve = found(*some, degraded=("encoder: torch",))

    assert ask("?", retrieve=retrieve, engine=None, prompt=PROMPT).degraded == (
        "encoder: torch",
    )


def test_a_missing_index_is_the_callers_to_report():
    """There is no answer of any status without an index."""

    def nothing(_: str) -> SearchResult:
        raise IndexMissing("nothing was ingested yet", hint="rag ingest ./docs")

    with pytest.raises(IndexMissing):
        ask("How?", retrieve=nothing, engine=None, prompt=PROMPT)


def test_a_window_without_room_is_a_configuration_error():
    """It would be wrong for every question, not for this one."""
    small = Prompt("S", SITE, num_ctx=512, num_predict=256)

    with pytest.raises(ConfigError):
        ask("How?", retrieve=found(passage(1)), engine=Scripted([]), prompt=small)


def test_the_first_cited_page_is_linked_and_the_shallowest_of_equals():
    """A shallow page is the more general one, says the design."""
    deep = passage(1, file_path="a/b/c/d", score=0.5)
    flat = passage(2, file_path="a/b", score=0.5)
    flatter_but_worse = passage(3, file_path="a", score=0.4)

    assert most_relevant([deep, flat, flatter_but_worse]) == flat
    assert most_relevant([flatter_but_worse, deep, flat]) == flatter_but_worse


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("ok", Status.ANSWERED, Exit.OK),
        ("missing", Status.MODEL_UNAVAILABLE, Exit.BACKEND),
        ("500", Status.MODEL_UNAVAILABLE, Exit.BACKEND),
        ("html", Status.MODEL_UNAVAILABLE, Exit.BACKEND),
        ("cut", Status.INCOMPLETE, Exit.INCOMPLETE),
        ("error", Status.INCOMPLETE, Exit.INCOMPLETE),
        ("empty", Status.INCOMPLETE, Exit.INCOMPLETE),
        ("loop", Status.INCOMPLETE, Exit.INCOMPLETE),
    ],
)
def test_each_ending_of_ollama_has_its_exit_code(mode, status, code):
    """All the way through the real engine; scripts see only the code."""
    sampling = Sampling(8192, 64, temperature=0, keep_alive="5m")
    with FakeOllama("Start jobs [^1].", mode=mode) as fake:
        engine = QueryEngine(
            OllamaModel(fake.url, fake.model, sampling=sampling), PROMPT
        )
        got = ask("How?", retrieve=found(*passages(3)), engine=engine, prompt=PROMPT)

    assert (got.status, got.exit_code) == (status, code)
    assert bool(got.problem) == bool(got.hint) == (status is not Status.ANSWERED)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.PASSAGES_ONLY, Exit.OK),
        (Status.NO_MATCH, Exit.REFUSED),
        (Status.NOT_IN_CONTEXT, Exit.REFUSED),
        (Status.PARTIAL, Exit.OK),
        (Status.UNVERIFIED, Exit.REFUSED),
        (Status.GUARDRAIL, Exit.REFUSED),
    ],
)
def test_endings_without_a_fault_have_theirs(status, code):
    """The table of the README is rendered from these."""
    assert Answer("?", status, "", (), (), SITE).exit_code == code


def test_what_no_passage_says_is_left_out():
    """The reader is told that something is missing, and why."""
    got = answer("Start jobs [^1]. Others cost 7 GB. Then wait.")

    assert (got.status, got.text) == (Status.PARTIAL, "Start jobs [^1]. Then wait.")
    assert [s.shown for s in got.sentences] == [True, False, True]
    assert got.sentences[1].verdict is Verdict.UNSUPPORTED
    assert "7 gb" in got.sentences[1].why


def test_an_answer_of_which_nothing_is_true_can_be_refused():
    """Nothing is shown of it, and a script reads it from the exit code."""
    got = answer(MADE_UP, rules=Rules(unverified=Unverified.REFUSE))

    assert (got.status, got.text) == (Status.UNVERIFIED, "I don't know.")
    assert (got.cited, got.link) == ((), SITE)
    assert got.nearest == passages(3)
    assert not got.sentences[0].shown


def test_what_no_passage_says_can_be_shown_all_the_same():
    """Who tries out a prompt wants to see what it makes of it."""
    rules = Rules(unverified=Unverified.SHOW)

    got = answer("Start jobs. Others cost 7 GB.", rules=rules)

    assert (got.status, got.text) == (Status.PARTIAL, "Start jobs. Others cost 7 GB.")


def test_one_unsupported_sentence_can_refuse_the_whole_answer():
    """Where half an answer is worse than none."""
    rules = Rules(unverified=Unverified.REFUSE)

    got = answer("Start jobs. Others cost 7 GB.", rules=rules)
    whole = answer("Start jobs. Then wait.", rules=rules)

    assert (got.status, got.text) == (Status.UNVERIFIED, "I don't know.")
    assert (whole.status, whole.text) == (Status.ANSWERED, "Start jobs. Then wait.")


def test_what_announces_nothing_is_left_out_with_it():
    """A lead-in without its list, a heading without its text."""
    got = answer("Start jobs.\n\nTo go on:\n\n- Others cost 7 GB.\n")

    assert got.text == "Start jobs."


def test_a_paragraph_stays_one_when_its_end_is_left_out():
    """Two paragraphs must not run into each other."""
    got = answer("Start jobs. Others cost 7 GB.\n\nThen wait.")

    assert got.text == "Start jobs.\n\nThen wait."


def test_a_mark_that_cites_the_wrong_passage_is_put_right():
    """The link under the answer is what a reader checks it by."""
    some = (passage(1, text="Bananas are yellow."), passage(2))

    got = answer("Start jobs [^1].", some=some)

    assert (got.text, got.cited) == ("Start jobs [^2].", (some[1],))


def test_an_answer_without_marks_lists_what_supports_it():
    """Small models forget to cite."""
    some = (passage(1, text="Bananas are yellow."), passage(2))

    got = answer("Start jobs.", some=some)

    assert (got.text, got.cited) == ("Start jobs.", (some[1],))


@pytest.mark.parametrize(
    ("nearest", "entitled", "status"),
    [
        (0.36, 0.5, Status.NO_MATCH),
        (0.36, 0.7, Status.ANSWERED),
        (0.37, 0.0, Status.ANSWERED),
        (None, 0.0, Status.ANSWERED),
    ],
)
def test_a_question_about_something_else_asks_no_model(nearest, entitled, status):
    """Unless a title or heading has its words: a short question has a vague vector."""
    some = SearchResult(passages(1), nearest=nearest, entitled=entitled)
    engine = Scripted(["Start jobs."])

    got = ask(
        "How in Tokyo?",
        retrieve=lambda _: some,
        engine=engine,
        prompt=PROMPT,
        rules=Rules(refuse_below=0.4),
    )

    assert got.status is status
    assert got.unmentioned == (("Tokyo",) if engine.asked == [] else ())
    assert bool(engine.asked) == (status is Status.ANSWERED)
    assert got.link == (SITE if status is Status.NO_MATCH else passage(1).url)


@pytest.mark.parametrize(
    ("nearest", "status"), [(0.29, Status.NO_MATCH), (0.31, Status.ANSWERED)]
)
def test_a_question_in_another_language_may_be_less_alike(nearest, status):
    """A model that knows English finds all that is in another language less similar."""
    some = SearchResult(passages(1), nearest=nearest)

    got = ask(
        "Comment est-ce que je peux supprimer une fonction ?",
        retrieve=lambda _: some,
        engine=Scripted(["Start jobs."]),
        prompt=PROMPT,
        rules=Rules(refuse_below=0.4),
    )

    assert got.status is status


def test_passages_are_listed_before_the_model_speaks():
    """A reader can begin with the page while the model thinks."""
    seen: list[object] = []
    engine = Scripted(["Start jobs."])

    ask(
        "How?",
        retrieve=found(passage(1)),
        engine=engine,
        prompt=PROMPT,
        show=seen.append,
        listed=seen.append,
    )

    assert seen == [(passage(1),), "Start jobs."]
