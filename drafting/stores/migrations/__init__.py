"""The schema's history: numbered SQL files, run in order, never changed once released."""
