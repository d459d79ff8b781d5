"""GGUF files, run by llama.cpp in a process of our own."""
