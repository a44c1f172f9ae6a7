"""What a worker looks up once before its jobs, so that their short-lived processes find it done.

To look up faces and to read style sheets takes longer than to set a page.
"""

from pathlib import Path
from typing import Any

import pyphen  # type: ignore[import-untyped]

from drafting.publishing.paper.fonts import letters_in

_shared: list[Any] = []
_letters: list[str] = []


def faces() -> Any:
    """WeasyPrint's configuration of faces: the one that this process shares, or else another."""
    from weasyprint.text.fonts import FontConfiguration  # It is missing where Pango is.

    return _shared[0] if _shared else FontConfiguration()


def share_faces() -> None:
    """From now on all documents of this process, and of those that it forks, share what is known of faces."""
    _shared[:] = [faces()]


def keep_to_itself() -> None:
    """Newer releases of Pango look faces up in a thread, which a forked process does not have: it looks for itself."""
    if _threads() != 1:
        _shared.clear()


def _threads() -> int:
    """All of the process, not only Python's; 0 where the system does not say."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 0


def note_letters(text: str) -> None:
    """Which scripts this process printed last, since faces are looked up anew for each choice of scripts."""
    _letters[:] = [letters_in(text)]


def letters() -> str:
    """One letter of each script of what was printed last."""
    return "".join(_letters)


def read_patterns(tag: str) -> None:
    """By which words of this language are cut."""
    if name := pyphen.language_fallback(tag):
        pyphen.Pyphen(lang=name)
