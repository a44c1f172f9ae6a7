"""Settings: bounds, origins, and that each is documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from drafting.settings import PREFIX, SettingRefused, Settings

ROOT = Path(__file__).parent.parent


def test_every_setting_is_documented_with_its_default_and_its_bounds() -> None:
    page = (ROOT / "docs" / "operators.md").read_text("utf-8")
    rows = {
        name: rest for name, *rest in re.findall(r"^\| `(DRAFTING_\w+)` \| (.*?) \| (.*?) ?\| (.*) \|$", page, re.M)
    }
    assert set(rows) == {PREFIX + f.name.upper() for f in fields(Settings)}
    for f in fields(Settings):
        default = {(): "", False: "0", True: "1"}.get(f.default, str(f.default))
        bounds = "" if f.metadata["least"] is None else f"{f.metadata['least']}–{f.metadata['most']}"
        assert rows[PREFIX + f.name.upper()] == [f"`{default}`" if default else "–", bounds, f.metadata["text"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "x"), ("PORT", "٣"), ("BODY_BYTES", "1"), ("DEMO", "maybe"), ("LOG", "loud"),
     ("RELAY", "redis://localhost"), ("ORIGIN", "example.org"), ("ORIGIN", "https://example.org/path")],
)  # fmt: skip
def test_wrong_values_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=f"DRAFTING_{name}="):
        Settings.from_environment({PREFIX + name: value})


@pytest.mark.parametrize("relay", ["http://h", "redis://", "redis://h:x/0", "redis://:secret@h:99999", "redis://h/a"])
def test_a_relay_has_an_address_that_is_not_repeated(relay: str) -> None:
    with pytest.raises(SettingRefused, match="DRAFTING_RELAY=") as refused:
        Settings.from_environment({PREFIX + "RELAY": relay, PREFIX + "DATABASE": "postgresql://h/d"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("relay", ["redis://h", "redis://h:6379/1", "rediss://name:word@h:1", "unix:///run/redis.sock"])
def test_a_relay_needs_postgresql(relay: str) -> None:
    whole = {PREFIX + "RELAY": relay, PREFIX + "DATABASE": "postgresql://h/d"}
    assert Settings.from_environment(whole).relay == relay
    with pytest.raises(SettingRefused, match="needs DRAFTING_DATABASE"):
        Settings.from_environment({PREFIX + "RELAY": relay})


def test_proxies_are_addresses_or_networks() -> None:
    for good in ("10.0.0.5", "10.0.0.0/24, 2001:db8::/64", ""):
        Settings.from_environment({PREFIX + "PROXIES": good})
    with pytest.raises(SettingRefused, match="not like 10"):
        Settings.from_environment({PREFIX + "PROXIES": "10.0.0.5 proxy.internal"})


def test_values_are_read() -> None:
    read = Settings.from_environment(
        {"DRAFTING_DATA": "/srv", "DRAFTING_OPERATORS": "a@b.c, d@e.f", "DRAFTING_DEMO": "1", "OTHER": "x"}
    )
    assert read.data == Path("/srv")
    assert read.operators == ("a@b.c", "d@e.f")
    assert read.is_demonstration
    assert read.base == "http://localhost:8000"
    assert read.limits["port"] == 8000


def test_origins_are_compared_exactly() -> None:
    settings = Settings(origin="https://example.org")
    assert settings.is_own_origin("https://example.org", "example.org")
    for other in ("https://example.org:443", "https://example.org.evil", "http://example.org", "null", ""):
        assert not settings.is_own_origin(other, "example.org")
    assert not Settings().is_own_origin("http://localhost:8001", "localhost:8000")
