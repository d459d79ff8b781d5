"""What must stand in a passage letter by letter: commands, names, addresses, numbers."""

from __future__ import annotations

import doctest

import pytest
from tests.support.judged import why
from tests.support.passages import passage

from askdocs.domain.answer import Verdict
from askdocs.steps.answer.ground import Ground, literals
from askdocs.steps.answer.ground.literals import (
    Number,
    code_lines,
    contains_name,
    links,
    names_in,
    numbers,
)

SHELL = "Run `scw jobs run --wait --region=fr-par <job-id> | tee out.log` to start it."
PLACES = (
    "See [the guide](https://docs.example/jobs/start/#run). The log is "
    "`/var/log/jobs.log`. Set `SCW_ACCESS_KEY` in config.yaml for fr-par-1. "
    "The API listens at https://api.example.com/v1/."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Run `scw jobs run --wait`.",
        "Run `scw jobs run --wait --region=fr-par <name>`.",
        "Run `scw jobs run --wait --region=fr-par {id}`.",
        "Run `scw jobs run --wait --region=fr-par <job-id> | tee out.log`.",
        "```bash\nscw jobs run --wait --region=fr-par <job-id>\n```\n",
        "```\nscw jobs run \\\n  --wait\n```",
    ],
    ids=["begin", "placeholder", "braces", "pipe", "fence", "over two lines"],
)
def test_a_command_of_the_docs_is_supported(sentence):
    """Shortened, or with another name for what the reader fills in."""
    assert why(sentence, SHELL) == ""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Run `scw jobs start --wait`.", "no passage has start after jobs"),
        ("Run `scw run jobs --wait`.", "no passage has run after scw"),
        ("Run `scw jobs run --wai`.", "no passage that says the rest has --wai"),
        ("Run `scw jobs run --force`.", "no passage that says the rest has --force"),
        ("Run `scw jobs run --Wait`.", "no passage that says the rest has --Wait"),
        (
            "Run `scw jobs run --region=nl-ams`.",
            "no passage that says the rest has --region=nl-ams",
        ),
        (
            "Run `scw jobs run --wait && rm -rf /`.",
            "no passage that says the rest has rm",
        ),
        ("```\nscw jobs run\nrm -rf /\n```", "no passage that says the rest has rm"),
        ("Run `scw jobs run job-1`.", "no passage that says the rest has job-1"),
    ],
    ids=[
        "another word",
        "another order",
        "half a flag",
        "another flag",
        "another case",
        "another value",
        "a second command",
        "a second line",
        "a made-up value",
    ],
)
def test_a_changed_command_is_not_supported(sentence, reason):
    """Who types it does something else."""
    assert why(sentence, SHELL + " You can start it by hand.") == reason


@pytest.mark.parametrize(
    "sentence",
    [
        "See [the guide](https://docs.example/jobs/start/#run).",
        "See [this guide](https://docs.example/jobs/start/#run).",
        "The API listens at https://api.example.com/v1.",
        "The log is `/var/log/jobs.log`.",
        "The log is /var/log/jobs.log.",
        "Set SCW_ACCESS_KEY in `config.yaml`.",
        "See [the guide](https://docs.example/jobs/page-1/).",
    ],
    ids=["link", "other words", "slash", "path", "bare path", "variable", "own page"],
)
def test_what_stands_there_letter_by_letter_is_supported(sentence):
    """With backticks or without, with the slash at the end or without."""
    assert why(sentence, PLACES) == ""


@pytest.mark.parametrize(
    ("sentence", "gone"),
    [
        (
            "See [the guide](https://docs.example/jobs/stop/#run).",
            "https://docs.example/jobs/stop/#run",
        ),
        (
            "See [the guide](https://docs.example/jobs/start/#halt).",
            "https://docs.example/jobs/start/#halt",
        ),
        (
            "See [the guide](https://evil.example/jobs/start/#run).",
            "https://evil.example/jobs/start/#run",
        ),
        (
            "The API listens at http://api.example.com/v1.",
            "http://api.example.com/v1",
        ),
        ("The log is `/var/log/job.log`.", "/var/log/job.log"),
        ("The log is `/Var/log/jobs.log`.", "/Var/log/jobs.log"),
        ("Set `SCW_SECRET_KEY` in config.yaml.", "SCW_SECRET_KEY"),
        ("Set `scw_access_key` in config.yaml.", "scw_access_key"),
        ("Set `SCW_ACCESS_KEY` in config.yml.", "config.yml"),
        ("Set `SCW_ACCESS_KEY` in config.yaml for fr-par-2.", "fr-par-2"),
    ],
    ids=[
        "path of a link",
        "fragment",
        "host",
        "scheme",
        "file",
        "case of a path",
        "variable",
        "case of a variable",
        "suffix",
        "zone",
    ],
)
def test_one_letter_makes_another_name(sentence, gone):
    """The docs say all but that letter."""
    assert why(sentence, PLACES) == f"no passage that says the rest has {gone}"


