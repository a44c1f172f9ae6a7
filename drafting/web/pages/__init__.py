"""A module for each group of pages; each handler takes a visit and gives an answer."""
