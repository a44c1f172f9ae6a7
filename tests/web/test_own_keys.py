"""Positions signed with a delegate's own key, without script: the file, the signature, what is said when it fails."""

import base64
import html
import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from drafting.domain.folding.fold import fold_directory
from drafting.domain.networks import Directory
from drafting.domain.own_keys import fingerprint
from drafting.stores.secrets.signing_keys import SigningKey
from tests.actions.coalition import SLUG, found
from tests.verifier.released import ssh_signature
from tests.web.test_workshop import Visitors, W, read

KEY, OTHER = SigningKey(b"d" * 32), SigningKey(b"o" * 32)
RIVER, SALT = "account-1", "account-3"


def blob(key: SigningKey, kind: bytes = b"ssh-ed25519") -> bytes:
    return len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + key.public


def public(key: SigningKey, comment: str = " river@laptop") -> str:
    return f"ssh-ed25519 {base64.b64encode(blob(key)).decode()}{comment}"


@pytest.fixture
async def visitors(tmp_path: Path) -> Visitors:
    made = Visitors(await found(("river", "salt"), ("front", "water")), tmp_path)
    await made.coalition.table("water")
    return made


@pytest.fixture
async def place(visitors: Visitors) -> str:
    """Where river's position is signed."""
    taken = await visitors.coalition.take("river", "water")
    return f"{W}/water/positions/{taken.id}"


async def add(browser: httpx.AsyncClient, line: str, status: int = 303) -> str:
    answer = await browser.post("/en/account/keys", data={"public": line})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def sign(browser: httpx.AsyncClient, place: str, signature: str | bytes, status: int) -> str:
    """Uploaded where it is bytes, pasted where it is text."""
    file = signature if isinstance(signature, bytes) else b""
    data = {} if isinstance(signature, bytes) else {"signature": signature}
    answer = await browser.post(f"{place}/sign", data=data, files={"file": ("a.sig", file)})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def test_the_page_gives_the_file_and_the_command_and_takes_the_signature(visitors: Visitors, place: str) -> None:
    browser = await visitors.browser(RIVER)
    revision = await read(browser, f"{W}/water/revisions/1?network=river")
    assert f'href="{place}/sign"' in revision
    page = html.unescape(await read(browser, f"{place}/sign"))
    file = await browser.get(f"{place}/statement")
    name = f"{SLUG}-water-river.json"
    assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert f"ssh-keygen -Y sign -n drafting -f ~/.ssh/id_ed25519 {name}" in page
    assert file.text in page  # byte for byte, with its line feed
    assert json.loads(file.content)["position"]["network"] == "river"
    await sign(browser, place, ssh_signature(KEY, file.content).encode(), 303)
    page = await read(browser, f"{place}/sign")
    assert fingerprint(blob(KEY)) in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert (await visitors.coalition.state()).offline_keys == {place.rpartition("/")[2]: fingerprint(blob(KEY))}
    assert "signed already" in await sign(browser, place, ssh_signature(OTHER, file.content), 409)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda file: "", "BEGIN SSH SIGNATURE"),
        (lambda file: file.decode(), "BEGIN SSH SIGNATURE"),
        (lambda file: "x" * 70_000, None),
        (lambda file: ssh_signature(KEY, file)[:200], "This is no signature"),
        (lambda file: ssh_signature(KEY, file, b"file"), "for another purpose"),
        (lambda file: ssh_signature(KEY, file.strip()), "over other words"),
        (lambda file: ssh_signature(KEY, file.replace(b"consent", b"objection")), "over other words"),
        (lambda file: ssh_signature(OTHER, file), "not on your account"),
        (lambda file: ssh_signature(KEY, file).replace("\n", "\r\n"), ""),
        (lambda file: "\n  " + ssh_signature(KEY, file) + "\n", ""),
    ],
    ids=[
        "nothing",
        "the file itself",
        "much",
        "cut off",
        "namespace",
        "line feed",
        "other words",
        "key",
        "crlf",
        "space",
    ],
)
async def test_what_is_wrong_with_a_signature_is_said_and_nothing_is_recorded(
    visitors: Visitors, place: str, made, said: str | None
) -> None:
    browser = await visitors.browser(RIVER)
    await add(browser, public(KEY))
    signature = made((await browser.get(f"{place}/statement")).content)
    for given in (signature, signature.encode()) if said else (signature,):
        answer = await sign(browser, place, given, 303 if said == "" else 413 if said is None else 422)
        assert (said or "") in answer
        assert bool((await visitors.coalition.state()).offline_keys) is (said == "")


