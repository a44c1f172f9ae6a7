"""What devices hand back is read strictly: each type of key agrees, and whatever is wrong with it has a name."""

import base64
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.cbor import CborInvalid, read_one
from drafting.domain.passkeys import agreed_by, assertion_data
from drafting.domain.statements import position_statement
from drafting.domain.webauthn import (
    MOST_OPENED,
    Agreed,
    PasskeyMisfit,
    PasskeyUnfit,
    check_assertion,
    public_key,
    read_base64url,
    read_client_data,
    read_registration,
)
from drafting.stores.secrets.signing_keys import is_signed
from tests.device import KINDS, ORIGIN, UP, UV, Device, cbor, client_data

FILE = b'{"format":"drafting position 1"}\n'
POSITION = {
    "id": "p", "network": "river", "section": "water", "kind": "consent", "target_digest": "sha256:0",
    "read_locale": "en", "read_digest": "sha256:0", "authority": "mandated", "statement": None, "harms": "",
    "remedy": "", "until": None,
}  # fmt: skip


def refused(misfit: PasskeyMisfit, run: object, *given: object) -> None:
    with pytest.raises(PasskeyUnfit) as raised:
        run(*given)  # type: ignore[operator]
    assert raised.value.misfit is misfit


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_of_key_registers_and_agrees(kind: str) -> None:
    device = Device(kind)
    client, attestation = device.register("challenge")
    made = read_registration(read_client_data(client), attestation)
    assert (read_base64url(made.credential), made.public, made.counter) == (device.credential, device.public, 0)
    assert check_assertion(device.agree(FILE), made.public, FILE, is_signed) == Agreed(ORIGIN, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_no_bit_of_an_assertion_is_free(kind: str) -> None:
    device = Device(kind)
    good = device.agree(FILE)
    for name in ("authenticator", "client", "signature"):
        data = getattr(good, name)
        for place in range(0, len(data), 1 + len(data) // 40):
            changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            with pytest.raises(PasskeyUnfit):
                check_assertion(replace(good, **{name: changed}), device.public, FILE, is_signed)


@pytest.mark.parametrize(
    ("client", "misfit"),
    [
        ({"type": "webauthn.create"}, PasskeyMisfit.FORM),
        ({"challenge": "other"}, PasskeyMisfit.CHALLENGE),
        ({"origin": "https://evil.example"}, PasskeyMisfit.ORIGIN),
        ({"origin": "https://declare.example.evil.example"}, PasskeyMisfit.ORIGIN),
        ({"origin": "https://declare.example/"}, PasskeyMisfit.ORIGIN),
        ({"origin": "null"}, PasskeyMisfit.ORIGIN),
        ({"origin": "android:apk-key-hash:declare.example"}, PasskeyMisfit.ORIGIN),
        ({"crossOrigin": True}, PasskeyMisfit.ORIGIN),
        ({"crossOrigin": 0}, PasskeyMisfit.ORIGIN),
        ({"crossOrigin": None}, PasskeyMisfit.ORIGIN),
        ({"origin": ...}, PasskeyMisfit.FORM),
        ({"challenge": 7}, PasskeyMisfit.FORM),
        ({"more": "x" * 4_000}, PasskeyMisfit.FORM),
        ({"more": "[" * MOST_OPENED}, PasskeyMisfit.FORM),
    ],
)
def test_another_site_other_words_or_another_purpose_do_not_count(client: dict, misfit: PasskeyMisfit) -> None:
    device = Device()
    refused(misfit, check_assertion, device.agree(FILE, **client), device.public, FILE, is_signed)


def test_browsers_may_say_more_and_leave_out_what_is_usual() -> None:
    device = Device()
    for more in ({"crossOrigin": ...}, {"tokenBinding": {"status": "supported"}}, {"n": 10**30}):
        check_assertion(device.agree(FILE, **more), device.public, FILE, is_signed)
    usual = device.agree(FILE).client
    for client in (
        usual.replace(b"{", b'\n{ "type":7, "more":1e999 ,', 1),
        usual.replace(b"declare", b"\\u0064eclare"),
    ):
        check_assertion(device.sign(client), device.public, FILE, is_signed)
    check_assertion(replace(device, origin="http://localhost:8080").agree(FILE), device.public, FILE, is_signed)


@pytest.mark.parametrize("flags", [0, UP, UV, 0xF8])
def test_a_device_that_did_not_ask_who_holds_it_does_not_count(flags: int) -> None:
    device = Device(flags=flags)
    refused(PasskeyMisfit.UNVERIFIED, check_assertion, device.agree(FILE), device.public, FILE, is_signed)
    client, attestation = device.register("challenge")
    refused(PasskeyMisfit.UNVERIFIED, read_registration, read_client_data(client), attestation)


def test_another_key_or_what_is_no_key_does_not_count() -> None:
    device = Device()
    for public in (
        Device(seed=8).public,
        Device("EdDSA").public,
        Device("RS256").public,
        b"",
        b"\x04" * 65,
        b"\0" * 300,
    ):
        refused(PasskeyMisfit.SIGNATURE, check_assertion, device.agree(FILE), public, FILE, is_signed)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"\xff", b"\xef\xbb\xbf{}", b'{"type":NaN}', b"[" * 3_000, b'{"a":"\n"}']
)
def test_what_is_no_client_data_is_refused(text: bytes) -> None:
    refused(PasskeyMisfit.FORM, read_client_data, text)


