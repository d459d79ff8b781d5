"""Language models: Ollama, OpenAI-compatible servers and GGUF files, behind one query engine."""
