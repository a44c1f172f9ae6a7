"""Mail servers that are down, slow, refuse or hang up: every letter arrives once, and nobody is bothered for ever."""

import asyncio
import datetime
import ipaddress
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import CannotSave
from drafting.stores.mail import courier as couriers
from drafting.stores.mail.carriers import Parcel
from drafting.stores.mail.courier import PAUSES, REFUSES_ALL, RESTS, Courier
from drafting.stores.mail.outbox import GIVES_UP_AFTER, LEASE, Fault, Outbox
from drafting.stores.mail.pace import Bucket
from drafting.stores.mail.smtp import SmtpServer
from drafting.stores.opening import Stores
from tests.processes import find_free_port
from tests.stores.conftest import Hands
from tests.stores.post import ALL, Post, open_for
from tests.stores.test_signatures import asked, signature

Hire = Callable[..., Courier]


@pytest.fixture
async def hire(stores: Stores, clock: Hands) -> AsyncIterator[Hire]:
    """A courier to the server at a port."""
    made: list[Courier] = []

    def courier(port: int, security: str = "none", bucket: Bucket | None = None) -> Courier:
        server = SmtpServer("127.0.0.1", port, security=security)
        made.append(Courier(stores.mail, server, clock, bucket=bucket))
        return made[-1]

    yield courier
    for one in made:
        await one.close()


def letters(count: int) -> list[Letter]:
    return [Letter(f"p{n}@people.example", "Subject", "Body\n") for n in range(count)]


def addresses(count: int) -> list[str]:
    return sorted(letter.to for letter in letters(count))


def as_once(post: Post) -> list[str]:
    """The recipients, each letter of whom was taken once."""
    assert len({name for _, name in post.taken}) == len(post.taken)
    return post.recipients()


async def until_empty(stores: Stores, clock: Hands, courier: Courier) -> None:
    """As the endless worker would: look again when the next letter is due, or the server has rested."""
    for _ in range(50):
        await courier.deliver()
        if not await stores.mail.waiting(1):
            return
        clock.time += RESTS[-1]
    raise AssertionError("letters wait for ever")


async def test_a_server_that_was_down_gets_every_letter_once(stores: Stores, clock: Hands, hire: Hire) -> None:
    port = find_free_port()
    courier = hire(port)
    for letter in letters(30):
        await stores.mail.send([letter], clock.now())
        assert await courier.deliver() == 0
        clock.forward(minutes=2)
    assert (await stores.mail.outlook(clock.now())).minutes is None
    clock.time += RESTS[-1]
    with open_for(Post(), port) as post:
        assert await courier.deliver() == 30
        assert await courier.deliver() == 0
    assert as_once(post) == addresses(30)
    assert (await stores.mail.outlook(clock.now())).minutes == 0