@pytest.mark.parametrize("text", ["A", "AA=", "AB", "+w", "ä", "A" * 9_000, "AA\n"])
def test_base64url_has_one_form(text: str) -> None:
    refused(PasskeyMisfit.FORM, read_base64url, text)


ES, RSA = Device().cose(), Device("RS256").cose()


@pytest.mark.parametrize(
    "key",
    [
        None, [], {}, {**ES, 3: -35}, {**ES, -1: 2}, {**ES, -2: b"x"}, {**ES, -3: True}, {**ES, 1: 3},
        {1: 1, 3: -8, -1: 6}, {**RSA, -2: b"\x03"}, {**RSA, -1: RSA[-1][:128]}, {**RSA, -1: b"\0" + RSA[-1]},
        {**RSA, -1: b"\1" * 600},
    ],
)  # fmt: skip
def test_keys_of_other_types_are_named(key: object) -> None:
    refused(PasskeyMisfit.TYPE, public_key, key)


def test_a_registration_is_read_to_its_end() -> None:
    device = Device()
    client, good = device.register("challenge")
    said = read_client_data(client)
    for data in (b"", good[:-1], good + b"\0", cbor([]), cbor({"authData": "text"}), cbor({"authData": device.data()})):
        with pytest.raises(PasskeyUnfit):
            read_registration(said, data)
    refused(PasskeyMisfit.FORM, read_registration, read_client_data(client_data("webauthn.get", "c")), good)
    other = Device(origin="https://evil.example").register("challenge")[1]
    refused(PasskeyMisfit.ORIGIN, read_registration, said, other)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    client = read_client_data(client_data("webauthn.create", "c"))
    for run in (read_client_data, partial(read_registration, client)):
        with pytest.raises(PasskeyUnfit):
            run(data)
    try:
        value, rest = read_one(data)
    except CborInvalid:
        return
    assert len(rest) < len(data)
    assert value is None or isinstance(value, int | bytes | str | list | dict)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.integers(-300, 300) | st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES, st.binary(max_size=3))
def test_what_authenticators_write_is_read(value: object, rest: bytes) -> None:
    try:
        assert read_one(cbor(value) + rest) == (value, rest)
    except CborInvalid as error:
        assert "deeply" in str(error)  # noqa: PT017


def test_a_position_is_agreed_to_as_the_ledger_keeps_it() -> None:
    device = Device()
    said = assertion_data(device.public, device.agree(position_statement("wells", POSITION)))
    assert agreed_by("wells", POSITION, said, is_signed) == (said["key"], ORIGIN)
    assert agreed_by("other", POSITION, said, is_signed) is None
    assert agreed_by("wells", {**POSITION, "kind": "objection"}, said, is_signed) is None
    assert agreed_by("wells", {"id": "x"}, said, is_signed) is None
    for name in ("public", "authenticator", "client", "signature"):
        for odd in (None, 7, "", "=", "A" * 7_000, said[name] + "\n", base64.b64encode(b"x").decode()):
            assert agreed_by("wells", POSITION, {**said, name: odd}, is_signed) is None
