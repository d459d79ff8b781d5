"""The operating system: files, locks, clocks, processes, and what a run leaves behind."""
