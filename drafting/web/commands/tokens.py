"""``drafting token``: a bearer token for the API."""

from drafting.actions.sign_in import issue_token
from drafting.settings import Settings
from drafting.web.commands.installation import opened


async def issue(settings: Settings, address: str, days: int) -> None:
    """Print a token for an address, alone on a line; the ledger and a letter tell of it."""
    async with opened(settings) as here:
        token = await issue_token(here.ports, address=address, days=days)
    print(token)
