"""Signing an edition: asked for, confirmed, counted, looked after, taken back, erased."""
