"""How good a search was, in numbers with intervals."""
