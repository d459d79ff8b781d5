"""Answers questions from a documentation repository, with a link to the page."""
