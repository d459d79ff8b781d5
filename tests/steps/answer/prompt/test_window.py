"""How many passages and drafts a call of the model has room for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.passages import passage, passages

from askdocs.domain.errors import ConfigError
from askdocs.steps.answer.prompt import (
    CHAT_TOKENS,
    SYSTEM,
    USER,
    Mode,
    Prompt,
    count_tokens,
    format_passage,
    read_template,
)

PROMPT = Prompt("Scaleway", "https://docs.example/", num_ctx=8192, num_predict=1024)


# The counts are those of cl100k, by llama_index.core.utils.get_tokenizer().
@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("To create a job, open the Scaleway console and select **Jobs**.", 15),
        ("scw jobs definition create name=hello memory-limit=2048 cpu=1000", 14),
        ("    <MaxUploads>2</MaxUploads>\n        <Key>multipart/01</Key>\n", 22),
        ('{"id": "cf4ff51d-c3f8-4a1e-9efe-20af75c9bb1c", "cpu": [1, 2, 4]}', 43),
        ("| Type | vCPU | RAM |\n| --- | --- | --- |\n| DEV1-S | 2 | 2 GB |\n", 27),
        ("Comment créer une tâche serverless à l'échéance prévue ?", 16),
        ("文档服务器无服务器作业如何创建", 11),
        ("👩🏽‍🚀 🧪 🚀", 17),
    ],
    ids=["prose", "command", "xml", "json", "table", "french", "chinese", "emoji"],
)
def test_tokens_are_never_underestimated(text, counted):
    """Too low a count would overflow the window, and Ollama would cut the rules off."""
    assert counted <= count_tokens(text) <= 3 * counted


def test_all_passages_are_kept_while_there_is_room():
    """Nothing is left out, and nothing is said, in the ordinary case."""
    fitted = PROMPT.fit("How?", passages(5))

    assert fitted.passages == passages(5)
    assert fitted.note == ""


def test_the_lowest_ranked_are_left_out_and_counted():
    """Leaving out the best would be wrong; leaving out in silence would be a lie."""
    long = tuple(passage(n, text="word " * 1100) for n in range(1, 6))

    fitted = Prompt("S", "https://s/", 4096, 512).fit("How?", long)

    assert fitted.passages == long[:2]
    assert fitted.note == "prompt: 3 of 5 passages left out (num_ctx 4096)"


@pytest.mark.parametrize("num_ctx", [1024, 2048, 3333, 4096])
def test_what_fits_leaves_room_for_the_reply(num_ctx):
    """Prompt and reply share the window: the promise of `fit`, counted afresh."""
    many = tuple(passage(n, text=f"word {n} " * 40) for n in range(1, 80))
    prompt = Prompt("Scaleway", "https://docs.example/", num_ctx, num_predict=256)

    kept = prompt.fit("How do I?", many).passages

    text = [SYSTEM, USER, "How do I?"]
    text += [format_passage(p, n, "a1a1a1a1a1a1") for n, p in enumerate(kept, start=1)]
    used = sum(map(count_tokens, text)) + CHAT_TOKENS + 256
    assert used <= num_ctx < used + 300


def test_a_long_question_takes_the_room_of_passages():
    """The question is part of the prompt, so it counts."""
    long = tuple(passage(n, text="word " * 500) for n in range(1, 6))
    prompt = Prompt("S", "https://s/", 4096, 512)

    kept = len(prompt.fit("why " * 1000, long).passages)

    assert kept < len(prompt.fit("why", long).passages)


def test_a_window_without_room_for_one_passage_is_refused():
    """A model without any passage would answer from memory."""
    prompt = Prompt("S", "https://s/", num_ctx=512, num_predict=256)

    with pytest.raises(ConfigError, match="RAG_LLM_NUM_CTX: 512"):
        prompt.fit("How?", passages(5))


@pytest.mark.parametrize("mode", [Mode.REFINE, Mode.TREE_SUMMARIZE])
def test_where_each_call_reads_few_all_passages_are_kept(mode):
    """One window would hold two of them; leaving out the rest would waste the mode."""
    long = tuple(passage(n, text="word " * 1100) for n in range(1, 6))

    fitted = Prompt("S", "https://s/", 4096, 512, mode=mode).fit("How?", long)

    assert fitted.passages == long
    assert fitted.note == ""


@pytest.mark.parametrize("mode", [Mode.REFINE, Mode.TREE_SUMMARIZE])
def test_what_is_too_long_alone_is_left_out_of_any_mode(mode):
    """The calls that read a passage must hold it whole, wherever it ranks."""
    mixed = (passage(1, text="word " * 5000), passage(2), passage(3, text="a " * 2900))

    fitted = Prompt("S", "https://s/", 4096, 512, mode=mode).fit("How?", mixed)

    kept = mixed[1:2] if mode is Mode.REFINE else mixed[1:]
    assert fitted.passages == kept
    assert fitted.note.startswith(f"prompt: {3 - len(kept)} of 3 passages left out")


def test_a_window_too_small_to_merge_drafts_is_filled_once():
    """Drafts that no call can hold two of could never become one answer."""
    long = tuple(passage(n, text="word " * 300) for n in range(1, 6))
    tree = Prompt("S", "https://s/", 2048, 600, mode=Mode.TREE_SUMMARIZE)

    assert tree.fit("How?", long) == replace(tree, mode=Mode.COMPACT).fit("How?", long)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_merging_always_leaves_fewer_drafts(count):
    """Else the rounds would never end, whatever `count_tokens` takes the drafts for."""
    small = Prompt("S", "https://s/", 2048, 700)

    groups = small.merges("How?", ["word " * 20_000] * count)

    assert sum(map(len, groups)) == count
    assert len(groups) == (count + 1) // 2


def test_a_draft_is_taken_for_no_longer_than_a_reply():
    """The model counted it when it wrote it; `count_tokens` counts half as much again."""
    groups = PROMPT.merges("How?", ["word " * 20_000] * 6)

    assert [len(group) for group in groups] == [6]


def test_one_passage_needs_no_room_for_a_draft():
    """It is read by the first call, which has none."""
    long = [passage(1, text="word " * 2900)]
    prompt = Prompt("S", "https://s/", 4096, 512, mode=Mode.REFINE)

    assert prompt.fit("How?", long).passages == (long[0],)


def test_a_long_template_takes_the_room_of_passages():
    """Its tokens are counted, not those of the rules built in."""
    long = tuple(passage(n, text="word " * 500) for n in range(1, 9))
    prompt = Prompt("S", "https://s/", 4096, 512)
    wordy = replace(prompt, template=read_template(b"word {{x}} [^1] " * 150))

    kept = wordy.fit("How?", long).passages

    assert len(kept) < len(prompt.fit("How?", long).passages)
    assert kept
