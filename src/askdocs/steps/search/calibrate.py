"""Find the thresholds that hold for the model of an index, from similarities within it.

One model calls a stranger 0.3 similar, another 0.8, so no number can be written down. What
is far is told by questions that no software documentation answers; what is near, by
how like each other the sentences of one passage are, which say different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

FOREIGN_QUESTIONS = """\
What is the capital of Peru?
How long do I boil an egg?
Who won the football world cup in 1998?
What are the symptoms of the flu?
How do I get a red wine stain out of a shirt?
When did the Roman empire fall?
Which vaccines does my child need before school?
How many calories are in a banana?
What is the plot of Hamlet?
How do I change a bicycle tyre?
Can my dog eat chocolate?
What is the best season to plant tomatoes?
How do I apply for a passport?
What does a mortgage broker do?
How tall is the Eiffel tower?
Why is the sky blue?
How do I learn to play the guitar?
What is the offside rule?
Which bus goes to the airport?
How do I make sourdough bread?
What time does the museum close on Sundays?
How is the minimum wage calculated?
What are the rules of chess?
How do I treat a sunburn?
Who painted the Mona Lisa?
What is the population of Canada?
How often should I water a cactus?
Can I wear a mask made of cloth?
What should I pack for a week at the beach?
How do volcanoes form?
When is the next full moon?
How do I write a wedding speech?
What is the difference between a frog and a toad?
Do I need a visa to travel to Japan?
How much sleep does a teenager need?
What is a good gift for a retirement?
How do I remove snow from a roof?
Which exercises help against back pain?
What is the meaning of this poem?
How old is the universe?
What is the recipe for onion soup?
How do I adopt a cat?
Who was the first woman in space?
What are the side effects of aspirin?
How do I paint a wooden fence?
Which languages are spoken in Switzerland?
How do I stop a baby from crying?
What is the boiling point of alcohol?
When should I see a dentist?
How does a jury reach a verdict?
What is the fastest animal on land?
Can I return a pair of shoes without a receipt?
How do I fold a paper plane?
What are the phases of the moon?
How do I get rid of ants in the kitchen?
Who wrote the national anthem?
What is the tax on a used car?
How do I knit a scarf?
What is the weather like in Lisbon in May?
How do bees make honey?
Which wine goes with fish?
How do I renew my driving licence?
What happens at a baptism?
How do I tie a bow tie?
""".splitlines()
"""Questions that are out of scope wherever software is documented."""

FOREIGN_QUANTILE = 0.96
"""Share of foreign questions that are less like every passage than the far end."""

OWN_QUANTILE = 0.02
"""Share of headings, asked as questions, that are less like one than the near end."""

REFUSAL_POSITION = 0.25
"""Where between the two ends it is refused: nearer to the foreign one, because a model can
still refuse what is let through, and nobody answers what is refused here.
"""

SIMILAR_QUANTILE = 0.75
"""Share of sentences that are less like their next neighbour than a source must be."""


def refusal_threshold(foreign: Vector, own: Vector, passages: Vector) -> float:
    """Return the similarity below which the nearest passage is no answer.

    Args:
        foreign: Vectors of `FOREIGN_QUESTIONS`, shape (questions, dim).
        own: Vectors of headings of the docs, as questions, shape (headings, dim).
        passages: Vectors of passages, shape (passages, dim); all compare by dot product.
    """
    far = np.quantile((foreign @ passages.T).max(axis=1), FOREIGN_QUANTILE)
    near = np.quantile((own @ passages.T).max(axis=1), OWN_QUANTILE)
    return float(far + REFUSAL_POSITION * max(0.0, near - far))


def similarity_threshold(passage_rows: Sequence[Vector]) -> float:
    """Return the similarity from which two sentences say the same in other words.

    Args:
        passage_rows: For each passage unit vectors of its sentences, shape (sentences, dim).
    """
    nearest = []
    for rows in passage_rows:
        if len(rows) > 1:
            similarities = rows @ rows.T - 3 * np.eye(len(rows), dtype=np.float32)
            nearest.append(similarities.max(axis=1))
    if not nearest:
        return 1.0
    return float(np.quantile(np.concatenate(nearest), SIMILAR_QUANTILE))
