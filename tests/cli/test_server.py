"""The same commands over a Qdrant server: a setting is all that differs."""

from __future__ import annotations

from tests.support.docs_of_ours import JOB, PAGES, write_docs
from tests.support.fake_qdrant import FakeQdrant
from tests.support.program import here


def test_an_index_on_a_server_is_made_kept_and_asked(indexed, tmp_path):
    """From files to the page, and a second night that writes nothing."""
    docs = write_docs(tmp_path / "docs")
    (tmp_path / "rag").mkdir()
    (tmp_path / "rag/cache").symlink_to(indexed / "rag/cache")
    with FakeQdrant() as qdrant:
        env = {"RAG_QDRANT_URL": qdrant.url}
        first = here("ingest", docs, "--json", home=tmp_path, env=env)
        again = here("ingest", docs, "--json", home=tmp_path, env=env).data
        question = "how do I create a job?"
        found = here("search", question, "--json", home=tmp_path, env=env).data
        facts = here("status", "--json", home=tmp_path, env=env).data

    assert (first.code, first.data["indexed"]) == (0, PAGES), first.err
    assert (again["embedded"], again["written"], again["deleted"]) == (0, 0, 0)
    assert (
        again["generation"] == first.data["generation"] == facts["index"]["generation"]
    )
    assert found["passages"][0]["path"] == JOB
    assert not (tmp_path / "rag/data").exists()
