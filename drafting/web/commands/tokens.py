"""``drafting token``: a bearer token for the API."""

from drafting.actions.membership.sign_in import issue_token
from drafting.actions.writing.declarations import claim_declarations
from drafting.settings import Settings
from drafting.web.commands.installation import OPERATOR, Installation, opened


async def issue(settings: Settings, address: str, days: int) -> None:
    """Print a token for an address, alone on a line; the ledger and a letter tell of it."""
    async with opened(settings) as here:
        token = await issue_token(here.ports, address=address, days=days)
        await _claim(here, address)
    print(token)


async def _claim(here: Installation, address: str) -> None:
    """What was imported before anybody had an account goes to the first one who gets a token."""
    nobody, holder = await here.ports.accounts.find(OPERATOR), await here.ports.accounts.find(address)
    if nobody and holder and nobody.id != holder.id:
        await claim_declarations(here.ports, nobody=nobody.id, account=holder.id)