def test_the_words_of_a_link_do_not_excuse_its_target():
    """The sentence stands in the passage as it is, for a reader; its target does not."""
    source = "Read [the guide](https://docs.example/a/)."

    assert why("Read [the guide](https://evil.example/a/).", source)


def test_two_words_of_a_command_follow_each_other_as_wholes():
    """Each of them stands somewhere, and together they are no command."""
    assert why("Use `scw jobs run`.", "Use `scw jobs runner`, then `run`.")


def test_a_reader_may_fill_in_what_the_docs_have_as_a_value():
    """The command is the same with a placeholder in its place."""
    assert why("Use `cp <file> now`.", "With a file, use `cp notes now`.") == ""


def test_a_name_may_come_from_another_sentence_about_the_same():
    """The docs tell what is done in one, and with which file in the next."""
    source = (
        "A job keeps its logs for long in one folder. "
        "The folder with the logs that a job keeps is `/var/log`."
    )

    assert why("A job keeps its logs for long in the folder `/var/log`.", source) == ""


def test_a_name_of_another_sentence_does_not_replace_one():
    """Both are about the same; each has its own variable."""
    source = (
        "Set `STOP_EARLY` to let the job stop early. "
        "If the job is to be early, you set `START_EARLY`."
    )

    assert why("Set `START_EARLY` to let the job stop early.", source)


def test_links_with_the_same_words_keep_their_own_targets():
    """A list of releases reads alike line by line; each line is a source."""
    lines = [f"* [Release](https://a.example/{n}/)" for n in range(4)]
    source = "\n".join([*lines, "* [Other](https://a.example/9/)"])

    assert [why(f"{line}\n", source) for line in lines] == [""] * 4
    assert why("* [Release](https://a.example/9/)\n", source)


def test_code_of_many_lines_is_quoted_with_its_addresses():
    """It is judged as a whole, though each line is a unit of its own."""
    code = (
        '```\ncurl -X POST \\\n  https://a.example/v1/jobs \\\n  -d {"n": 1}\nls\n```\n'
    )

    assert why(code, f"Send it:\n\n{code}\nThen wait.") == ""
    assert why(code.replace("/v1/", "/v2/"), f"Send it:\n\n{code}\nThen wait.")


@pytest.mark.parametrize(
    ("text", "name", "there"),
    [
        ("Use --all.", "--all", True),
        ("Use --allow.", "--all", False),
        ("Use --all-of-it.", "--all", False),
        ("Use x--all.", "--all", False),
        ("Use --name=x.", "--name=", True),
        ("The vCPU.", "vCPUs", True),
        ("The vCPUs.", "vCPU", True),
        ("The vcpu.", "vCPU", True),
        ("The -v flag.", "-V", False),
        ("The -Vs flag.", "-V", False),
        ("a.b.c", "a.b", True),
        ("A job(1)", "job(1)", True),
    ],
)
def test_a_name_stands_as_a_whole(text, name, there):
    """A longer name is another one; only its plural is the same."""
    assert contains_name(text, name) is there


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Run `a b` and ``c `d` e``.", [["a", "b"], ["c", "`d`", "e"]]),
        ("```\na | b > <file>\n\n```", [["a", "", "b", "", ""]]),
        ("~~~sh\nls\n~~~\n`pwd`", [["ls"], ["pwd"]]),
        ("```\nnever closed", []),
        ("no code", []),
    ],
    ids=["inline", "operators", "tildes", "open fence", "none"],
)
def test_code_is_read_word_by_word(text, lines):
    """What a reader fills in, and an operator, is no word."""
    assert code_lines(text) == lines


