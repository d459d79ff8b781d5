"""Count the words that turn, limit or join what a sentence says.

A paraphrase keeps them or says them otherwise; a sentence that has one where its source
has none ("only", "never", "because") often says something else.
"""

from __future__ import annotations

import re

_WORDS = {
    "neg": r"not|no|never|none|nothing|nobody|neither|nor|cannot|without|\w+n['\u2019]t|"
    r"unable|impossible|nowhere",
    "weak_neg": r"unless|except\w*|instead|rather than|avoid\w*|prevent\w*|fail\w*|lack\w*|"
    r"refus\w*|forbid\w*|stop\w*|exclud\w*|disabl\w*|remov\w*|delet\w*|lose\w*|lost|skip\w*|"
    r"ignor\w*|apart from|other than|un\w{4,12}able|needless|free of|"
    r"un(?:supported|limited|changed|necessary)",
    "only": r"only|solely|exclusively|just|alone|nothing but|sole|nowhere else|no other",
    "all": r"all|every|any\w*|each|always|whatever|whichever|whenever|wherever|"
    r"every\w+|whole|entire\w*|both|regardless|completely|fully",
    "some": r"some|several|certain|sometimes|most|mostly|usually|often|typically|"
    r"generally|many|few|partly|occasionally|may",
    "must": r"must|shall|require[sd]?|mandatory|obligatory|necessary|needs?|needed|"
    r"ha(?:s|ve) to|compulsory|forced|only way|essential",
    "should": r"should|recommend\w*|advis\w*|best|prefer\w*|ideally|better",
    "may": r"may|might|can|could|optional\w*|possib\w*|allow\w*|able|permit\w*",
    "will": r"will|would|guarantee\w*|certain(?:ly)?|sure|definitely|automatically",
    "condition": r"if|when|unless|provided|(?:as|so) long as|in case|once|whether|where|"
    r"depending|only after|until",
    "even": r"even|regardless|no matter|whatever|too|as well",
    "before": r"before|prior|first|earlier|beforehand|until",
    "after": r"after|then|once|later|afterwards|following|next|finally|last",
    "because": r"because|since|so that|in order to|due to|therefore|as a result|hence|"
    r"thanks to|reason|so as to|owing|caus\w*",
    "more": r"more|higher|larger|greater|longer|faster|better|bigger|most|maximum|"
    r"increas\w*|older|above|over|exceed\w*|up to|raise\w*|highest|largest|\w+er than",
    "less": r"less|lower|smaller|fewer|shorter|slower|worse|least|minimum|decreas\w*|"
    r"reduc\w*|younger|below|under|cheaper|lowest|smallest|at most",
    "same": r"same|equal\w*|identical|alike|as (?:much|many|well) as|too|also|likewise",
    "other": r"other|different\w*|another|separate\w*|own|else",
    "time": r"yet|currently|still|already|now|anymore|no longer|at present|temporar\w*|"
    r"permanent\w*|previously|deprecated",
}
_PATTERNS = {
    kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for kind, words in _WORDS.items()
}


def cue_features(sentence: str, source: str, around: str) -> dict[str, float]:
    """Return how often each kind of cue stands in a sentence, and whether its source has it.

    Args:
        sentence: Of a reply.
        source: What says it.
        around: The same with what stands beside it.

    >>> cue_features("Only you can.", "You can.", "You can.")["added_only"]
    1.0
    """
    features: dict[str, float] = {}
    for kind, pattern in _PATTERNS.items():
        own, others = (len(pattern.findall(text)) for text in (sentence, source))
        features[f"has_{kind}"] = float(min(own, 2))
        features[f"source_{kind}"] = float(min(others, 2))
        features[f"added_{kind}"] = float(own > 0 and others == 0)
        features[f"dropped_{kind}"] = float(others > 0 and own == 0)
        near = others > 0 or pattern.search(around) is not None
        features[f"nowhere_{kind}"] = float(own > 0 and not near)
    denies, source_denies = (
        features[f"{whose}_neg"] + features[f"{whose}_weak_neg"] > 0
        for whose in ("has", "source")
    )
    features["negation_parity"] = float(denies != source_denies)
    return features
