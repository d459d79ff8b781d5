"""Tell whether a question is in a language that the embedding model was not made for.

A question has ten words, half of them names of products, so the script of the letters
decides, and in Latin letters the function words: a language is named only if at least
two of its own stand there, and more than English ones.

Libraries that compare groups of letters take 1.0 % (py3langid 0.4.0) and 1.9 %
(langdetect 1.0.9) of 1,318 English questions of two sets for another language, such as
"Kubernetes audit logs" for German, and need 0.9 and 0.4 s to load; this takes none of
them, and 0.01 s.
"""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"\b[^\W\d_]+\b")

_ENGLISH = frozenset(
    "a about after all an and any are as at be been before but by can cannot could did do "
    "does for from get had has have how i if in into is it its me my need no not of on or "
    "our should so some than that the their them then there these they this to was we "
    "were what when where which while who why will with without would you your".split()
)

# A line per language reads as a table.
# fmt: off
_FUNCTION_WORDS = {
    "German": "aber als auf aus bei beim bis das dass dem der deren des diese diesen dieser doch durch ein eine einem einen einer eines es für gibt geht habe haben hat ich ihr ihre im ist kann kein keine keinen können kostet macht mein meine meinem meinen meiner mich mir mit muss nach nicht noch nur ob oder ohne pro sich sie sind soll über um und uns unser unter viel viele vom von vor wann warum weil welche welchem welchen welcher welches wenn werden wer wie wieso wieviel wird wo wurde zu zum zur zwischen",
    "French": "ai ainsi comment alors au aucun aussi autre aux avec avoir c car ce cela ces cette ceux chaque chez combien dans de depuis des dois doit dont du d elle elles en entre est et être eux faire faut fait il ils j je l la le les leur lors ma mais mes moi mon n ne nos notre nous où ou par pas peut peux plus pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se ses si sont suis ta te tes ton toujours tous tout toutes tu un une vers vos votre vous y à été",
    "Spanish": "al algo antes aunque cada como cómo con cuál cuáles cuando cuándo cuanto cuánto cuánta cuántos cuántas de debo del desde donde dónde dos el ella ellos en entre era es esa ese eso esta está están estas este esto estos hacer hacia hasta hay la las le lo los mi mis muy más ni nos o para pero por porque pueda puede puedo puedes que qué quién se ser si sin sobre son su sus también te tengo tiene tienen tu un una uno y ya",
    "Italian": "agli ai al alla alle anche avere c che chi ci come con cosa cui da dai dal dalla degli dei del della delle dello deve devo di dopo dove e è fare gli ha hanno ho i il in io l la le lo loro ma mia mie miei mio nel nella nelle nello non o ogni per perché però più posso può qual quale quali quando quanta quante quanti quanto questa questo quello se senza si sia sono su sua sul sulla suo tra tutti tutto un una uno",
    "Portuguese": "ao aos as até cada com como da das de deve devo do dos e ela ele em entre era essa esse esta está este eu existe faço fazer foi há isso já mais mas me mesmo meu meus minha minhas na nas não nem no nos o onde os ou para pela pelo pode podem posso por porque preciso qual quais quando quanto quantos que quem se sem ser seu sua são também tem tenho um uma",
    "Dutch": "aan al alle als bij dan dat de deze die dit door een en er ga geen gebruik gebruiken haar hebben heb heeft het hij hoe hoeveel ik ingesteld je jij jouw kan kun kunnen maak maar mag meer met mij mijn moet moeten na naar niet nog nu of om ook op over te tegen toch tot tussen u uit uw van vanaf veel voor waar waarom wanneer wat weer welk welke werkt wie wil word worden wordt zich zijn zonder zou",
    "Polish": "ale bez być czy co dla dlaczego do gdy gdzie i ich ile ja jak jaka jaki jakie jakiej jest jeśli kiedy która które którego który ma mam mi mnie moge moja moje mojego mogę można mój na nad nie o od oraz po pod przez przy są się ta tak tego ten to tu tylko w we więc z za ze że",
    "Swedish": "att av de den det detta du efter eller en ett finns från för gör har hur han hon i inte jag kan kostar man med men mig min mina mitt måste när och om på sig ska skapar som så till ta tar under ut utan vad var varför vart vem vid vilka vilken vilket vill är",
    "Danish or Norwegian": "af alle at av blir bliver de den der det du efter eller en er et etter for fra får gør gjør har hva hvad hvem hver hvilke hvilken hvor hvordan hvorfor i ikke jeg kan koster man med men mig min mine mit mitt må når og om på sig skal slik som så til uden under uten ved vil være",
    "Czech": "aby ale ani bez být co do jak jaká jaké jaký jako je jejich jsem jsou k kde kdo kdy když která které který ma mám mé mi mohu můj může můžu na nebo není o od po pod pro proč při s se si své to tu v ve z za že",
    "Turkish": "ama kadar nedir miyim mıyım muyum bana ben benim bir bu bunu çok da daha de değil gibi hangi için ile kaç mi mı mu mü nasıl ne neden nerede olan olarak sonra şu var ve veya yok",  # noqa: RUF001
}

