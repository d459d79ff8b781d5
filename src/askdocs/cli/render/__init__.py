"""How results look: on a terminal, as Markdown, as JSON."""
