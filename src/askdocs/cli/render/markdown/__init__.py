"""Markdown on a screen: words are wrapped, nothing that was printed is drawn again."""
