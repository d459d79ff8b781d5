"""Words in, words out: one module per command."""
