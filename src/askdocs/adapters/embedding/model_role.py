"""Say what a model is for, so that messages about it name it, and help, by that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelRole:
    """What a model is for; whatever raises an error about a model is given its role.

    Attributes:
        noun: What messages call the model.
        setting: The variable that names it.
        fallback: What works without it; "" if nothing does, as for the embedding model.
        download: The command that fetches this one; "" if it is no model of a hub.
    """

    noun: str
    setting: str
    fallback: str = ""
    download: str = ""

    def hint(self, repair: str) -> str:
        """Return what works without the model, if anything does, or else *repair*.

        >>> ModelRole("embedding model", "RAG_EMBEDDING_MODEL").hint("fetch it again")
        'fetch it again'
        >>> ModelRole("reranker", "RAG_RERANKER", "leave it out").hint("fetch it again")
        'leave it out'
        """
        if not self.fallback:
            return repair
        return self.fallback + (f"   (or: {self.download})" if self.download else "")


EMBEDDING_MODEL = ModelRole("embedding model", "RAG_EMBEDDING_MODEL")
