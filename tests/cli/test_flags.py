"""Which words of a command line are settings, and which are for the command."""

from __future__ import annotations

import pytest

from askdocs.cli.flags import option_words, program_options_first, setting_flags
from askdocs.domain.errors import ConfigError
from askdocs.settings import Settings


@pytest.mark.parametrize(
    ("argv", "rest", "flags"),
    [
        (["search", "why?"], ["search", "why?"], {}),
        (["search", "why?", "--passages", "8"], ["search", "why?"], {"passages": "8"}),
        (["--passages=8", "search", "why?"], ["search", "why?"], {"passages": "8"}),
        (["search", "--passages=", "x"], ["search", "x"], {"passages": ""}),
        (["x", "--passages", "1", "--passages", "2"], ["x"], {"passages": "2"}),
        (["x", "--product=--json"], ["x"], {"product": "--json"}),
        (["x", "--llm-temperature", "-1"], ["x"], {"llm_temperature": "-1"}),
        (["x", "--", "--passages", "8"], ["x", "--", "--passages", "8"], {}),
        (["x", "--pas", "8"], ["x", "--pas", "8"], {}),
        (["x", "-q", "--json", "-"], ["x", "-q", "--json", "-"], {}),
        (["x", "-n", "8", "y"], ["x", "y"], {"passages": "8"}),
        (["x", "-n8", "-n=9"], ["x"], {"passages": "9"}),
        (["-m", "a:b", "x"], ["x"], {"llm_model": "a:b"}),
        (["x", "--model=a", "--llm-model", "b"], ["x"], {"llm_model": "b"}),
        (["x", "-model", "-nothing"], ["x", "-model", "-nothing"], {}),
        (["x", "--", "-n", "8"], ["x", "--", "-n", "8"], {}),
    ],
    ids=[
        "none", "two words", "in front", "empty", "the last counts", "looks like a flag",
        "a negative number", "behind --", "no abbreviations", "not ours",
        "short", "glued", "short name of the model", "both names", "one dash",
        "short behind --",
    ],
)  # fmt: skip
def test_flags_that_are_settings_are_taken_out(argv, rest, flags):
    """Every setting is a flag of every command, wherever it stands."""
    assert setting_flags(argv) == (rest, flags)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_a_flag(name):
    """None is forgotten, and the dashes are where users expect them."""
    flag = "--" + name.replace("_", "-")

    assert setting_flags(["status", flag, "x"]) == (["status"], {name: "x"})


@pytest.mark.parametrize("flag", ["--passages", "-n"])
@pytest.mark.parametrize("rest", [[], ["--json"]], ids=["at the end", "before a flag"])
def test_a_flag_without_its_value_is_an_error(flag, rest):
    """Taking the next flag for the value would hide both."""
    with pytest.raises(ConfigError, match=f"{flag} needs a value"):
        setting_flags(["search", "why?", flag, *rest])


def test_options_of_the_program_may_stand_behind_the_command():
    """Who sees a bug types --debug at the end of the same line."""
    assert program_options_first(["ask", "why?", "--debug"]) == [
        "--debug",
        "ask",
        "why?",
    ]
    assert program_options_first(["ask", "--", "--debug"]) == ["ask", "--", "--debug"]


def test_what_stands_behind_two_dashes_is_no_option():
    """A question may be about --json."""
    assert option_words(["ask", "--", "--json"]) == ["ask"]
    assert option_words(["ask", "--json"]) == ["ask", "--json"]
