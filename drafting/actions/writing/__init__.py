"""Sections and their texts in every language, before anybody agrees to them."""