_SCRIPTS = (
    ("Japanese", "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d"),
    ("Korean", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"),
    ("Chinese", "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"),
    ("Cyrillic script", "\u0400-\u052f\u1c80-\u1c8f"),
    ("Greek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("Hebrew", "\u0590-\u05ff"),
    ("Arabic script", "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefe"),
    ("Hindi or another language of India", "\u0900-\u0dff"),
    ("Thai", "\u0e00-\u0e7f"),
    ("Georgian", "\u10a0-\u10ff"),
    ("Armenian", "\u0530-\u058f"),
)
# fmt: on
_DENSE = {"Japanese", "Korean", "Chinese"}
"""A character of these says about as much as three letters."""

_OWN_WORDS = {
    name: frozenset(word for word in words.split() if len(word) > 1 or word > "z")
    for name, words in _FUNCTION_WORDS.items()
}
_ACCENT = re.compile(r"[\u00bf\u00a1\u00df-\u00f6\u00f8-\u024f]")

_UNCERTAIN = "another language"

_ENGLISH_MODEL = re.compile(
    r"bundled$|all-(minilm|mpnet|distilroberta|roberta)|multi-qa-|msmarco-"
    r"|paraphrase-(minilm|mpnet|albert|distilroberta)|[-_]en([-_./]|$)"
    r"|\b(gte|e5)-(small|base|large)|arctic-embed-(xs|s|m|l)(?!-v2)(-|$)"
    r"|nomic-embed-text-v1|mxbai-embed-large|gtr-t5|sentence-t5|instructor-|uae-large",
)
_OTHER_MODEL = re.compile(r"multilingual|[-_](de|fr|es|zh|ja|m3)([-_./]|$)|xlm")
_ENGLISH_VOCABULARIES = {30_522, 30_527, 50_265}
"""Tokens of bert-base-uncased, of MPNet and of RoBERTa, all trained on English alone."""


def language_of(question: str) -> str:
    """Return the language of a question, or its script; "" if it may be English.

    >>> language_of("Wie lösche ich einen Bucket?")
    'German'
    >>> language_of("how do I delete a bucket?")
    ''
    """
    words = [word.casefold() for word in _WORD.findall(question)]
    english = sum(word in _ENGLISH for word in words)
    if script := _script(question, english):
        return script
    found = set(words)
    counts = Counter(
        {name: len((found & own) - _ENGLISH) for name, own in _OWN_WORDS.items()}
    )
    (name, count), (_, second) = counts.most_common(2)
    foreign = count >= 2 and count > len((found & _ENGLISH) - _OWN_WORDS[name])
    accented = count and not english and _ACCENT.search(question)
    if not (foreign or accented):
        return ""
    return name if count > second else _UNCERTAIN


def language_warnings(question: str, *, english_only: bool) -> tuple[str, ...]:
    """Return what the reader of an answer to this question should know.

    Args:
        question: As asked.
        english_only: Whether the embedding model knows no other language.
    """
    language = language_of(question) if english_only else ""
    if not language:
        return ()
    return (
        f"the embedding model knows English; asked in {language}, the passages may be"
        " worse (ask in English, or see RAG_EMBEDDING_MODEL in docs/configure.mdx)",
    )


def knows_english_only(model: str, vocabulary_size: int | None = None) -> bool:
    """Return whether an embedding model was trained on English texts alone.

    Args:
        model: As an index names it: "bundled", a hub id or a folder.
        vocabulary_size: Tokens that it knows, where its name says nothing.

    >>> knows_english_only("BAAI/bge-small-en-v1.5")
    True
    >>> knows_english_only("intfloat/multilingual-e5-small")
    False
    """
    name = model.casefold()
    if _OTHER_MODEL.search(name):
        return False
    return bool(_ENGLISH_MODEL.search(name)) or vocabulary_size in _ENGLISH_VOCABULARIES


def _script(question: str, english: int) -> str:
    """Return the script that a question is mostly written in; "" if that is Latin."""
    if question.isascii():
        return ""
    counts = Counter(
        {name: len(re.findall(f"[{chars}]", question)) for name, chars in _SCRIPTS}
    )
    name, count = counts.most_common(1)[0]
    if not count:
        return ""
    weight = 3 if name in _DENSE else 1
    latin = sum(c.isalpha() for c in question) - counts.total()
    if name == "Chinese" and counts["Japanese"]:
        name = "Japanese"
    mostly = counts.total() * weight > latin * 2 / 3
    return name if mostly or (not english and counts.total() >= 3) else ""
