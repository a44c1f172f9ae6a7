"""Domains as people type them, and mandates as they are kept."""

from datetime import date

import pytest

from drafting.domain.organisations import LONGEST_DOMAIN, Mandate, canonical_domain, mandate_of


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("keepers.example", "keepers.example"),
        ("  WWW.Keepers.Example. ", "www.keepers.example"),
        ("https://keepers.example:8443/about?x=1#y", "keepers.example"),
        ("https://somebody:secret@keepers.example", "keepers.example"),
        ("müller.example", "xn--mller-kva.example"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("ｋｅｅｐｅｒｓ．example", "keepers.example"),
    ],
)
def test_a_domain_has_one_form(typed: str, domain: str) -> None:
    assert canonical_domain(typed) == domain


@pytest.mark.parametrize(
    "typed",
    ["", "keepers", "127.0.0.1", "１２７.0.0.1", "0x7f.1", "2130706433", "[::1]", "http://[::1", "a..b", "-a.example",
     "a b.example", "a_b.example", "router.local", "db.internal", "localhost", "x.onion", "1.0.0.127.in-addr.arpa",
     "a" * 64 + ".example", ".".join(["abcdefgh"] * 30) + ".example", "a.example\x00", "a.example\nb"],
)  # fmt: skip
def test_what_is_no_public_name_is_none(typed: str) -> None:
    assert canonical_domain(typed) == ""


def test_the_longest_domain_leaves_room_for_the_record() -> None:
    longest = ".".join(["a" * 62] * 3 + ["b" * (LONGEST_DOMAIN - 3 * 63)])
    assert canonical_domain(longest) == longest
    assert canonical_domain("c" + longest) == ""


def test_a_mandate_comes_back_from_the_details() -> None:
    mandate = Mandate("The board", date(2026, 11, 20), "We decided.", "en")
    assert mandate_of({"mandate": mandate.to_json()}) == mandate
    assert mandate_of({}) is None
