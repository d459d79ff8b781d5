"""Learn what the features of a sentence weigh together, from sentences written by others.

    python bench/train_check.py FILE

FILE has the form that `bench/sentences.py` reads; without network, in a minute or two,
and with scikit-learn, which comes with sentence-transformers.
The weights go into the package (steps/answer/ground/weights.json). Beside the rows of
FILE three kinds are made from them: true sentences with another page's passage (false),
sentences of the passages as they stand (true), and those with one thing changed (false).
Scores for the two limits are of passages that the model has not seen (five folds).
"""

from __future__ import annotations

import json
import random
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.sentences import passage_of, read_rows

import askdocs.steps.answer.ground as package
from askdocs.steps.answer.ground import Ground
from askdocs.steps.answer.ground.content_words import content_stems
from askdocs.steps.answer.ground.weights import WEIGHTS
from askdocs.steps.answer.sentences import units

MADE_WEIGHT = 0.3
"""What a sentence that was made counts beside one that somebody wrote."""

MAX_FALSE_PROVEN, MAX_TRUE_OUT = 0.07, 0.05
"""Shares at which the limits are set, on passages that were not seen; 8 and 5 % are promised."""

INVERSE_PENALTY = 0.02
TREES, TREE_RATE = 200, 0.08
SEED = 0
CHANGES = (
    "can/cannot must/can is/is_not are/are_not do_not/do before/after after/before all/some "
    "if/unless may/must at_least/at_most minimum/maximum enable/disable should/must "
    "will/will_not with/without"
).split()


@dataclass(frozen=True)
class Row:
    """A sentence with its features.

    Attributes:
        features: By name.
        true: Whether its passage says so.
        kind: Its class.
        group: The passage that it was written from; a fold has all of it or none.
        made: Whether a rule made it.
        vetoed: Whether it is left out whatever its features weigh.
    """

    features: dict[str, float]
    true: bool
    kind: str
    group: str
    made: bool
    vetoed: bool


