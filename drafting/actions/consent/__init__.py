"""Positions: taken on exactly the words that were tabled, and signed with keys of one's own."""
