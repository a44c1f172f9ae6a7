"""Signing by program: the same answer for everybody, links that work once, a public list and its ledger."""

import json
from pathlib import Path

import pytest

from drafting.domain.signatures import SignatureState
from tests.actions.coalition import SLUG
from tests.web.signing import SIGNATURES, OpenEdition, open_edition


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def test_the_whole_way(edition: OpenEdition) -> None:
    assert await edition.ask(affiliation="School 7", place="Dakar") == {}
    token = edition.secret()
    confirmed = await edition.post("confirm", 200, token=token)
    assert (confirmed["status"], confirmed["index"]) == ("confirmed", 1)
    assert (await edition.post("confirm", 410, token=token))["code"] == "link_used"
    public = (await edition.client.get(SIGNATURES)).json()
    assert public["count"] == {"people": 1, "organisations": 0}
    (item,) = public["items"]
    assert (item["name"], item["affiliation"], item["place"]) == ("Amina Said", "School 7", "Dakar")
    assert item["commitment"] == confirmed["commitment"]
    whole = (await edition.client.get(f"/api/v1/declarations/{SLUG}/editions/1")).json()
    assert whole["signatures"] == {"people": 1, "organisations": 0}
    own = await edition.post("read", 200, token=token)
    assert (own["address"], own["ledger"]["index"]) == ("amina@people.example", 1)
    assert await edition.post("withdraw", 200, token=token, erase=True) == {"status": "withdrawn", "erased": True}
    assert (await edition.client.get(SIGNATURES)).json() == {
        "count": {"people": 0, "organisations": 0},
        "on_paper": {"people": 0, "organisations": 0},
        "countries": [],
        "items": [],
        "signing": {"state": "open", "closes": None},
        "next": None,
    }
    await edition.post("read", 410, token=token)


async def test_known_and_unknown_addresses_get_the_same_answer(edition: OpenEdition) -> None:
    await edition.ask()
    await edition.post("confirm", 200, token=edition.secret())
    assert await edition.ask(address="AMINA+again@people.example") == await edition.ask(address="new@people.example")


async def test_an_organisation_awaits_its_second_contact(edition: OpenEdition) -> None:
    await edition.ask(kind="organisation", name="Well Keepers", second_contact="board@keepers.example")
    assert (await edition.post("confirm", 200, token=edition.secret()))["status"] == "awaiting_second"
    assert (await edition.post("confirm", 200, token=edition.secret()))["status"] == "confirmed"
    count = (await edition.client.get(SIGNATURES)).json()["count"]
    assert count == {"people": 0, "organisations": 1}


async def test_initials_show_nothing_else(edition: OpenEdition) -> None:
    await edition.ask(shown="initials", affiliation="School 7", role="Teacher", place="Dakar")
    await edition.post("confirm", 200, token=edition.secret())
    (item,) = (await edition.client.get(SIGNATURES)).json()["items"]
    assert [item[key] for key in ("name", "affiliation", "role", "place")] == ["A. S.", "", "", ""]


@pytest.mark.parametrize("changes", [{"shown": "count"}, {"consents": {}}])
async def test_who_does_not_want_to_be_shown_is_counted(edition: OpenEdition, changes: dict[str, object]) -> None:
    await edition.ask(**changes)
    await edition.post("confirm", 200, token=edition.secret())
    public = (await edition.client.get(SIGNATURES)).json()
    assert (public["count"]["people"], public["items"]) == (1, [])


async def test_the_list_goes_on(edition: OpenEdition) -> None:
    for n in range(5):
        await edition.ask(address=f"p{n}@people.example", name=f"Person {n}")
        await edition.post("confirm", 200, token=edition.secret())
    names, path = [], f"{SIGNATURES}?limit=2"
    while path:
        part = (await edition.client.get(path)).json()
        names += [item["name"] for item in part["items"]]
        path = part["next"]
    assert names == [f"Person {n}" for n in range(5)]


