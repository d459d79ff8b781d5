"""What a follow-up leans on is put into it by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.steps.answer.follow_up import resolved

JOB = "How do I create a serverless job?"


@pytest.mark.parametrize(
    ("before", "typed", "asked"),
    [
        (JOB, "and how do I delete it?", "how do I delete a serverless job?"),
        (JOB, "and delete it?", "delete a serverless job?"),
        (JOB, "how much does it cost?", "how much does a serverless job cost?"),
        (JOB, "What are its limits?", "What are a serverless job's limits?"),
        (JOB, "how do I list them", "how do I list a serverless job"),
        (JOB, "can I schedule one with cron?",
         "can I schedule a serverless job with cron?"),
        (JOB, "how do I stop this?", "how do I stop a serverless job?"),
        (JOB, "and in Paris?", "How do I create a serverless job in Paris?"),
        (JOB, "with Terraform?", "How do I create a serverless job with Terraform?"),
        (JOB, "what about the CLI?", "How do I create a serverless job the CLI?"),
        (JOB, "and the price?", "the price: a serverless job?"),
        (JOB, "the limits?", "the limits: a serverless job?"),
        (JOB, "why?", "why: a serverless job?"),
        (JOB, "is it possible to rename it?", "is it possible to rename a serverless job?"),
        ("is there a CLI?", "how do I install it?", "how do I install a CLI?"),
        ("how can I set up a bucket", "and empty it", "empty a bucket"),
        ("what is a placement group?", "can I move one?", "can I move a placement group?"),
        ("delete a job in Paris?", "how much does it cost?",
         "how much does a job in Paris cost?"),
        ("how long are logs kept?", "how do I delete them?",
         "how do I delete long logs kept?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_asked_with_what_it_leans_on(before, typed, asked):
    """ "and delete it?" finds nothing."""
    assert resolved(typed, before, max_chars=500) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "how do I create a bucket?",
        "is there a CLI?",
        "what is IAM?",
        "is it possible to create a bucket?",
        "how long does it take to create a bucket?",
        "which regions have that GPU Instance offer?",
        "and how do I create a bucket?",
        "object storage pricing",
        "which items have a price?",
        "does the it-services group have access to buckets?",
        "it's slow",
        "Wie lösche ich ihn?",
        "?!",
        "",
    ],
)
def test_what_stands_by_itself_is_left_as_it_is(typed):
    """Words of the topic before would find its pages again."""
    assert resolved(typed, JOB, max_chars=500) == typed


def test_where_there_is_no_room_or_nothing_to_lean_on_nothing_is_added():
    """A question may be as long as it may be."""
    assert resolved("and it?", JOB, max_chars=10) == "and it?"
    assert resolved("and it?", "how is it?", max_chars=500) == "and it?"


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_turns_make_one_question(typed, before):
    """Whatever was typed, it is asked and within its limit."""
    assert len(resolved(typed, before, max_chars=100)) <= max(100, len(typed))
