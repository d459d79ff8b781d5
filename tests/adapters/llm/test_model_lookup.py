"""A model is looked for beside other work, and not waited for for long."""

from __future__ import annotations

import threading
import time
from threading import Event

import pytest

from askdocs.adapters.llm.model_choice import Choice
from askdocs.adapters.llm.model_lookup import LOOK_AGAIN_S, ModelLookup

FOUND, NOTHING, LATE = (
    Choice("llama3.1:8b"),
    Choice("", what="none"),
    Choice("", "late"),
)
HASTY_S, PATIENT_S = 0.05, 20.0


class Clock:
    """Stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_model_that_is_found_is_chosen_and_looked_for_once():
    """Every question of a conversation asks for it."""
    looks = []
    lookup = ModelLookup(lambda: looks.append(1) or FOUND, PATIENT_S, LATE)
    lookup.begin()

    assert [lookup.choice(), lookup.result(), lookup.choice()] == [FOUND] * 3
    assert len(looks) == 1


def test_nobody_waits_for_long_nor_twice():
    """Who asks three times has not three times the patience."""
    go = Event()
    lookup = ModelLookup(lambda: go.wait(9) and FOUND, 0.3, LATE)
    began = time.monotonic()

    assert [lookup.choice() for _ in range(9)] == [LATE] * 9
    assert 0.3 <= time.monotonic() - began < 2.0
    go.set()
    assert lookup.result() == FOUND
    assert lookup.choice() == FOUND


def test_what_is_looked_for_meanwhile_need_not_be_waited_for():
    """The patience begins when somebody waits, not with the look."""
    go, clock = Event(), Clock()
    lookup = ModelLookup(lambda: go.wait(9) and FOUND, PATIENT_S, LATE, clock=clock)
    lookup.begin()
    clock.now = PATIENT_S + 1
    go.set()

    assert lookup.choice() == FOUND


@pytest.mark.parametrize(("later_s", "found"), [(-1.0, NOTHING), (1.0, FOUND)])
def test_a_model_that_was_pulled_meanwhile_is_found(later_s, found):
    """It is what the hint under the last answer has asked for."""
    clock, results = Clock(), iter([NOTHING, FOUND])
    lookup = ModelLookup(lambda: next(results), PATIENT_S, LATE, clock=clock)
    assert lookup.choice() == NOTHING
    clock.now = LOOK_AGAIN_S + later_s

    assert lookup.choice() == found


def test_a_model_that_was_found_is_not_looked_for_again():
    """One conversation, one voice."""
    clock, results = Clock(), iter([FOUND])
    lookup = ModelLookup(lambda: next(results), PATIENT_S, LATE, clock=clock)
    lookup.choice()
    clock.now = 2 * LOOK_AGAIN_S

    assert lookup.choice() == FOUND


def test_a_bug_keeps_nobody_waiting(monkeypatch):
    """It has its traceback where it happened; the answer is quoted."""
    bugs = []
    monkeypatch.setattr(threading, "excepthook", lambda bug: bugs.append(bug.exc_type))

    def look() -> Choice:
        raise ZeroDivisionError

    lookup = ModelLookup(look, PATIENT_S, LATE)

    assert lookup.choice() == lookup.result() == LATE
    while not bugs:
        time.sleep(0.01)
    assert bugs == [ZeroDivisionError]
