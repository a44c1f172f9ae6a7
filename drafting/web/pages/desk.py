"""The desk: what waits for one person in all their declarations, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response

from drafting.actions.core import list_declarations
from drafting.actions.desk import Matter, Urgency, desk
from drafting.actions.letters import title_for
from drafting.domain.declaration import Declaration
from drafting.domain.networks import Mandate
from drafting.domain.policy import Action, Subject, may
from drafting.domain.prose import title
from drafting.web.visits import Visit

MARKS: Final[Mapping[Urgency, str]] = {
    Urgency.STALE: "stale",
    Urgency.OBJECTION: "objects",
    Urgency.CONSULTING: "consulting",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A matter in words: what it is, what to do, where."""

    mark: str
    about: str
    title: str
    text: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Part:
    """A declaration that the person takes part in, with their mandates in it."""

    declaration: Declaration
    mandates: Sequence[Mandate]


async def show(visit: Visit) -> Response:
    account = visit.actor.account
    mine = [d for d in await list_declarations(visit.ports) if may(d, account, Action.READ, Subject(), visit.at)]
    by_slug = {d.slug: d for d in mine}
    matters = sorted((m for d in mine for m in desk(d, account, visit.at)), key=lambda m: m.urgency)
    titles = {(m.declaration, m.section): await _title(visit, by_slug[m.declaration], m.section) for m in matters}
    cards = [_card(visit, by_slug[m.declaration], m, titles[m.declaration, m.section]) for m in matters]
    parts = [Part(d, list(d.live_mandates(account, visit.at))) for d in mine]
    return visit.page("desk.html", cards=cards, parts=parts, dates=_dates(visit, mine), matters=matters)


def _dates(visit: Visit, declarations: Sequence[Declaration]) -> list[tuple[datetime, str, Declaration]]:
    """What ends when: answers to tabled sections, and the times for objections."""
    gettext = visit.words.gettext
    out: list[tuple[datetime, str, Declaration]] = []
    for d in declarations:
        due = {d.deadline(s.revision) for s in d.live_sections() if s.revision and not d.open_edition}
        out += [(at, gettext("The time to answer about tabled sections ends."), d) for at in due if at > visit.at]
        edition = d.open_edition
        if edition and edition.window_ends > visit.at:
            out.append((edition.window_ends, gettext("Objections to the frozen text can be raised until then."), d))
    return sorted(out, key=lambda row: row[0])[:6]


async def _title(visit: Visit, declaration: Declaration, section: str) -> str:
    """The section's title as the reader's language has it, else as it was tabled, else its id."""
    if not section:
        return ""
    if visit.lang in declaration.locales:
        words = title(await visit.ports.workshops.read(declaration.text_name(section, visit.lang)))
        if words:
            return words
    revision = declaration.sections[section].revision
    return revision.title if revision and revision.title else section


def _card(visit: Visit, declaration: Declaration, matter: Matter, section: str) -> Card:
    heading, text, label, href = _WORDS[matter.urgency](visit, declaration, matter, section)
    mark = MARKS.get(matter.urgency, "")
    return Card(mark, title_for(declaration, visit.lang), heading, text, label, href)


Words = tuple[str, str, str, str]


def _network(declaration: Declaration, slug: str) -> str:
    return declaration.members[slug].name if slug in declaration.members else slug


def _answer_by(visit: Visit, matter: Matter) -> str:
    if matter.due is None or matter.due <= visit.at:
        return visit.words.gettext("The words stand above the button.")
    return visit.words.gettext("The words stand above the button. Answers are awaited until %(time)s.", time=matter.due)


