"""A request to a page, with all that its handler needs: the reader's language, who is signed in, forms, answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from drafting.actions.core import Actor, authorise, load_declaration
from drafting.actions.letter_ports import Outlook
from drafting.actions.membership.sign_in import is_fresh
from drafting.actions.ports import Account, Pass, Ports
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject
from drafting.settings import Settings
from drafting.web.addresses import Proxies
from drafting.web.assets import Assets
from drafting.web.demo import demonstration
from drafting.web.i18n import Languages, Words
from drafting.web.proof_desk import ProofDesk
from drafting.web.rendering import Templates
from drafting.web.signing_gate import SigningGate

MAX_FIELDS: Final = 2000
IN_TIME: Final = Outlook(0, 0)
LOOKS_AT_MAIL: Final = timedelta(seconds=5)


@dataclass
class Site:
    """What every request shares: the ports, the settings, the languages, the templates, the built assets."""

    ports: Ports
    settings: Settings
    languages: Languages
    assets: Assets
    templates: Templates
    checks: Callable[[Words], Awaitable[Sequence[Any]]] | None = None
    wake: Callable[[], None] | None = None
    _mail_looked: datetime | None = None
    _outlook: Outlook = IN_TIME

    @cached_property
    def signing_gate(self) -> SigningGate:
        """Who may ask to sign how often, for pages and API together."""
        proxies = Proxies.of(self.settings.client_header, self.settings.proxies)
        return SigningGate(self.settings.signatures_an_hour, proxies)

    @cached_property
    def proofs(self) -> ProofDesk:
        """Puzzles for browsers that want to sign, and their solutions."""
        return ProofDesk(self.settings.keys_file, self.ports.clock.now())

    async def outlook(self) -> Outlook:
        """How long a letter takes that is asked for now; looked at every few seconds."""
        now = self.ports.clock.now()
        if self._mail_looked is None or now - self._mail_looked >= LOOKS_AT_MAIL:
            self._mail_looked = now
            self._outlook = await self.ports.mail.outlook(now)
        return self._outlook

    def wake_jobs(self) -> None:
        """Let open work begin now instead of at the next look."""
        if self.wake:
            self.wake()


class Form:
    """What a person typed. Values are trimmed text; ``errors`` holds a sentence for each field that needs mending."""

    def __init__(self, values: Mapping[str, list[str]] | None = None) -> None:
        self._values = dict(values or {})
        self.errors: dict[str, str] = {}

    @classmethod
    def of(cls, data: FormData) -> "Form":
        values: dict[str, list[str]] = {}
        for name, value in data.multi_items():
            if isinstance(value, str):
                values.setdefault(name, []).append(value.replace("\r\n", "\n").strip())
        return cls(values)

    @classmethod
    def with_errors(cls, errors: Mapping[str, str]) -> "Form":
        """Without what was typed, where it must not be shown again."""
        form = cls()
        form.errors.update(errors)
        return form

    def text(self, name: str, default: str = "") -> str:
        """The value of a field; the first where there are several."""
        return self._values.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        return [value for value in self._values.get(name, []) if value]

    def has(self, name: str, value: str) -> bool:
        """Whether a box or an option was chosen."""
        return value in self._values.get(name, [])

    def starting(self, prefix: str) -> dict[str, str]:
        """The fields whose name begins with ``prefix``, by the rest of the name: ``title.en`` → ``en``."""
        return {n.removeprefix(prefix): v[0] for n, v in self._values.items() if n.startswith(prefix) and v[0]}

    def need(self, name: str, sentence: str) -> bool:
        """Note the sentence where the field is empty; whether it is filled."""
        if not self.text(name):
            self.errors.setdefault(name, sentence)
        return name not in self.errors


class Visit:
    """One request, by one person or nobody, in one language of the interface."""

    def __init__(self, request: Request, site: Site, words: Words, signed_in: tuple[Pass, Account] | None) -> None:
        self.request = request
        self.site = site
        self.words = words
        self.session = signed_in[0] if signed_in else None
        self.account = signed_in[1] if signed_in else None
        self.at: datetime = site.ports.clock.now()

    # ---- what was asked

    @property
    def ports(self) -> Ports:
        return self.site.ports

    @property
    def settings(self) -> Settings:
        return self.site.settings

    @property
    def lang(self) -> str:
        return self.words.tag

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        return int(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    async def form(self) -> Form:
        return Form.of(await self.request.form(max_files=0, max_fields=MAX_FIELDS))

    # ---- who asks

    @property
    def actor(self) -> Actor:
        """Who is signed in. Raises ``sign_in`` where nobody is."""
        if self.account is None or self.session is None:
            raise Refusal(Code.SIGN_IN)
        return Actor(self.account.id, "web", is_fresh(self.session, self.at))

    async def declaration(self) -> Declaration:
        """The declaration of the path, for somebody who may read its workshop. Raises ``sign_in``, ``not_allowed``."""
        actor = self.actor
        declaration = await load_declaration(self.ports, self.part("declaration"))
        authorise(declaration, actor, Action.READ, Subject(), self.at)
        return declaration

    @cached_property
    def is_operator(self) -> bool:
        address = self.account.address.casefold() if self.account else ""
        own = {a.casefold() for a in self.settings.operators}
        if self.settings.is_demonstration:
            own |= demonstration.operators()
        return bool(address) and address in own

    # ---- answers

    def path(self, *parts: object, **query: object) -> str:
        """An address in this language: ``visit.path("workshop", slug, "")`` → ``/en/workshop/open-well/``."""
        return address(self.lang, *parts, **query)

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page from a template; what all templates can use stands in ``templates/README.md``."""
        html = self.site.templates.render(template, self.words, {**self.context(), **values})
        return HTMLResponse(html, status)

    def context(self) -> dict[str, Any]:
        return {
            "visit": self,
            "account": self.account,
            "path": self.path,
            "at": self.at,
            "here": self.request.url.path,
            "languages": self.site.languages.all(),
            "demonstration": self.settings.is_demonstration,
            "site_title": self.settings.title or self.words.gettext("Joint declarations"),
            "declaration": None,
        }

    def go(self, *parts: object, **query: object) -> Response:
        """After an act: on to the page that shows its result (303)."""
        return RedirectResponse(self.path(*parts, **query), 303)


def address(lang: str, *parts: object, **query: object) -> str:
    """A path below ``/{lang}``; each part is one step and is quoted; an empty last part makes a trailing slash."""
    steps = "/".join(quote(str(part), safe="") for part in (lang, *parts))
    asked = {name: value for name, value in query.items() if value not in (None, "")}
    return f"/{steps}" + (f"?{urlencode(asked)}" if asked else "")


Handler = Callable[[Visit], Awaitable[Response]]