def made_rows(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows that rules make from those of a file."""
    choose = random.Random(SEED)
    by_passage: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_passage[row["passage"]].append(row)
    stems = {p: set(content_stems(p)) for p in by_passage}
    for passage, of_passage in by_passage.items():
        true = [row for row in of_passage if row["true"]]
        for row in choose.sample(true, min(2, len(true))):
            yield from foreign(row, by_passage, stems, choose)
        yield from own(of_passage[0], passage, choose)


def foreign(
    row: dict[str, Any],
    by_passage: dict[str, list[dict[str, Any]]],
    stems: dict[str, set[str]],
    choose: random.Random,
) -> Iterator[dict[str, Any]]:
    """Yield a true sentence with one of the passages of other pages that are most like it."""
    own_stems = set(content_stems(row["sentence"]))
    others = [p for p in by_passage if by_passage[p][0]["path"] != row["path"]]
    others.sort(key=lambda p: (-len(own_stems & stems[p]), p))
    other = others[choose.choice((0, 1, 2, 5, 20))]
    shared = len(own_stems & stems[other])
    if len(own_stems) >= 3 and shared < 0.8 * len(own_stems):
        changed = by_passage[other][0] | {
            "sentence": row["sentence"],
            "true": False,
            "class": "foreign",
            "group": row["passage"],
        }
        yield changed


def own(
    row: dict[str, Any], passage: str, choose: random.Random
) -> Iterator[dict[str, Any]]:
    """Yield a sentence of a passage, and the same with one thing changed."""
    prose = [
        u
        for u in units(passage)
        if 6 <= len(u.split()) <= 40 and u[0].isalpha() and " | " not in u
    ]
    if not prose:
        return
    sentence = choose.choice(prose)
    base = row | {"group": passage}
    yield base | {"sentence": sentence, "true": True, "class": "verbatim"}
    changed = list(changes(sentence, choose))
    if changed:
        text = choose.choice(changed)
        yield base | {"sentence": text, "true": False, "class": "changed"}


def changes(sentence: str, choose: random.Random) -> Iterator[str]:
    """Yield a sentence with another word, another number, or its ends exchanged."""
    for entry in CHANGES:
        old, new = entry.replace("_", " ").split("/")
        changed = re.sub(rf"\b{old}\b", new, sentence, count=1)
        if changed != sentence:
            yield changed
    for match in re.finditer(r"(?<![\w.])\d{1,9}(?![\w.])", sentence):
        number = str(int(match[0]) * choose.choice((2, 3, 10)) + choose.choice((0, 1)))
        yield sentence[: match.start()] + number + sentence[match.end() :]
    ends = re.fullmatch(r"((?:The |An? )?)(\w{4,})( .*?)(\w{5,})(\W*)", sentence)
    if ends and ends[2].lower() != ends[4].lower():
        yield f"{ends[1]}{ends[4]}{ends[3]}{ends[2]}{ends[5]}"


def measured(row: dict[str, Any], *, made: bool) -> Row:
    """Return a row with its features."""
    ground = Ground([passage_of(row)], known=("Scaleway",))
    found = ground.measure(row["sentence"])
    return Row(
        features=found.features,
        true=row["true"],
        kind=row["class"],
        group=row.get("group", row["passage"]),
        made=made,
        vetoed=bool(found.veto),
    )


@dataclass(frozen=True)
class Table:
    """Rows as numbers, in the order of the names of their features."""

    names: tuple[str, ...]
    values: np.ndarray
    true: np.ndarray
    groups: np.ndarray
    made: np.ndarray
    vetoed: np.ndarray
    kinds: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Table:
        """Make a table of rows."""
        names = tuple(rows[0].features)
        values = np.array([[row.features[n] for n in names] for row in rows])
        return cls(
            names,
            values,
            np.array([row.true for row in rows]),
            np.unique([row.group for row in rows], return_inverse=True)[1],
            np.array([row.made for row in rows]),
            np.array([row.vetoed for row in rows]),
            np.array([row.kind for row in rows]),
        )

    def without(self, left_out: Callable[[str], object]) -> Table:
        """Return the table without some features."""
        kept = [n for n, name in enumerate(self.names) if not left_out(name)]
        names = tuple(self.names[n] for n in kept)
        return replace(self, names=names, values=self.values[:, kept])


@dataclass(frozen=True)
class Learned:
    """A regression and boosted trees, which count half each."""

    weights: np.ndarray
    bias: float
    boosted: GradientBoostingClassifier

    def scores(self, values: np.ndarray) -> np.ndarray:
        """Return the score of each row of features."""
        votes = (
            values @ self.weights + self.bias + self.boosted.decision_function(values)
        )
        return 1 / (1 + np.exp(-votes / 2))


def fit(table: Table, rows: np.ndarray) -> Learned:
    """Learn from some rows, for features as they are."""
    values, true = table.values[rows], table.true[rows]
    weight = np.where(table.made[rows], MADE_WEIGHT, 1.0)
    scale = StandardScaler().fit(values, sample_weight=weight)
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=5000)
    model.fit(scale.transform(values), true, sample_weight=weight)
    weights = model.coef_[0] / scale.scale_
    boosted = GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=2,
        learning_rate=TREE_RATE,
        subsample=0.6,
        max_features=0.2,
        min_samples_leaf=20,
        random_state=SEED,
    )
    boosted.fit(values, true, sample_weight=weight)
    return Learned(weights, float(model.intercept_[0] - weights @ scale.mean_), boosted)


def exported(learned: Learned, names: Sequence[str]) -> dict[str, Any]:
    """Return the weights as `steps.answer.ground.weights` reads them."""
    none = np.zeros((1, len(names)))
    boosted = learned.boosted
    votes = boosted.decision_function(none)[0]
    trees = [
        exported_tree(tree.tree_, 0, names, TREE_RATE / 2)
        for tree in boosted.estimators_[:, 0]
    ]
    start = votes - sum(
        TREE_RATE * tree.predict(none)[0] for tree in boosted.estimators_[:, 0]
    )
    return {
        "weights": {
            name: round(float(weight) / 2, 4)
            for name, weight in zip(names, learned.weights, strict=True)
        },
        "bias": round((learned.bias + float(start)) / 2, 4),
        "trees": trees,
    }


def exported_tree(tree: Any, node: int, names: Sequence[str], rate: float) -> Any:
    """Return a tree as nested lists."""
    if tree.children_left[node] < 0:
        return round(float(tree.value[node][0][0]) * rate, 4)
    sides = [
        exported_tree(tree, int(side[node]), names, rate)
        for side in (tree.children_left, tree.children_right)
    ]
    return [names[tree.feature[node]], round(float(tree.threshold[node]), 5), *sides]


def unseen_scores(table: Table) -> np.ndarray:
    """Return the score of each row by a model that has not seen its passage."""
    scores = np.zeros(len(table.true))
    for seen, unseen in GroupKFold(5).split(table.values, table.true, table.groups):
        scores[unseen] = fit(table, seen).scores(table.values[unseen])
    scores[table.vetoed] = 0.0
    return scores


GROUPS = {
    "cues (not, only, if, must ...)": r"(has|source|added|dropped|nowhere)_|negation_|denial",
    "amounts": r"amount|bound",
    "names and code": r"names|code|capitals",
    "coverage": r"covered|near|missing|gain|back|same_(order|content)",
    "clauses": r"clause",
    "order": r"inverted|pairs|distance|by\Z",
    "opposites": r"opposite",
    "rules": r"fault_",
}


def ablation(table: Table) -> None:
    """Print what the AUC is without each group of features."""
    written = ~table.made
    for name, pattern in GROUPS.items():
        less = table.without(lambda n, p=pattern: re.match(p, n))
        scores = unseen_scores(less)[written]
        print(f"  without {name:32}{roc_auc_score(table.true[written], scores):8.3f}")


def main(path: Path) -> None:
    """Learn, say how well by folds, and write the weights."""
    warnings.filterwarnings("ignore")
    written = read_rows(path)
    rows = [measured(row, made=False) for row in written]
    rows += [measured(row, made=True) for row in made_rows(written)]
    table = Table.of(rows)
    scores = unseen_scores(table)
    real = ~table.made
    true, false = scores[real & table.true], scores[real & ~table.true]
    proven = float(np.quantile(false, 1 - MAX_FALSE_PROVEN))
    unproven = float(np.quantile(true, MAX_TRUE_OUT))
    print(f"{len(written)} rows, {table.made.sum()} made, {len(table.names)} features")
    print(f"unseen passages: AUC {roc_auc_score(table.true[real], scores[real]):.3f}")
    print(
        f"true proven {(true >= proven).mean():.1%}, false left out "
        f"{(false < unproven).mean():.1%}"
    )
    for kind in ("foreign", "verbatim", "changed"):
        of_kind = scores[table.kinds == kind]
        print(
            f"  {kind}: proven {(of_kind >= proven).mean():.1%}, left out "
            f"{(of_kind < unproven).mean():.1%}"
        )
    ablation(table)
    learned = exported(fit(table, np.arange(len(rows))), table.names)
    learned |= {"proven": round(proven, 4), "unproven": round(unproven, 4)}
    target = Path(package.__path__[0]) / WEIGHTS
    target.write_text(json.dumps(learned, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        print("(nothing is learned: FILE names no sentences)")