def _approve(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("Edition %(n)s waits for a second network", n=m.n)
    if m.due:
        text = gettext(
            "It is frozen. Objections can be raised until %(time)s; then two people of different networks release it.",
            time=m.due,
        )
    else:
        text = gettext("The time for objections is over. Two people of different networks release it.")
    return title, text, gettext("Read and approve"), visit.path("workshop", d.slug, "publishing", m.n)


def _vouch(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("A list of names waits for a second network")
    text = gettext("Another network vouches for these signatures on paper. They count once yours does, too.")
    href = visit.path("workshop", d.slug, "publishing", m.n, "lists", m.others[0])
    return title, text, gettext("Look at the list"), href


def _take_back(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("Another network wants a list of names taken back")
    text = gettext("Its names count until your network agrees.")
    href = visit.path("workshop", d.slug, "publishing", m.n, "lists", m.others[0])
    return title, text, gettext("Look at the list"), href


def _update(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("A letter to those who signed waits for a second network")
    text = gettext("Another network vouches for it. It is sent once yours does, too.")
    href = visit.path("workshop", d.slug, "publishing", m.n, "updates", m.others[0])
    return title, text, gettext("Read the letter"), href


def _stale(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("“%(section)s” changed after your consent", section=section)
    text = gettext(
        "The consent of %(network)s does not count for the new words until you renew it.",
        network=_network(d, m.network),
    )
    href = visit.path("workshop", d.slug, m.section, "revisions", m.n, since="consent")
    return title, text, gettext("See what changed"), href


def _objection(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext, ngettext = visit.words.gettext, visit.words.ngettext
    names = visit.words.plain_list([_network(d, slug) for slug in m.others])
    title = ngettext(
        "%(networks)s objects to “%(section)s”, which you hold",
        "%(networks)s object to “%(section)s”, which you hold",
        len(m.others),
        networks=names,
        section=section,
    )
    text = gettext("It is said what would remove the objection.")
    return title, text, gettext("Read the objection"), visit.path("workshop", d.slug, m.section, "revisions", m.n)


def _position(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("“%(section)s” is tabled", section=section)
    href = visit.path("workshop", d.slug, m.section, "revisions", m.n)
    return title, _answer_by(visit, m), gettext("Read it and take a position"), href


def _all(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    ngettext = visit.words.ngettext
    title = ngettext("%(num)s section is tabled", "%(num)s sections are tabled", m.count)
    href = visit.path("workshop", d.slug, "agree", network=m.network)
    return title, _answer_by(visit, m), visit.words.gettext("Read them and take positions"), href


def _freeze(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    text = gettext("The text can be frozen and published.")
    return (
        gettext("All sections are agreed"),
        text,
        gettext("Go to publishing"),
        visit.path("workshop", d.slug, "publishing"),
    )


def _table(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    title = gettext("“%(section)s” has not been tabled yet", section=section)
    text = gettext("You hold this section. When its words are ready, table them so that the networks can answer.")
    return title, text, gettext("Open the workshop"), visit.path("workshop", d.slug, m.section, d.source_locale)


def _consulting(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext = visit.words.gettext
    names = {"network": _network(d, m.network), "section": section}
    title = gettext("%(network)s is consulting on “%(section)s”", **names)
    text = gettext("Until %(time)s.", time=m.due) if m.due else gettext("Your base decides first.")
    return title, text, gettext("Take a position"), visit.path("workshop", d.slug, m.section, "revisions", m.n)


def _translate(visit: Visit, d: Declaration, m: Matter, section: str) -> Words:
    gettext, ngettext = visit.words.gettext, visit.words.ngettext
    title = ngettext(
        "%(num)s section waits for its translation into %(language)s",
        "%(num)s sections wait for their translation into %(language)s",
        m.count,
        language=visit.words.language(m.locale),
    )
    text = gettext("The source stands beside your words, with what changed since.")
    return title, text, gettext("Translate"), visit.path("workshop", d.slug, "translations", m.locale, "")


_WORDS = {
    Urgency.APPROVE: _approve,
    Urgency.VOUCH: _vouch,
    Urgency.TAKE_BACK: _take_back,
    Urgency.UPDATE: _update,
    Urgency.STALE: _stale,
    Urgency.OBJECTION: _objection,
    Urgency.POSITION: _position,
    Urgency.ALL: _all,
    Urgency.FREEZE: _freeze,
    Urgency.TABLE: _table,
    Urgency.CONSULTING: _consulting,
    Urgency.TRANSLATE: _translate,
}
