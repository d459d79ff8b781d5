"""What is tried once more, and what never."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator

import pytest

from askdocs.adapters.llm.options import Limits
from askdocs.adapters.llm.retry import retry_once
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable

AWAY = ModelUnavailable("away", hint="wait")
AWAY.__cause__ = ConnectionError("reset")
CUT = AnswerIncomplete("cut", hint="ask again")


class Attempts:
    """Each attempt plays the next list of what it yields, and may end in an error."""

    def __init__(self, *plays: list[str | Exception]) -> None:
        self.plays = iter(plays)
        self.made = self.closed = 0

    def __call__(self) -> Generator[str, None, None]:
        self.made += 1
        try:
            for item in next(self.plays):
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed += 1


def retried(
    attempts: Attempts,
    *,
    is_transient: Callable[[BaseException | None], bool] = lambda _: True,
    step_s: float = 0.0,
) -> Iterator[str]:
    """Run the attempts by a clock that goes *step_s* further each time it is read."""
    seconds = itertools.count(step=step_s)
    return retry_once(
        attempts,
        is_transient=is_transient,
        limits=Limits(retry_s=0),
        clock=lambda: next(seconds),
    )


def test_a_model_that_comes_back_is_asked_again():
    """A runner that died is started anew in a second."""
    attempts = Attempts([AWAY], ["one", "two"])

    assert list(retried(attempts)) == ["one", "two"]
    assert attempts.made == attempts.closed == 2


def test_a_second_failure_is_final():
    """A third try only makes the reader wait."""
    attempts = Attempts([AWAY], [AWAY], ["one"])

    with pytest.raises(ModelUnavailable, match="away"):
        list(retried(attempts))

    assert attempts.made == 2


def test_the_cause_decides_whether_it_may_pass():
    """A wrong key stays wrong."""
    causes: list[BaseException | None] = []
    attempts = Attempts([AWAY], ["one"])

    with pytest.raises(ModelUnavailable):
        list(retried(attempts, is_transient=lambda err: bool(causes.append(err))))

    assert causes == [AWAY.__cause__]
    assert attempts.made == 1


@pytest.mark.parametrize(("step_s", "made"), [(30.0, 2), (30.1, 1)])
def test_a_failure_that_took_long_is_final(step_s, made):
    """Who has waited half a minute is told."""
    attempts = Attempts([AWAY], [AWAY])

    with pytest.raises(ModelUnavailable):
        list(retried(attempts, step_s=step_s))

    assert attempts.made == made


def test_an_answer_that_broke_off_is_final():
    """What was said would be said again."""
    attempts = Attempts(["one", CUT], ["one", "two"])
    stream = retried(attempts)

    assert next(stream) == "one"
    with pytest.raises(AnswerIncomplete):
        next(stream)
    assert attempts.made == 1


def test_leaving_closes_the_attempt():
    """The model must stop when nobody listens."""
    attempts = Attempts(["one", "two"])
    stream = retried(attempts)
    next(stream)
    stream.close()

    assert attempts.closed == 1
