"""Signed notes as others write and read them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.notes import (
    COSIGNATURE,
    Checkpoint,
    Key,
    Note,
    NoteInvalid,
    Signature,
    cosignature,
    cosigned_message,
    cosigners,
    read_checkpoint,
    read_key,
    read_note,
    signer,
)
from drafting.stores.secrets.signing_keys import SigningKey, is_signed

# The example with which Go's package for signed notes tests itself.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
LOG, WITNESS = SigningKey(b"l" * 32), SigningKey(b"w" * 32)
LOG_KEY = Key("declare.example/d/wells/log", LOG.public)
WITNESS_KEY = Key("river.example/witness", WITNESS.public, COSIGNATURE)
HEAD = Checkpoint(LOG_KEY.name, 20, bytes(range(32)))


def signed(head: Checkpoint = HEAD) -> Note:
    line = Signature(LOG_KEY.name, LOG_KEY.id, LOG.sign(head.body.encode()))
    witnessed = cosignature(WITNESS_KEY, 1_700_000_000, WITNESS.sign(cosigned_message(head.body, 1_700_000_000)))
    return Note(head.body, (line, witnessed))


def test_a_note_of_somebody_else_is_read_and_believed() -> None:
    key = read_key(NEUMANN)
    assert signer(read_note(SAYING), [key], is_signed) == key
    assert key.line == NEUMANN
    assert read_note(SAYING).to_bytes() == SAYING
    assert signer(read_note(SAYING.replace(b"answer", b"anzwer")), [key], is_signed) is None


def test_a_checkpoint_is_signed_and_cosigned() -> None:
    note = read_note(signed().to_bytes())
    assert read_checkpoint(note.body) == HEAD
    assert signer(note, [WITNESS_KEY, LOG_KEY], is_signed) == LOG_KEY
    assert [(c.key, c.time) for c in cosigners(note, [LOG_KEY, WITNESS_KEY], is_signed)] == [
        (WITNESS_KEY, 1_700_000_000)
    ]
    assert read_key(WITNESS_KEY.line) == WITNESS_KEY


def test_a_key_under_another_name_has_signed_nothing() -> None:
    other = Key("other.example/d/wells/log", LOG.public)
    assert signer(signed(), [other], is_signed) is None
    assert cosigners(signed(), [Key("salt.example/witness", WITNESS.public, COSIGNATURE)], is_signed) == []


@given(st.integers(0), st.integers(1, 255))
def test_no_byte_of_a_note_can_be_another(place: int, change: int) -> None:
    data = bytearray(signed().to_bytes())
    data[place % len(data)] ^= change
    try:
        note = read_note(bytes(data))
    except NoteInvalid:
        return
    assert signer(note, [LOG_KEY], is_signed) is None or not cosigners(note, [WITNESS_KEY], is_signed)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"words\n",
        b"words\n\n",
        b"words\n\nno dash\n",
        "words\n\n— name\n".encode(),
        "words\n\n— name AAAA\n".encode(),
        "words\n\n— name AAAAAAAA=\n".encode(),
        "words\n\n— na+me AAAAAAAAAAA=\n".encode(),
        "words\n\n— name AAAAAAAAAAA= more\n".encode(),
        "words\n\n— name AAAAAAAAAAA=".encode(),
        "wor\tds\n\n— name AAAAAAAAAAA=\n".encode(),
        b"words\n\n\xff\n",
        ("words\n\n" + "— name AAAAAAAAAAA=\n" * 101).encode(),
    ],
)
def test_what_is_no_note(data: bytes) -> None:
    with pytest.raises(NoteInvalid):
        read_note(data)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n20\nAA==\n",
        "log\n20\n",
        "log\n020\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n99999999999999999999\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n20\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "log\n20\nnonsense\n",
    ],
)
def test_what_is_no_checkpoint(body: str) -> None:
    with pytest.raises(NoteInvalid):
        read_checkpoint(body)


@pytest.mark.parametrize("line", ["", "name", NEUMANN.replace("c74", "c75"), "a b+00000000+AAAA", NEUMANN[:-4]])
def test_what_is_no_key(line: str) -> None:
    with pytest.raises(NoteInvalid):
        read_key(line)
