"""The logs of live texts, in SQLite and in PostgreSQL."""
