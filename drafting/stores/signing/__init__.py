"""Signatures, lists of names, and updates: many at once in one transaction."""
