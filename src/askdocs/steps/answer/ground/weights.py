"""Weigh the features of a sentence into how surely the docs say it.

A logistic regression and small boosted trees vote; both were learned by
`bench/train_check.py` and are kept beside this module, with the two scores from which a
sentence is proven, or left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any

WEIGHTS = "weights.json"

Tree = Sequence[Any] | float


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts.

    Attributes:
        weights: Of the regression, by name; what is not there counts nothing.
        bias: What all sentences start with.
        trees: Each is [name, limit, side, side]: the first side up to the limit, the
            second above; a side is a tree or a number, which counts.
        proven: The score from which a sentence is proven.
        unproven: The score below which it is left out.
    """

    weights: Mapping[str, float]
    bias: float
    trees: Sequence[Tree]
    proven: float
    unproven: float

    def score(self, features: Mapping[str, float]) -> float:
        """Return from 0 to 1 how surely the docs say a sentence with these features."""
        pairs = self.weights.items()
        total = self.bias + sum(w * features.get(name, 0.0) for name, w in pairs)
        total += sum(_vote(tree, features) for tree in self.trees)
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


@cache
def learned_weights() -> Weights:
    """Return the weights that come with the package."""
    return Weights(**json.loads(files(__package__).joinpath(WEIGHTS).read_text()))


def _vote(tree: Tree, features: Mapping[str, float]) -> float:
    """Return the number at the end of the way that features take through a tree."""
    while not isinstance(tree, int | float):
        name, limit, low, high = tree
        tree = low if features.get(name, 0.0) <= limit else high
    return tree
