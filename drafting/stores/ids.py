"""Opaque names for rows."""

import secrets


def new_id() -> str:
    """Twenty characters that nobody can guess and that fit into a path."""
    return secrets.token_hex(10)
