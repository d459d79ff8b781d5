"""How a question is read, narrowed and ranked."""
