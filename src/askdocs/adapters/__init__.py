"""The world: one vendor per module, each behind a port."""
