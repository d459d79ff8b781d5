"""Cases become a run, and two runs a comparison; the search is a table here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from tests.support.passages import passage

from askdocs.domain.answer import Passage, SearchResult
from askdocs.domain.errors import ConfigError, StoreUnavailable
from askdocs.domain.evaluation import Baseline, Case, EvaluationRun, Outcome
from askdocs.flows.evaluate import compare_runs, evaluate, require_known, shortfalls


def on(label: str, n: int) -> Passage:
    """Return a passage of a page, or of a section of it."""
    path, _, anchor = label.partition("#")
    return passage(n, path=path, anchor=anchor)


class Finds:
    """Stands in for a `Retriever`; *find* says what it finds."""

    def __init__(self, find: Callable[[str], SearchResult]) -> None:
        self.find = find


def finds(*labels: str) -> Finds:
    """Return a search that always finds these, in this order."""
    found = SearchResult(tuple(on(label, n) for n, label in enumerate(labels, start=1)))
    return Finds(lambda _question: found)


def case(wanted: str = "a", **changes) -> Case:
    return Case(**{"id": "1", "question": "why?", "wanted": (wanted,), **changes})


def run_of(ranks: Mapping[str, int]) -> EvaluationRun:
    """Return a run in which the wanted page of each case has a rank."""

    def find(question: str) -> SearchResult:
        pages = [f"x{n}" for n in range(50)]
        pages[ranks[question.split()[1]] - 1] = "a"
        return finds(*pages).find(question)

    return evaluate([case(id=id_, question=f"why {id_}") for id_ in ranks], Finds(find))


def baseline(run: EvaluationRun) -> Baseline:
    return Baseline("run.json", "g0", run.outcomes)


# One question


def test_a_page_has_the_rank_of_its_best_passage():
    """A page is what a reader is sent to; that it was found twice helps nobody more."""
    run = evaluate([case("b")], finds("a", "a#1", "b", "b#1", "c"))

    (outcome,) = run.outcomes
    assert outcome.found == ("a", "b", "c")
    assert outcome.rank == 2
    assert run.pages.metrics["mrr@10"] == 0.5


def test_an_excluded_page_is_out_of_the_ranking():
    """It holds the question word for word: to find it is to find the question."""
    run = evaluate([case("b", exclude=("x",))], finds("x", "x#1", "b"))

    assert run.outcomes[0].found == ("b",)
    assert run.pages.metrics["success@1"] == 1


def test_an_excluded_section_leaves_the_rest_of_its_page():
    """The answer may stand further down."""
    run = evaluate([case("x", exclude=("x#q",))], finds("x#q", "b", "x#other"))

    assert run.outcomes[0].found == ("b", "x")


def test_a_page_found_deep_down_has_its_rank_and_no_score():
    """A reader of the report learns that it is there."""
    run = evaluate([case("a")], finds(*(f"x{n}" for n in range(30)), "a"))

    assert run.outcomes[0].rank == 31
    assert len(run.outcomes[0].found) == 10
    assert set(run.pages.metrics.values()) == {0}


def test_the_metrics_are_means_over_the_questions():
    """Every question counts the same."""
    run = run_of({"p": 1, "q": 2, "r": 11})

    assert run.pages.cases == 3
    assert run.pages.metrics["mrr@10"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    low, high = run.pages.intervals["mrr@10"]
    assert 0 <= low < run.pages.metrics["mrr@10"] < high <= 1


# Sections


def test_without_a_section_among_the_labels_there_are_no_section_metrics():
    """A zero would say that no section was found."""
    run = evaluate([case("a")], finds("a#x"))

    assert (run.sections.cases, run.sections.metrics) == (0, {})


def test_sections_are_ranked_beside_pages():
    """The page may come first and the section of it that answers third."""
    run = evaluate([case("a#two")], finds("a#one", "b", "a#two"))

    assert run.pages.metrics["success@1"] == 1
    assert run.sections.metrics["success@1"] == 0
    assert run.sections.metrics["mrr@10"] == pytest.approx(1 / 3)


def test_only_cases_with_a_section_count_at_that_level():
    """A mixed file has fewer sections than pages."""
    cases = [case("a#one"), case("a", id="2")]

    run = evaluate(cases, finds("a#one"))

    assert (run.pages.cases, run.sections.cases) == (2, 1)


def test_a_label_without_a_fragment_is_met_by_any_section_of_its_page():
    """Beside one with a fragment it says: the whole page will do."""
    run = evaluate([Case("1", "why?", ("a#x", "b"))], finds("b#any"))

    assert run.sections.metrics["success@1"] == 1
    assert run.sections.metrics["recall@5"] == 0.5


def test_a_passage_stands_for_the_sections_that_were_joined_to_it():
    """Tiny sections are one passage; each of them was found."""
    joined = passage(1, path="a", anchor="one", also=("two", "three"))

    run = evaluate(
        [case("a#three")], Finds(lambda _: SearchResult((joined, on("b#x", 2))))
    )

    assert run.outcomes[0].sections == ("a#three", "b#x")
    assert run.sections.metrics["success@1"] == 1


def test_a_passage_that_stands_for_nothing_wanted_is_one_miss():
    """Joined sections are read in one glance: they do not push the next one down."""
    joined = passage(1, path="a", anchor="one", also=("two", "three"))

    run = evaluate([case("b#x")], Finds(lambda _: SearchResult((joined, on("b#x", 2)))))

    assert run.sections.metrics["mrr@10"] == 0.5


# What is refused


@pytest.mark.parametrize("question", ["?!", "x" * 5000], ids=["empty", "too long"])
def test_a_question_that_cannot_be_asked_is_named(question):
    """Among 218 rows one must find it."""
    cases = [case(), case(id="bad-one", question=question)]

    with pytest.raises(ConfigError, match=r"^bad-one: the question"):
        evaluate(cases, finds("a"))


def test_a_search_that_fails_is_no_zero():
    """Half a run must not become a number."""

    def broken(_question: str) -> SearchResult:
        raise StoreUnavailable("no answer", hint="start it")

    with pytest.raises(StoreUnavailable, match="1: no answer"):
        evaluate([case()], Finds(broken))


def test_pages_that_the_index_does_not_hold_are_counted_and_some_named():
    """They can never be found: each would be a zero that says nothing."""
    cases = [case(f"p{n}", id=str(n), line=n) for n in range(8)]

    with pytest.raises(ConfigError) as caught:
        require_known(cases, {"p0"}, None)

    assert str(caught.value) == (
        "7 wanted pages not in the index: p1 (line 1), p2 (line 2), p3 (line 3),"
        " p4 (line 4), p5 (line 5) and 2 more"
    )


def test_a_section_that_the_page_does_not_have_is_refused():
    """A heading was renamed; only its page is right."""
    anchors = {"a": {"one"}}

    require_known([case("a#one")], {"a"}, anchors)
    require_known([case("a#two")], {"a"}, None)
    for known in (anchors, {}):
        with pytest.raises(ConfigError, match=r"1 wanted section not .* a#two"):
            require_known([case("a#two")], {"a"}, known)


def test_what_was_degraded_is_told_once():
    """Not once per question."""
    slow = SearchResult((on("a", 1),), ("encoder: torch",))

    run = evaluate([case(), case(id="2")], Finds(lambda _: slow))

    assert run.degraded == ("encoder: torch",)


# Two runs


def test_the_questions_that_got_worse_are_named_with_their_ranks():
    """ "These got worse" is what one looks into; the largest fall first."""
    before = run_of({"p": 2, "q": 1, "r": 5, "s": 3})
    after = run_of({"p": 3, "q": 30, "r": 1, "s": 3})

    found = compare_runs(baseline(before), after)

    assert [(m.id, m.before, m.after) for m in found.worse] == [
        ("q", 1, 30),
        ("p", 2, 3),
    ]
    assert [(m.id, m.before, m.after) for m in found.better] == [("r", 5, 1)]


def test_runs_are_compared_over_the_questions_that_both_have():
    """Another mean over other questions would be no change of the search."""
    before = run_of({"p": 1, "q": 1, "gone": 50})
    after = run_of({"new": 50, "q": 1, "p": 1})

    found = compare_runs(baseline(before), after)

    assert (found.cases, found.gone, found.new) == (2, ("gone",), ("new",))
    assert found.changes["ndcg@10"].before == found.changes["ndcg@10"].after == 1
    assert found.changes["ndcg@10"].p == 1


@pytest.mark.parametrize("edit", [{"wanted": ("b",)}, {"question": "how?"}])
def test_a_case_that_was_edited_is_not_compared(edit):
    """The search may be the same, and the answer sheet another."""
    before, after = run_of({"p": 1, "q": 1}), run_of({"p": 1, "q": 1})
    first, other = before.outcomes
    edited = Outcome(**{**fields(other), **edit})

    found = compare_runs(Baseline("run.json", "g0", (first, edited)), after)

    assert (found.cases, found.edited) == (1, ("q",))


def fields(outcome: Outcome) -> dict:
    return {name: getattr(outcome, name) for name in Outcome.__slots__}


def test_nothing_in_common_is_an_error():
    """A comparison of nothing would pass any gate."""
    with pytest.raises(ConfigError, match="no question in common"):
        compare_runs(baseline(run_of({"p": 1})), run_of({"q": 1}))


def test_sections_are_compared_as_well():
    """The right page with the wrong section is a change, too."""
    before = evaluate([case("a#two")], finds("a#two", "a#one"))
    after = evaluate([case("a#two")], finds("a#one", "a#two"))

    found = compare_runs(baseline(before), after)

    assert found.changes["success@1"].difference == 0
    assert found.section_changes["success@1"].difference == -1


# Gates


def ranks(*values: int) -> dict[str, int]:
    return {f"q{n}": rank for n, rank in enumerate(values)}


def test_a_gate_says_by_how_much_it_was_missed():
    """A build that stops must say how far it is from passing."""
    run = run_of(ranks(1, 2))

    assert shortfalls(run, {"mrr@10": 0.75, "success@1": 0.5}, None, 0.01) == ()
    assert shortfalls(run, {"mrr@10": 0.8}, None, 0.01) == (
        "mrr@10 is 0.7500, 0.0500 below 0.8",
    )


def gate(before: Sequence[int], after: Sequence[int], tolerance: float) -> list[str]:
    run = run_of(ranks(*after))
    compared = compare_runs(baseline(run_of(ranks(*before))), run)
    return list(shortfalls(run, {}, compared, tolerance))


def test_a_fall_that_is_no_chance_stops_the_build():
    """Forty questions fell from the first to the second rank."""
    (said,) = gate([1] * 40 + [3] * 40, [2] * 40 + [3] * 40, 0.01)

    assert said.startswith("ndcg@10 fell by 0.1845 from 0.7500 (p = 0.0005)")


@pytest.mark.parametrize(
    ("before", "after", "tolerance"),
    [
        ([1] * 40, [2] * 40, 0.4),
        ([1, 3, 2, 5, 1, 2], [2, 1, 4, 4, 1, 3], 0.0),
        ([2] * 40, [1] * 40, 0.0),
    ],
    ids=["within the tolerance", "by chance", "better"],
)
def test_what_is_no_significant_fall_passes(before, after, tolerance):
    """A gate that stops good changes is switched off."""
    assert gate(before, after, tolerance) == []
