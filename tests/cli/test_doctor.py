"""`rag doctor`: each check stands alone, and a bad one names its remedy."""

from __future__ import annotations

from tests.support.fake_ollama import FakeOllama


def ollama(fake: FakeOllama) -> dict[str, str]:
    return {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model}


def test_doctor_checks_what_an_answer_needs(rag, home):
    """Each check stands alone, and a bad one names its remedy."""
    with FakeOllama() as fake:
        well = rag("doctor", "--json", env=ollama(fake))
    ill = rag("doctor", env={"RAG_OLLAMA_URL": "http://127.0.0.1:1"})

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
