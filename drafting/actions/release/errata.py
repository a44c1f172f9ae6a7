"""Corrections to an edition that is out: listed on it for good, and made public by a further release of it.

The words that networks agreed to stay as they are, with their digests. A mistake in a translation is mended there and
approved; the release that lists the correction brings the mended translation with it. Other substance needs another
edition, which asks every network, and every signatory, again.
"""

from typing import Any, Final

from drafting.actions.core import Actor
from drafting.actions.names import checked_words
from drafting.actions.ports import Ports
from drafting.actions.release.contents import with_translations
from drafting.actions.release.publication import ask_release, newest_content, releasable
from drafting.domain.errors import Code, Refusal

MAX_ERRATUM: Final = 2000
MAX_ERRATA: Final = 200


async def list_erratum(
    ports: Ports, actor: Actor, *, slug: str, n: int, locale: str, text: str, section: str = ""
) -> str:
    """List what was wrong and what is right, in words for readers, and make a further release. Returns its job.

    ``locale`` is the language of ``text``; ``section`` may be empty where the whole is meant. Raises ``bad_input`` with
    ``field``, ``unknown_locale``, ``nothing_changed`` where the very same is listed already, ``not_released``.
    """
    declaration, edition = await releasable(ports, actor, slug, n)
    former = await newest_content(ports, edition)
    words = checked_words(text, "erratum", MAX_ERRATUM)
    if not words:
        raise Refusal(Code.BAD_INPUT, field="erratum")
    if locale not in {known["tag"] for known in former["locales"]}:
        raise Refusal(Code.UNKNOWN_LOCALE, locale=locale)
    if section and section not in {known["id"] for known in former["sections"]}:
        raise Refusal(Code.BAD_INPUT, field="section")
    listed: list[dict[str, Any]] = list(former["errata"])
    if any((e["locale"], e["section"], e["text"]) == (locale, section, words) for e in listed):
        raise Refusal(Code.NOTHING_CHANGED, n=n)
    if len(listed) >= MAX_ERRATA:
        raise Refusal(Code.BAD_INPUT, field="erratum")
    at = ports.clock.now().isoformat()
    erratum = {"n": len(listed) + 1, "at": at, "locale": locale, "section": section, "text": words}
    content = await with_translations(ports, declaration, former)
    return await ask_release(ports, actor, slug, edition, {**content, "errata": [*listed, erratum]})
