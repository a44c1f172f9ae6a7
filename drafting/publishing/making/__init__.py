"""The processes that make files: starting and bounding them, and not making again what is made."""
