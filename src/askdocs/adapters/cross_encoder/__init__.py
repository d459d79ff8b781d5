"""Cross-encoders: they read two texts as one, to rerank passages or to verify sentences."""
