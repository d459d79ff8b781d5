"""Embedding models: found, loaded, exported to ONNX, and asked for vectors."""
