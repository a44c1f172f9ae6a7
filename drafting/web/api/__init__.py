"""The HTTP API, version 1: what ``web/app.py`` mounts at ``/api/v1``. It acts through the same actions as the pages."""

from drafting.web.api.table import routes

__all__ = ["routes"]