def test_an_address_ends_where_the_sentence_does():
    """Its full stop and its bracket are not part of it."""
    text = "(See https://a.example/b/.) Or <https://a.example/c>, [d](/d/e_(f)/)."

    assert links(text) == ["/d/e_(f)", "https://a.example/b", "https://a.example/c"]


def test_names_are_told_by_their_form():
    """Code is one anyway; the rest looks like nothing else."""
    text = "Put `x y` in app/main.py, a.b, MY_VAR, camelCase, GP1-XS, -v or --key-id."

    names = ["x", "y", "-v", "--key-id"]
    names += ["app/main.py", "a.b", "MY_VAR", "camelCase", "GP1-XS"]
    assert names_in(text) == names


LIMITS = (
    "A job may use up to 10 GB and 1,000 files, and costs \u20ac0.15 per hour. "
    "It stops after two days."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "A job may use up to 10GB.",
        "A job may use up to ten GB.",
        "A job may use up to 10 GB.",
        "A job may use up to 1000 files.",
        "A job may use up to 1\u202f000 files.",
        "A job costs \u20ac0.15 per hour.",
        "A job costs \u20ac0.150 per hour.",
        "A job costs 0,15 \u20ac per hour.",
        "A job costs 0.15 per hour.",
        "It stops after 2 days.",
    ],
    ids=[
        "no blank before the unit",
        "in words",
        "as it stands",
        "no separator",
        "a narrow blank as separator",
        "a price",
        "a zero at the end",
        "a decimal comma",
        "no unit",
        "in digits",
    ],
)
def test_a_number_may_be_written_in_another_way(sentence):
    """A model writes 10GB where the docs write 10 GB, and is right."""
    assert why(sentence, LIMITS) == ""


@pytest.mark.parametrize(
    ("sentence", "gone"),
    [
        ("A job may use up to 12 GB.", "12 gb"),
        ("A job may use up to 100 GB.", "100 gb"),
        ("A job may use up to 1 GB.", "1 gb"),
        ("A job may use up to 10 TB.", "10 tb"),
        ("A job may use up to 10,000 files.", "10000"),
        ("A job may use up to 1.500 files.", "1.5"),
        ("A job costs \u20ac0.51 per hour.", "0.51 \u20ac"),
        ("A job costs \u20ac1.5 per hour.", "1.5 \u20ac"),
        ("A job costs $0.15 per hour.", "0.15 $"),
        ("It stops after three days.", "3 day"),
        ("It stops after 2 hours.", "2 hour"),
    ],
    ids=[
        "another one",
        "one that begins alike",
        "the beginning of it",
        "another unit",
        "another thousand",
        "a stop for the comma",
        "two digits swapped",
        "the decimal point moved",
        "another currency",
        "another one in words",
        "another unit of time",
    ],
)
def test_another_number_is_not_supported(sentence, gone):
    """All the other words stand there, in the same order."""
    assert why(sentence, LIMITS) == f"no passage that says the rest has {gone}"


def test_a_range_is_no_size():
    """ "To" is a word before it is a terabyte."""
    assert numbers("5 to 10 jobs") == [Number("5"), Number("10")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 vCPUs and 8 cores", ["4 vcpu", "8 vcpu"]),
        ("10 GiB/s at 5%", ["10 gb", "5 %"]),
        ("IPv6, GP1-XS, fr-par-2, v1.2", []),
        ("007 and 0", ["7", "0"]),
        ("$ 1,234.50", ["1234.5 $"]),
        ("https://a.example/5 --port-8 out5.log", []),
        ("", []),
    ],
    ids=["cores", "rates", "names", "zeros", "price", "addresses, flags", "none"],
)
def test_numbers_are_read_with_their_units(text, found):
    """What is part of a name is not a number."""
    assert [str(n) for n in numbers(text)] == found


def test_a_number_of_any_length_is_read():
    """Python refuses to make an integer of more than 4,300 digits."""
    assert numbers("9" * 5000) == [Number("9" * 5000)]


def test_a_number_may_stand_in_the_heading():
    """A sentence below it seldom says it again."""
    given = passage(1, heading=("Version 15",), text="This version keeps its logs.")
    result = Ground([given]).judge("This version, 15, keeps its logs.")

    assert result.verdict is Verdict.SUPPORTED


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(literals)

    assert result.attempted
    assert not result.failed