async def test_a_slow_server_gets_several_at_once_over_connections_that_stay(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    await stores.mail.send(letters(20), clock.now())
    with open_for(Post(together=couriers.AT_ONCE)) as post:
        assert await hire(post.port).deliver() == 20
    assert as_once(post) == addresses(20)
    assert len(post.sessions) == couriers.AT_ONCE


async def test_a_mailbox_that_is_refused_is_asked_once_and_marks_the_signature(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    wrong = signature(clock, "wrong", "no@people.example")
    await stores.signatures.request(asked(wrong), clock.now())
    await stores.signatures.request(asked(signature(clock, "right", "yes@people.example")), clock.now())
    with open_for(Post(refuses={"no@people.example": "550 5.1.1 <no@people.example> is unknown here"})) as post:
        courier = hire(post.port)
        assert await courier.deliver() == 1
        clock.time += GIVES_UP_AFTER
        assert await courier.deliver() == 0
    assert post.asked["no@people.example"] == 1
    assert post.recipients() == ["yes@people.example"]
    assert (await stores.signatures.get("wrong")).bounced is not None
    assert (await stores.signatures.get("right")).bounced is None
    (given_up,) = await stores.mail.given_up()
    assert given_up.fault is Fault.BOUNCED


async def test_what_the_server_repeats_of_an_address_is_not_kept_in_the_clear(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    await stores.mail.send([Letter("planted@people.example", "s", "b")], clock.now())
    with open_for(Post(refuses={ALL: "550 5.1.1 <planted@people.example> is unknown here"})) as post:
        await hire(post.port).deliver()
    (given_up,) = await stores.mail.given_up()
    assert "planted@people.example" in given_up.error
    async with stores.database.reading() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM letters")).all()
    assert "planted" not in str(rows)


async def test_a_policy_of_the_server_is_no_fault_of_the_mailbox(stores: Stores, clock: Hands, hire: Hire) -> None:
    await stores.signatures.request(asked(signature(clock, "s", "p0@people.example")), clock.now())
    with open_for(Post(refuses={ALL: "550 5.7.1 this network is not welcome"})) as post:
        courier = hire(post.port)
        assert await courier.deliver() == 0
        post.refuses.clear()
        clock.time += PAUSES[0]
        assert await courier.deliver() == 1
    assert (await stores.signatures.get("s")).bounced is None


async def test_a_server_that_refuses_all_for_now_is_left_alone_and_gets_all_later(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    await stores.mail.send(letters(60), clock.now())
    with open_for(Post(refuses={ALL: "451 4.3.0 later"})) as post:
        courier = hire(post.port)
        assert await courier.deliver() == 0
        assert sum(post.asked.values()) < REFUSES_ALL + couriers.AT_ONCE
        for _ in range(5):
            assert await courier.deliver() == 0
        assert sum(post.asked.values()) < REFUSES_ALL + couriers.AT_ONCE
        clock.time += RESTS[0]
        before = sum(post.asked.values())
        assert await courier.deliver() == 0
        assert sum(post.asked.values()) == before + 1
        post.refuses.clear()
        await until_empty(stores, clock, courier)
    assert as_once(post) == addresses(60)


async def test_a_letter_that_is_put_off_waits_longer_each_time_and_not_for_ever(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    await stores.mail.send(letters(1), clock.now())
    pauses = []
    with open_for(Post(refuses={ALL: "450 4.2.0 grey"})) as post:
        courier = hire(post.port)
        await courier.deliver()
        while (due := await stores.mail.next_due()) is not None:
            pauses.append(due - clock.now())
            clock.time = due
            await courier.deliver()
    assert tuple(pauses[: len(PAUSES)]) == PAUSES
    assert set(pauses[len(PAUSES) :]) == {PAUSES[-1]}
    (given_up,) = await stores.mail.given_up()
    assert given_up.fault is Fault.LATE


async def test_a_server_that_hangs_up_in_the_middle_gets_every_letter_once(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    await stores.mail.send(letters(25), clock.now())
    with open_for(Post(hangs_up=7)) as post:
        await until_empty(stores, clock, hire(post.port))
    assert as_once(post) == addresses(25)


async def test_a_server_that_hangs_up_before_it_says_so_gets_the_same_letter_again(
    stores: Stores, clock: Hands, hire: Hire
) -> None:
    """Nobody can know; the Message-ID tells the second one from a new letter."""
    await stores.mail.send(letters(1), clock.now())
    with open_for(Post(forgets_to_say=1)) as post:
        await until_empty(stores, clock, hire(post.port))
    assert len(post.taken) == 2
    assert len(set(post.taken)) == 1


async def test_a_kept_connection_that_ended_meanwhile_costs_nothing(stores: Stores, clock: Hands, hire: Hire) -> None:
    port = find_free_port()
    courier = hire(port)
    await stores.mail.send(letters(1), clock.now())
    with open_for(Post(), port):
        assert await courier.deliver() == 1
    await stores.mail.send(letters(1), clock.now())
    with open_for(Post(), port) as post:
        assert await courier.deliver() == 1
    assert as_once(post) == addresses(1)


def certificate(folder: Path) -> Path:
    """For 127.0.0.1, trusted by nobody; with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[Post, Path]]:
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with open_for(Post(), tls=context) as post:
        yield post, file


async def test_starttls_reaches_the_server_that_was_meant_and_no_other(
    stores: Stores, clock: Hands, hire: Hire, encrypted: tuple[Post, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    post, file = encrypted
    await stores.mail.send(letters(2), clock.now())
    courier = hire(post.port, "starttls")
    assert await courier.deliver() == 0
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    clock.time += RESTS[-1]
    assert await courier.deliver() == 2
    assert post.encrypted == [True, True]


async def test_no_more_leave_than_the_bucket_lets_out(stores: Stores, clock: Hands, hire: Hire) -> None:
    await stores.mail.send(letters(20), clock.now())
    with open_for(Post()) as post:
        courier = hire(post.port, bucket=Bucket(60))
        counts = []
        for _ in range(4):
            counts.append(await courier.deliver())
            clock.forward(seconds=4)
    assert counts == [5, 4, 4, 4]


class Held:
    """A carrier whose hands are full until it is let go."""

    def __init__(self) -> None:
        self.carried: list[Parcel] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def carry(self, parcel: Parcel) -> None:
        self.begun.set()
        self.go.wait()
        self.carried.append(parcel)

    def close(self) -> None:
        return


async def test_what_is_handed_over_when_the_server_stops_is_marked_and_the_rest_stays(
    stores: Stores, clock: Hands
) -> None:
    await stores.mail.send(letters(10), clock.now())
    held = Held()
    courier = Courier(stores.mail, held, clock, at_once=2)
    working = asyncio.create_task(courier.work())
    await asyncio.to_thread(held.begun.wait)
    working.cancel()
    held.go.set()
    await courier.close()
    assert await stores.mail.waiting(100) == 10 - len(held.carried)
    assert len(await stores.mail.lease(clock.now(), 100)) == 10 - len(held.carried)


async def test_a_letter_that_left_is_marked_once_the_database_is_back(
    stores: Stores, clock: Hands, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "MARK_SECONDS", 0)
    failures = [CannotSave("away"), CannotSave("away")]
    delivered = Outbox.delivered

    async def fails_at_first(outbox: Outbox, parcel: Parcel) -> None:
        if failures:
            raise failures.pop()
        await delivered(outbox, parcel)

    monkeypatch.setattr(Outbox, "delivered", fails_at_first)
    await stores.mail.send(letters(1), clock.now())
    with open_for(Post()) as post:
        assert await hire(post.port).deliver() == 1
    assert await stores.mail.waiting(1) == 0
    assert as_once(post) == addresses(1)


def killed_in_the_middle(post: Post, url: str, data: Path) -> None:
    command = [sys.executable, "-m", "tests.stores.carrying", url, str(data), str(post.port)]
    with subprocess.Popen(command) as carrying:
        assert post.told.wait(60)
        carrying.kill()


async def test_a_courier_that_is_killed_repeats_no_more_than_what_was_under_way(
    stores: Stores, clock: Hands, database_url: str, hire: Hire, tmp_path: Path
) -> None:
    await stores.mail.send(letters(60), clock.now())
    with open_for(Post(tells_at=20)) as post:
        await asyncio.to_thread(killed_in_the_middle, post, database_url, tmp_path / "data")
        clock.time += LEASE
        await until_empty(stores, clock, hire(post.port))
    assert sorted({*post.recipients()}) == addresses(60)
    assert len(post.taken) - 60 <= couriers.AT_ONCE
    assert len({*post.taken}) == 60
