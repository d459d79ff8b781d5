"""`rag doctor`: each check stands alone, and a bad one names its remedy."""

from __future__ import annotations

import pytest
from tests.support.fake_ollama import FakeOllama, pulled


def ollama(fake: FakeOllama) -> dict[str, str]:
    return {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model}


def test_doctor_checks_what_an_answer_needs(rag, home):
    """Each check stands alone, and a bad one names its remedy."""
    with FakeOllama() as fake:
        well = rag("doctor", "--json", env=ollama(fake))
    down = {"RAG_OLLAMA_URL": "http://127.0.0.1:1", "RAG_LLM_MODEL": "llama3.1:8b"}
    ill = rag("doctor", env=down)

    assert well.code == 0
    assert {c["name"] for c in well.data["checks"]} >= {"disk", "index", "ollama"}
    assert all(c["ok"] for c in well.data["checks"])
    assert ill.code == 5
    assert "hint: ollama serve" in ill.out
    assert ill.err == ""


def test_doctor_tells_that_a_model_does_not_fit(rag):
    """It would be loaded for minutes, and end the server."""
    with FakeOllama() as fake:
        fake.shape = {
            "details": {"quantization_level": "Q4_K_M"},
            "model_info": {
                "general.architecture": "llama",
                "general.parameter_count": 40_000_000_000_000,
                "llama.block_count": 80,
                "llama.embedding_length": 8192,
                "llama.attention.head_count": 64,
                "llama.attention.head_count_kv": 8,
                "llama.context_length": 131072,
            },
        }
        done = rag("doctor", "--json", env=ollama(fake))

    bad = next(check for check in done.data["checks"] if not check["ok"])
    assert (done.code, bad["name"]) == (5, "ollama")
    assert (
        "needs about 25727.7 GB (24500.0 GB of weights, 2.7 GB of window)"
        in bad["what"]
    )
    assert "RAG_LLM_MODEL" in bad["hint"]


UNNAMED = {
    "nobody answers": (None, "no Ollama answers at", "ollama pull llama3.1:8b"),
    "no Llama": (["nomic-embed-text"], "has no Llama model", "ollama pull llama3.1:8b"),
    "the preferred one": (["llama3.1:8b"], "llama3.1:8b at http", ""),
    "another one": (["llama3.2:3b"], "not pulled; asking llama3.2:3b", ""),
}


@pytest.mark.parametrize("who", UNNAMED)
def test_without_a_name_no_model_is_no_fault(rag, who):
    """Answers are quoted then; what would be better is a hint."""
    names, what, hint = UNNAMED[who]
    with FakeOllama(model=(names or ["x"])[0]) as fake:
        fake.listed = [pulled(name) for name in names or []]
        url = fake.url if names else "http://127.0.0.1:1"
        done = rag("doctor", "--json", env={"RAG_OLLAMA_URL": url})
        plain = rag("doctor", env={"RAG_OLLAMA_URL": url})

    check = done.data["checks"][-1]
    assert (done.code, plain.code, check["ok"]) == (0, 0, True)
    assert what in check["what"]
    assert ("answers are quoted" in check["what"]) == bool(hint)
    assert hint in check["hint"]
    assert ("hint: " in plain.out, "bad " in plain.out) == (bool(hint), False)


def test_none_is_what_it_says(rag):
    """Nobody is asked, and nothing is missing."""
    done = rag("doctor", "--json", "--llm-model", "none")

    assert done.code == 0
    assert done.data["checks"][-1]["what"].startswith(
        "none is asked; answers are quoted"
    )
    assert done.data["checks"][-1]["hint"] == ""
