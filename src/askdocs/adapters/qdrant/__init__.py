"""Qdrant, embedded or on a server: both keep the same payload and answer the same queries."""
