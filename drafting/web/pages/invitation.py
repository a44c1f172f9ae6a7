"""An invitation: the mandate in three lines, and one button."""

from starlette.responses import Response

from drafting.actions.core import load_declaration, load_directory
from drafting.actions.membership.people import accept_invitation, read_invitation
from drafting.domain.errors import Code, Refusal
from drafting.web.pages.sign_in import send_letter
from drafting.web.visits import Visit


async def show(visit: Visit) -> Response:
    invitation = await read_invitation(visit.ports, visit.part("token"))
    if invitation.used:
        raise Refusal(Code.LINK_USED)
    declaration = await load_declaration(visit.ports, invitation.declaration)
    directory = await load_directory(visit.ports)
    names = await visit.ports.accounts.names([invitation.invited_by])
    return visit.page(
        "invitation.html",
        invitation=invitation,
        about=declaration,
        network=directory.networks.get(invitation.network or ""),
        invited_by=names.get(invitation.invited_by, ""),
    )


async def accept(visit: Visit) -> Response:
    """Take up the mandate. Who is not signed in yet gets a code: the address is known to be theirs, the browser not."""
    token = visit.part("token")
    if visit.account:
        await accept_invitation(visit.ports, token=token, actor=visit.actor)
        return visit.go("desk")
    account, _ = await accept_invitation(visit.ports, token=token)
    if not account.locale:
        await visit.ports.accounts.describe(account.id, locale=visit.lang)
    onward = visit.path("desk") if account.name else visit.path("account", welcome="yes")
    return send_letter(visit, account.address, onward)