async def test_a_key_is_added_with_a_letter_and_ended(visitors: Visitors, place: str) -> None:
    browser = await visitors.browser(RIVER)
    file = (await browser.get(f"{place}/statement")).content
    await add(browser, public(KEY))
    letter = visitors.coalition.fakes.mail.sent[-1]
    assert fingerprint(blob(KEY)) in letter.body
    page = await read(browser, "/en/account")
    assert fingerprint(blob(KEY)) in page
    assert "river@laptop" not in page
    assert "on an account already" in await add(browser, public(KEY, ""), 409)
    end = re.search(r"/en/account/keys/\w+/end", page)
    assert end is not None
    assert (await (await visitors.browser(SALT)).post(end[0])).status_code == 404
    assert (await browser.post(end[0])).status_code == 303
    assert "ended on" in await read(browser, "/en/account")
    assert "that you ended" in await sign(browser, place, ssh_signature(KEY, file), 422)
    await add(browser, public(OTHER))
    await sign(browser, place, ssh_signature(OTHER, file), 303)


async def test_nobody_signs_with_somebody_elses_key(visitors: Visitors, place: str) -> None:
    await add(await visitors.browser(SALT), public(KEY))
    browser = await visitors.browser(RIVER)
    file = (await browser.get(f"{place}/statement")).content
    assert "not on your account" in await sign(browser, place, ssh_signature(KEY, file), 422)
    salt = await visitors.browser(SALT)
    for address in ("sign", "statement"):
        assert (await salt.get(f"{place}/{address}")).status_code == 403
    assert (await salt.post(f"{place}/sign", files={"file": ("a", b"x")})).status_code == 403


async def test_whoever_adds_somebody_elses_key_first_keeps_nobody_from_it(visitors: Visitors, place: str) -> None:
    """Public keys stand in the log and on many sites, and adding one proves nothing."""
    squatter, browser = await visitors.browser(SALT), await visitors.browser(RIVER)
    await add(squatter, public(KEY))
    await add(browser, public(KEY))
    file = (await browser.get(f"{place}/statement")).content
    await sign(browser, place, ssh_signature(KEY, file), 303)
    page = await read(browser, f"{place}/sign")
    assert (await visitors.ports.accounts.names([RIVER]))[RIVER] in page
    assert (await visitors.ports.accounts.names([SALT]))[SALT] not in page.partition("<main")[2]


async def test_nobody_is_named_for_a_key_that_they_added_after_somebody_else_signed_with_it(
    visitors: Visitors, place: str
) -> None:
    browser = await visitors.browser(RIVER)
    file = (await browser.get(f"{place}/statement")).content
    await sign(browser, place, ssh_signature(KEY, file), 303)
    await add(await visitors.browser(SALT), public(KEY))
    page = await read(browser, f"{place}/sign")
    assert (await visitors.ports.accounts.names([SALT]))[SALT] not in page.partition("<main")[2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no public key"),
        ("ssh-ed25519", "no public key"),
        ("ssh-ed25519 AAAA", "no public key"),
        ("ssh-ed25519 ÄÄÄÄ", "no public key"),
        (public(KEY, "")[:-4], "no public key"),
        ("ssh-ed25519 " + base64.b64encode(blob(KEY) + b"x").decode(), "no public key"),
        ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== me", "another type"),
        ("ecdsa-sha2-nistp256 AAAA", "another type"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----", "private key"),
    ],
)
async def test_what_is_no_key_is_said_and_a_private_one_is_not_shown_again(
    visitors: Visitors, line: str, said: str
) -> None:
    page = await add(await visitors.browser(RIVER), line, 422)
    assert said in page
    assert "b3BlbnNzaC1rZXk" not in page


async def test_acts_on_keys_need_a_recent_sign_in(visitors: Visitors, place: str) -> None:
    browser = await visitors.browser(RIVER)
    file = (await browser.get(f"{place}/statement")).content
    visitors.coalition.fakes.clock.step(hours=13)
    assert (await browser.post("/en/account/keys", data={"public": public(KEY)})).status_code == 401
    answer = await browser.post(f"{place}/sign", files={"file": ("a.sig", ssh_signature(KEY, file).encode())})
    assert answer.status_code == 401
    assert (await visitors.coalition.state()).offline_keys == {}


async def test_keys_are_facts_of_the_platforms_ledger(visitors: Visitors) -> None:
    browser = await visitors.browser(RIVER)
    await add(browser, public(KEY))
    entries = await visitors.ports.ledger.read("_platform", 0)
    (key,) = fold_directory(Directory(), entries).keys.values()
    assert (key.account, key.public, key.is_live) == (RIVER, public(KEY, ""), True)
    assert key.since - visitors.ports.clock.now() == timedelta(0)
