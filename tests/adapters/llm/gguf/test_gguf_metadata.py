"""What the header of a GGUF file says, as llama.cpp's own reader reads it."""

from __future__ import annotations

import gguf

from askdocs.adapters.llm.gguf.gguf_metadata import read_metadata


def test_the_header_is_read_as_the_reference_reads_it(tiny):
    """`gguf` is llama.cpp's own reader; ours needs no numpy and no list of tokens."""
    reader = gguf.GGUFReader(tiny)
    read = read_metadata(tiny)

    theirs = {
        name: field.contents()
        for name, field in reader.fields.items()
        if not name.startswith("GGUF.")
    }
    assert read == theirs


def test_long_arrays_are_passed_over(tmp_path):
    """A vocabulary of 128,000 words is of no interest here."""
    path = tmp_path / "long.gguf"
    to = gguf.GGUFWriter(path, "llama")
    to.add_token_list([f"t{n}" for n in range(5000)])
    to.add_token_scores([0.5] * 5000)
    to.add_array("x.kv", [1, 2, 3])
    to.add_bool("x.last", val=True)
    to.write_header_to_file()
    to.write_kv_data_to_file()
    to.close()

    assert read_metadata(path) == {
        "general.architecture": "llama",
        "x.kv": [1, 2, 3],
        "x.last": True,
    }
