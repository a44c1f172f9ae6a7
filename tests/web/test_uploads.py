"""From whom a file is taken is settled before a byte of it is read, on pages and in the API; and it is bounded."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from drafting.actions.membership.sign_in import SESSION, issue_token
from drafting.web.api.uploads import AROUND_A_FILE
from drafting.web.sessions import cookie_name
from tests.actions.coalition import SLUG
from tests.web.signing import ORIGIN, OpenEdition, open_edition

TEN = 10_000_000
BOUNDARY = "line"
UPLOADS = (
    f"/en/workshop/{SLUG}/publishing/1/lists",
    f"/en/workshop/{SLUG}/look/mark",
    "/en/sign/own/nobodys/logo",
    "/en/declarations/import",
    f"/api/v1/declarations/{SLUG}/editions/1/lists",
    f"/api/v1/declarations/{SLUG}/look/mark",
    "/api/v1/declarations/import",
)
FOR_ANY_ACCOUNT = frozenset({"/en/declarations/import", "/api/v1/declarations/import"})
LOGO = "/api/v1/signatures/logo"


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


class Body:
    """Ten megabytes of a form; counts what is taken of them."""

    def __init__(self, token: str = "") -> None:
        self.taken = 0
        field = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="token"\r\n\r\n{token}\r\n' if token else ""
        file = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="logo"; filename="x"\r\n\r\n'
        self.head = (field + file).encode()

    async def pieces(self) -> AsyncIterator[bytes]:
        for piece in (self.head, *[b"x" * 10_000] * 1000):
            self.taken += len(piece)
            yield piece


async def sent(edition: OpenEdition, path: str, body: Body, headers: dict[str, str], account: str = "") -> int:
    said = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(edition.app), base_url=ORIGIN, headers={"origin": ORIGIN})
    if account:
        at = edition.coalition.fakes.clock.now()
        secret, _ = await edition.coalition.ports.passes.issue(SESSION, account, at + timedelta(hours=12), at)
        client.cookies.set(cookie_name(edition.app.state.settings), secret)
    async with client:
        return (await client.post(path, content=body.pieces(), headers=said)).status_code


@pytest.mark.parametrize("path", [*UPLOADS, LOGO])
async def test_of_what_a_stranger_sends_nothing_is_read(edition: OpenEdition, path: str) -> None:
    body = Body()
    assert await sent(edition, path, body, {"content-length": str(TEN)}) in (401, 410, 413)
    assert body.taken == 0


@pytest.mark.parametrize("path", [path for path in UPLOADS if path not in FOR_ANY_ACCOUNT])
async def test_nor_of_what_somebody_sends_who_takes_no_part(edition: OpenEdition, path: str) -> None:
    account = (await edition.coalition.fakes.accounts.open("somebody@example.org", "Somebody", "en"))[0].id
    bearer = {"authorization": f"Bearer {await issue_token(edition.coalition.ports, address='somebody@example.org')}"}
    is_api = path.startswith("/api/")
    for key in ({}, {"idempotency-key": "once"}):
        body = Body()
        headers = key | (bearer if is_api else {})
        assert await sent(edition, path, body, headers, "" if is_api else account) in (403, 410)
        assert body.taken == 0


@pytest.mark.parametrize("key", [{}, {"idempotency-key": "once"}])
async def test_of_a_logo_no_more_is_read_than_it_takes_to_know_whose_it_is(
    edition: OpenEdition, key: dict[str, str]
) -> None:
    body = Body("nobodys")
    assert await sent(edition, LOGO, body, key) == 410
    assert body.taken < 2 * AROUND_A_FILE
    late = Body()
    assert await sent(edition, LOGO, late, key) == 422
    assert late.taken < 2 * AROUND_A_FILE
