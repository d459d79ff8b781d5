"""The nouns: what the program talks about."""
