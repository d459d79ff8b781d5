"""What no output of the program may hold, whatever it was given."""

from __future__ import annotations

import re

from tests.support.program import Done

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]")
"""What a terminal obeys or hides."""


def checked(done: Done) -> Done:
    """Return what a run said, without a traceback or what a terminal would obey."""
    assert "Traceback" not in done.err
    assert not OBEYED.search(done.out)
    assert not OBEYED.search(done.err)
    return done
