"""`python -m askdocs` is `rag`."""

from __future__ import annotations

from askdocs.cli.app import main

if __name__ == "__main__":
    main()
