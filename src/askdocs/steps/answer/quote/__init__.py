"""Quote what answers a question in the words of the docs, when no model does."""
