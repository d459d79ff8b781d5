"""What a model server is asked to do, and how long it may take; no vendor is needed.

`http_stream` keeps the limits on a connection; who asks a model sends the options.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """How long we wait, in seconds.

    Attributes:
        connect_s: For the connection.
        first_s: For the first piece; loading a model takes a minute or two, and giving
            up makes Ollama start the loading afresh next time.
        idle_s: For each further piece.
        total_s: From the question to the end; looked at whenever something comes.
        notice_s: Until the reader is told what the first piece waits for.
        retry_s: Between a fault that may pass and the one other try; a model server
            starts a runner anew in less.
    """

    connect_s: float = 3.0
    first_s: float = 300.0
    idle_s: float = 60.0
    total_s: float = 600.0
    notice_s: float = 2.0
    retry_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a model is asked to do with a prompt; None leaves it to the server.

    Attributes:
        num_ctx: Tokens of the window, prompt and reply together.
        num_predict: The most tokens of the reply.
        keep_alive: How long the model stays loaded afterwards ("30m", or seconds).
    """

    num_ctx: int
    num_predict: int
    temperature: float
    keep_alive: str | float
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What Ollama calls options: all but keep_alive, without what is None."""
        options = {
            "num_ctx": self.num_ctx,
            "num_predict": self.num_predict,
            "temperature": self.temperature,
            "top_k": self.top_k,
            "top_p": self.top_p,
            "seed": self.seed,
        }
        return {name: value for name, value in options.items() if value is not None}

    @property
    def keep_alive_value(self) -> str | float:
        """The keep_alive as Ollama reads it: a bare number is seconds, and no string.

        >>> Sampling(8192, 512, 0, "-1").keep_alive_value
        -1.0
        >>> Sampling(8192, 512, 0, "30m").keep_alive_value
        '30m'
        """
        try:
            return float(self.keep_alive)
        except ValueError:
            return self.keep_alive
