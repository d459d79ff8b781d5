"""How the files of a docs repository become chunks with addresses."""
