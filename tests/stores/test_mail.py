"""Letters: kept at once, carried soon after, once, and again and again until it works."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from drafting.actions.letter_ports import Letter
from drafting.stores.mail.carriers import Carrier, MailFolder, Parcel, WillNeverDeliver
from drafting.stores.mail.carrying import carrier
from drafting.stores.mail.courier import PAUSES, RESTS, Courier
from drafting.stores.mail.outbox import GIVES_UP_AFTER, KEPT_AFTER_GIVING_UP, LEASE, Fault
from drafting.stores.mail.smtp import SmtpServer
from drafting.stores.opening import Stores
from tests.processes import find_free_port
from tests.stores.conftest import Hands
from tests.stores.smtp import Script, listening

LINK = "https://example.org/invitations/" + "a" * 43 + "?" + "x" * 200
BODY = f"¡Hola! ကြိုဆိုပါတယ်\n\n{LINK}\n\n.dots and From\nFrom here\n"
LETTER = Letter("ana@example.org", "Invitación: «Agua»", BODY, "es")

SendTo = Callable[[Carrier], Courier]


@pytest.fixture
async def courier_of(stores: Stores, clock: Hands) -> AsyncIterator[SendTo]:
    made: list[Courier] = []

    def courier(carrier: Carrier) -> Courier:
        made.append(Courier(stores.mail, carrier, clock))
        return made[-1]

    yield courier
    for one in made:
        await one.close()


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def content(message: EmailMessage) -> str:
    text: str = message.get_content()
    return text.replace("\r\n", "\n")


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.exists() else []


async def test_without_smtp_letters_are_files_that_read_as_they_stand(
    stores: Stores, clock: Hands, tmp_path: Path
) -> None:
    await stores.mail.send([LETTER, Letter("bo@example.org", "Two", "2")], clock.now())
    clock.forward(seconds=1)
    await stores.mail.send([Letter("cy@example.org", "Three\r\nBcc: x@example.org", "3")], clock.now())
    assert await stores.courier.deliver() == 3
    assert await stores.courier.deliver() == 0
    first, second, third = files(tmp_path / "data/mail")
    assert first.name == "20261121T093000.123456Z-00000001.eml"
    assert LINK in first.read_text("utf-8").splitlines()
    assert "Subject: Invitación: «Agua»" in first.read_text("utf-8").splitlines()
    assert "¡Hola! ကြိုဆိုပါတယ်" in first.read_text("utf-8").splitlines()
    message = parse(first.read_bytes())
    assert message.get_content() == BODY
    assert (message["To"], message["Content-Language"]) == ("ana@example.org", "es")
    assert message["Date"].datetime == clock.now().replace(microsecond=0) - timedelta(seconds=1)
    assert message["Message-ID"].endswith("@localhost>")
    assert parse(second.read_bytes())["Subject"] == "Two"
    assert parse(third.read_bytes())["Bcc"] is None


async def test_smtp_takes_each_letter_once(stores: Stores, clock: Hands, courier_of: SendTo) -> None:
    await stores.mail.send([LETTER, LETTER], clock.now())
    with listening(Script()) as script:
        courier = courier_of(carrier(f"smtp://127.0.0.1:{script.port}?from=water@example.org", Path()))
        assert await courier.deliver() == 2
        assert await courier.deliver() == 0
    assert len(script.letters) == 2
    message = parse(script.letters[0])
    assert content(message) == BODY
    assert (message["Subject"], message["From"]) == (LETTER.subject, "water@example.org")
    assert LINK.encode() in script.letters[0].splitlines()
    assert parse(script.letters[1])["Message-ID"] != message["Message-ID"]
    assert await stores.mail.next_due() is None


async def test_a_server_that_is_down_gets_the_letters_later(stores: Stores, clock: Hands, courier_of: SendTo) -> None:
    await stores.mail.send([LETTER, LETTER], clock.now())
    port = find_free_port()
    courier = courier_of(SmtpServer("127.0.0.1", port))
    for rest in RESTS[:4]:
        assert await courier.deliver() == 0
        assert await courier.deliver() == 0
        clock.time += rest
    with listening(Script(answers={"connect": ["421 not now"], "DATA": ["451 disk", "250 ok"]}), port) as script:
        assert await courier.deliver() == 0
        clock.time += RESTS[-1]
        assert await courier.deliver() == 1
        clock.time += PAUSES[0]
        assert await courier.deliver() == 1
        clock.time += GIVES_UP_AFTER
        assert await courier.deliver() == 0
    assert len(script.letters) == 2


async def test_a_refused_recipient_does_not_hold_up_the_others(
    stores: Stores, clock: Hands, courier_of: SendTo
) -> None:
    await stores.mail.send([Letter("bad address", "2", "2"), Letter("no@example.org", "1", "1")], clock.now())
    with listening(Script(answers={"RCPT": ["550 no such mailbox"]})) as script:
        courier = courier_of(SmtpServer("127.0.0.1", script.port))
        assert await courier.deliver() == 0
        await stores.mail.send([LETTER], clock.now())
        assert await courier.deliver() == 1
    gone, impossible = sorted(await stores.mail.given_up(), key=lambda given_up: given_up.fault)
    assert (gone.recipient, gone.fault, gone.error) == ("no@example.org", Fault.BOUNCED, "550 no such mailbox")
    assert (impossible.recipient, impossible.fault) == ("bad address", Fault.REFUSED)
    clock.time += GIVES_UP_AFTER + KEPT_AFTER_GIVING_UP + timedelta(seconds=1)
    await stores.courier.deliver()
    assert await stores.mail.given_up() == []


async def test_a_server_without_8bitmime_gets_seven_bits(stores: Stores, clock: Hands, courier_of: SendTo) -> None:
    await stores.mail.send([LETTER], clock.now())
    with listening(Script(extensions=())) as script:
        await courier_of(SmtpServer("127.0.0.1", script.port)).deliver()
    assert script.letters[0].isascii()
    assert content(parse(script.letters[0])) == BODY


async def test_it_gives_up_after_days(stores: Stores, clock: Hands, courier_of: SendTo) -> None:
    await stores.mail.send([LETTER], clock.now())
    courier = courier_of(SmtpServer("127.0.0.1", find_free_port()))
    clock.time += GIVES_UP_AFTER
    await courier.deliver()
    (given_up,) = await stores.mail.given_up()
    assert given_up.recipient == LETTER.to


async def test_of_two_nodes_one_carries_a_letter(stores: Stores, clock: Hands) -> None:
    await stores.mail.send([LETTER] * 5, clock.now())
    leased = await asyncio.gather(*(stores.mail.lease(clock.now(), 2) for _ in range(5)))
    numbers = [parcel.number for parcels in leased for parcel in parcels]
    assert sorted(numbers) == sorted(set(numbers))
    while more := await stores.mail.lease(clock.now()):
        numbers.append(more[0].number)
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    clock.time += LEASE
    assert len(await stores.mail.lease(clock.now(), 10)) == 5


async def test_the_worker_wakes_for_a_letter(stores: Stores, clock: Hands) -> None:
    carried: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    class Shouting:
        def carry(self, parcel: object) -> None:
            loop.call_soon_threadsafe(carried.put_nowait, "carried")

        def close(self) -> None:
            return

    worker = asyncio.create_task(Courier(stores.mail, Shouting(), clock).work())
    await stores.mail.send([LETTER], clock.now())
    await carried.get()
    await stores.mail.send([LETTER], clock.now())
    await carried.get()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker


def test_the_address_of_a_mail_server_says_how_to_speak_to_it() -> None:
    def of(url: str | None) -> object:
        made = vars(carrier(url, Path("mail"), "a@example.org"))
        return {name: made[name] for name in ("_host", "_port", "_security", "_login", "_sender")}

    plain = {"_host": "mx.example.org", "_port": 25, "_security": "none", "_login": None, "_sender": "a@example.org"}
    assert of("smtp://mx.example.org") == plain
    signed = plain | {"_login": ("me@example.org", "p@ss"), "_port": 587, "_security": "starttls"}
    assert of("smtp://me%40example.org:p%40ss@mx.example.org:587") == signed
    assert of("smtp+starttls://me%40example.org:p%40ss@mx.example.org") == signed
    assert of("smtps://me%40example.org:p%40ss@mx.example.org") == signed | {"_port": 465, "_security": "tls"}
    assert of("smtp://localhost?from=b%40example.org") == plain | {"_host": "localhost", "_sender": "b@example.org"}
    assert isinstance(carrier(None, Path("mail")), MailFolder)
    for wrong in ("http://mx.example.org", "mx.example.org", "smtp://"):
        with pytest.raises(ValueError, match="a mail URL starts with"):
            carrier(wrong, Path("mail"))


def test_an_impossible_letter_is_not_tried_again(tmp_path: Path) -> None:
    for to in ("", "two\nlines@example.org", "no address", "a@b, c@d"):
        with pytest.raises(WillNeverDeliver):
            MailFolder(tmp_path).carry(Parcel(1, "id", Hands().now(), 0, Letter(to, "s", "b")))
    assert files(tmp_path) == []


async def test_a_letter_that_can_be_left_says_so_to_mail_programs(
    stores: Stores, clock: Hands, courier_of: SendTo, tmp_path: Path
) -> None:
    """RFC 8058 asks for both headers; an address cut in two by folding would be none."""
    leave = f"https://declare.example/en/sign/leave/{'a' * 43}"
    letter = Letter("ana@example.org", "News", "Words\n", "en", "update", leave)
    await stores.mail.send([letter], clock.now())
    with listening(Script()) as script:
        await courier_of(SmtpServer("127.0.0.1", script.port)).deliver()
    await stores.mail.send([letter, LETTER], clock.now())
    await stores.courier.deliver()
    plain, news = (path.read_bytes().replace(b"\n", b"\r\n") for path in files(tmp_path / "data/mail")[::-1])
    for data in (script.letters[0], news):
        assert f"List-Unsubscribe: <{leave}>".encode() in data.splitlines()
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in data.splitlines()
    assert b"List-Unsubscribe" not in plain
