"""In which language a question is, and which models know one language only."""

# ruff: noqa: RUF001 (letters of other scripts are what it is about)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.steps.search.language import (
    knows_english_only,
    language_of,
    language_warnings,
)

ASKED = {
    "German": ["Wie erstelle ich einen Job?", "Was kostet eine GPU Instance pro Stunde?",
               "Wo finde ich die Rechnung vom letzten Monat?"],
    "French": ["Comment créer un job serverless ?", "comment supprimer mon bucket",
               "Suis-je encore facturé quand mon instance est éteinte ?"],
    "Spanish": ["¿Cómo creo un trabajo serverless?", "dónde está la factura",
                "como borrar un bucket"],
    "Italian": ["Quanto costa un'istanza GPU all'ora?", "Posso mantenere il mio IP?",
                "che cos'è IAM"],
    "Portuguese": ["Quanto custa uma instância?", "Posso manter o meu endereço IP?"],
    "Dutch": ["Hoe maak ik een serverless job?", "hoe verwijder ik een bucket"],
    "Polish": ["Czy mogę zachować mój adres IP?", "co to jest IAM"],
    "Swedish": ["Hur skapar jag ett serverless-jobb?", "hur tar jag bort en bucket"],
    "Turkish": ["bucket nasıl silinir", "GPU sunucusunun saatlik ücreti ne kadar?"],
    "Cyrillic script": ["Как создать задачу?", "как удалить bucket в Object Storage"],
    "Chinese": ["如何创建无服务器任务？", "怎么删除bucket"],
    "Japanese": ["サーバーレスジョブの作成方法は？", "料金は?"],
    "Korean": ["서버리스 작업을 어떻게 만드나요?", "bucket 삭제 방법"],
    "Arabic script": ["كيف أحذف bucket"],
    "Hebrew": ["איך מוחקים bucket"],
    "Greek": ["Πώς δημιουργώ μια εργασία;"],
    "Thai": ["ฉันจะลบ bucket ได้อย่างไร"],
    "Hindi or another language of India": ["मैं जॉब कैसे बनाऊं?"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "question"),
    [(name, q) for name, asked in ASKED.items() for q in asked],
)
def test_a_question_says_in_which_language_it_is(language, question):
    """Short, with names of products, and without the accents that nobody types."""
    assert language_of(question) == language


@pytest.mark.parametrize("question", ["Pod neden başlamıyor?", "jak usunąć bucket"])
def test_of_two_languages_that_are_alike_neither_is_named(question):
    """Polish and Czech share their "jak"."""
    assert language_of(question) == "another language"


ENGLISH = """
how do I create a job?
comment out a line of the config
what does "Wie geht es dir" mean in the chat demo?
Is there an SLA for the DEV1-M in Île-de-France?
can I use ñ or é in the name of a bucket?
what does 错误 mean in the console?
TGF-β and IFN-γ in the notebook
L4 GPU Instances come with scratch storage
Installing K3s and Cilium
Server EM-B220E-NVME
die on SIGTERM, or wait?
MIT or Apache: is an der.key file in DER form?
Traceback (most recent call last): File "a.py", line 1, in <module> KeyError: 'de'
error: dial tcp 10.0.0.1:443: i/o timeout
kapsule vpc cli
De Bruijn graph on a la carte plans
403
""".strip().splitlines()


@pytest.mark.parametrize("question", ENGLISH)
def test_what_may_be_english_is_not_taken_for_anything_else(question):
    """A false alarm teaches the reader to overlook the true ones."""
    assert language_of(question) == ""


@given(st.text(max_size=200))
def test_any_text_has_a_language_or_none(text):
    """A question can hold anything."""
    assert isinstance(language_of(text), str)


@pytest.mark.parametrize(
    ("model", "size", "only"),
    [
        ("bundled", None, True),
        ("sentence-transformers/all-MiniLM-L6-v2", None, True),
        ("sentence-transformers/multi-qa-distilbert-cos-v1", None, True),
        ("BAAI/bge-small-en-v1.5", None, True),
        ("jinaai/jina-embeddings-v2-base-en", None, True),
        ("intfloat/e5-small-v2", None, True),
        ("thenlper/gte-base", None, True),
        ("Snowflake/snowflake-arctic-embed-m", None, True),
        ("Snowflake/snowflake-arctic-embed-m-v2.0", None, False),
        ("/models/all-mpnet-base-v2", None, True),
        ("/models/mine", 30_522, True),
        ("/models/mine", 250_002, False),
        ("/models/mine", None, False),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", None, False),
        ("intfloat/multilingual-e5-small", None, False),
        ("Alibaba-NLP/gte-multilingual-base", None, False),
        ("jinaai/jina-embeddings-v2-base-de", 30_522, False),
        ("BAAI/bge-m3", None, False),
        ("Qwen/Qwen3-Embedding-0.6B", None, False),
    ],
)
def test_a_model_is_known_by_its_name_or_by_its_vocabulary(model, size, only):
    """Of a model that tells nothing, nothing is said."""
    assert knows_english_only(model, size) is only


def test_only_a_foreign_question_to_an_english_model_is_warned_of():
    """The warning names the language, and what can be done."""
    (text,) = language_warnings("Wie lösche ich das?", english_only=True)

    assert "asked in German" in text
    assert "RAG_EMBEDDING_MODEL" in text
    assert "\n" not in text
    assert language_warnings("Wie lösche ich das?", english_only=False) == ()
    assert language_warnings("how do I delete it?", english_only=True) == ()