async def test_the_ledger_is_public_and_holds_nobody(edition: OpenEdition) -> None:
    await edition.ask()
    await edition.post("confirm", 200, token=edition.secret())
    answer = await edition.client.get(f"/api/v1/declarations/{SLUG}/signatures/ledger")
    (entry,) = [json.loads(line) for line in answer.text.splitlines()]
    assert entry["kind"] == "signatory:signature:confirm"
    assert "mina" not in answer.text.lower()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Amina\u202e"}, "invisible"),
        ({"name": "—"}, "name"),
        ({"address": "nowhere"}, "name@example.org"),
        ({"name": "x" * 5000}, ""),
    ],
)
async def test_bad_input_is_named(edition: OpenEdition, changes: dict[str, object], words: str) -> None:
    problem = await edition.ask(422, **changes)
    assert (problem["code"], problem["field"]) == ("bad_input", next(iter(changes)))
    assert words in problem["detail"]


async def test_one_address_line_cannot_ask_without_end(tmp_path: Path) -> None:
    edition = await open_edition(tmp_path, signatures_an_hour=15)
    for n in range(3):
        await edition.ask(address=f"p{n}@people.example")
    assert (await edition.ask(429, address="p4@people.example"))["code"] == "too_many"
    edition.coalition.fakes.clock.step(hours=1)
    await edition.ask(address="p5@people.example")


async def test_a_proxy_in_front_is_not_counted(tmp_path: Path) -> None:
    edition = await open_edition(tmp_path, address="127.0.0.1", signatures_an_hour=1)
    for n in range(3):
        await edition.ask(address=f"p{n}@people.example")
    prefixes = {signature.prefix for signature in edition.coalition.fakes.signatures.by_id.values()}
    assert prefixes == {""}


async def test_a_proxy_says_for_whom_it_asks_where_the_operator_lets_it(tmp_path: Path) -> None:
    edition = await open_edition(tmp_path, address="127.0.0.1", client_header="X-Real-IP")
    edition.client.headers["x-real-ip"] = "2001:db8:1:2::3"
    await edition.ask()
    (signature,) = edition.coalition.fakes.signatures.by_id.values()
    assert signature.prefix == "2001:db8:1::/48"


async def test_a_proxy_on_another_machine_says_so_where_the_operator_names_it(tmp_path: Path) -> None:
    proxies = ("192.0.2.9", "10.0.0.0/24")
    edition = await open_edition(
        tmp_path, address="10.0.0.7", signatures_an_hour=1, client_header="X-Real-IP", proxies=proxies
    )
    for n in range(3):
        edition.client.headers["x-real-ip"] = f"198.51.{n}.1"
        await edition.ask(address=f"p{n}@people.example")
    prefixes = {signature.prefix for signature in edition.coalition.fakes.signatures.by_id.values()}
    assert prefixes == {f"198.51.{n}.0/24" for n in range(3)}


async def test_nobody_else_says_so(tmp_path: Path) -> None:
    edition = await open_edition(tmp_path, client_header="X-Real-IP")
    edition.client.headers["x-real-ip"] = "198.51.100.9"
    await edition.ask()
    (signature,) = edition.coalition.fakes.signatures.by_id.values()
    assert signature.prefix == "203.0.113.0/24"


async def test_only_a_prefix_of_the_network_is_kept(edition: OpenEdition) -> None:
    await edition.ask()
    (signature,) = edition.coalition.fakes.signatures.by_id.values()
    assert (signature.prefix, signature.state) == ("203.0.113.0/24", SignatureState.PENDING)


async def test_what_is_not_released_cannot_be_signed_or_listed(edition: OpenEdition) -> None:
    missing = SIGNATURES.replace("/1/", "/7/")
    assert (await edition.client.get(missing)).status_code == 404
    assert (await edition.client.post(missing, json={})).status_code == 422
