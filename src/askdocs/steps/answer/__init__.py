"""How a model is asked, and what of its reply is shown."""
