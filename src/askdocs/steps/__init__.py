"""The verbs: pure functions."""
