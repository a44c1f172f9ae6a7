"""Who may open a live text, by sessions, tokens and mandates: the answer to what the sockets ask."""

from drafting.actions.core import load_declaration
from drafting.actions.membership.sign_in import session_account, token_account
from drafting.actions.ports import Ports
from drafting.actions.writing.texts import may_write
from drafting.domain.declaration import Declaration, text_place
from drafting.domain.errors import Refusal
from drafting.domain.networks import Scope
from drafting.domain.policy import Action, Subject, may
from drafting.sync.participants import Guest, Level, Rights

NOTHING = Rights(Level.NONE)


class Mandated:
    """Implements :class:`drafting.web.live.admission.Admission`."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    async def person(self, *, cookie: str | None, token: str | None) -> Guest | None:
        if token is not None:
            account = await token_account(self.ports, token)
        else:
            found = await session_account(self.ports, cookie or "")
            account = found[1] if found else None
        return Guest(account.id, account.name) if account else None

    async def rights(self, account: str, text: str) -> Rights:
        """Decided anew at each call: nothing is kept that a withdrawn mandate would leave behind."""
        try:
            slug, section, locale, generation = text_place(text)
            declaration = await load_declaration(self.ports, slug)
        except (ValueError, Refusal):
            return NOTHING
        if section not in declaration.sections or locale not in declaration.locales:
            return NOTHING
        if generation > declaration.sections[section].generation:
            return NOTHING
        at = self.ports.clock.now()
        if not may(declaration, account, Action.READ, Subject(), at):
            return NOTHING
        level = Level.WRITE if may_write(declaration, account, text, at) else Level.READ
        return Rights(level, network_of(declaration, account, self.ports))


def network_of(declaration: Declaration, account: str, ports: Ports) -> str:
    """The network that somebody writes for: that of the mandate to edit, else of any; empty for volunteers."""
    live = list(declaration.live_mandates(account, ports.clock.now()))
    own = [m.network for m in live if Scope.EDIT in m.scopes and m.network] or [m.network for m in live if m.network]
    return own[0] or "" if own else ""
