"""The public lists: each name on its page, as it wants to be shown, and gone when it is taken back."""

import html
import json
import re
from collections.abc import Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from drafting.actions.ports import Ports
from drafting.actions.signing import lists as signature_lists
from drafting.actions.signing.asking import Asked, sign
from drafting.actions.signing.links import confirm_signature, read_signature, withdraw_signature
from drafting.actions.signing.lists import Lister
from drafting.actions.signing.logos import put_logo
from drafting.actions.signing.moderation import Reason, admit_network, dismiss_network, invalidate, restore
from drafting.domain.events import Entry, Event, Kind
from drafting.domain.signatures import stream_of
from drafting.publishing.making.logos import Logos
from drafting.publishing.signature_lists import StaticLists
from tests.actions.coalition import SLUG, Coalition
from tests.actions.test_publication import agreed, release
from tests.actions.test_signing import organisation, person, released, secret_in


class Listed:
    """A released edition with its lists."""

    def __init__(self, coalition: Coalition, public: Path) -> None:
        self.coalition = coalition
        self.folder = public / "d" / SLUG / "1" / "signatures"
        self.ports: Ports = coalition.fakes.ports(
            lists=StaticLists(public, erasures=public / "erasures"), pictures=Logos(longest=100_000, pixels=100_000)
        )
        self.lister = Lister(self.ports)

    async def sign(self, asked: Asked) -> str:
        """Ask and confirm with everybody who has to; the signatory's link."""
        await sign(self.ports, slug=SLUG, n=1, asked=asked)
        own = secret_in(self.coalition.fakes.mail.sent[-1])
        signature = await confirm_signature(self.ports, own)
        if signature.awaits_second:
            await confirm_signature(self.ports, secret_in(self.coalition.fakes.mail.sent[-1]))
        return own

    def read(self, name: str) -> str:
        return html.unescape((self.folder / name).read_text())

    def count(self) -> object:
        return json.loads(self.read("index.json"))["count"]

    def names(self, page: int) -> list[str]:
        return [item["name"] for item in json.loads(self.read(f"{page}.json"))["items"]]


@pytest.fixture
async def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listed:
    monkeypatch.setattr(signature_lists, "PAGE", 3)
    return Listed(await released(), tmp_path)


async def test_an_edition_without_signatures_has_a_page_that_says_so(listed: Listed) -> None:
    await listed.lister.refresh()
    assert listed.count() == {"people": 0, "organisations": 0}
    assert "0 people" in listed.read("en/index.html")
    assert listed.read("count.txt") == "0\n"
    assert await listed.lister.refresh() == 0


async def test_the_first_release_has_its_list_as_soon_as_somebody_says_so(tmp_path: Path) -> None:
    coalition = await agreed()
    lister = Lister(coalition.fakes.ports(lists=StaticLists(tmp_path)))
    await lister.refresh()
    await release(coalition)
    assert await lister.refresh() == 0, "it looks for new declarations now and then only"
    assert await lister.refresh(anew=True) == 1


async def test_people_stand_apart_from_organisations_and_from_the_authors(listed: Listed) -> None:
    await listed.sign(person(affiliation="School 7"))
    await listed.sign(person("b@people.example", name="Bo Chan", shown="initials", affiliation="Secret Place"))
    await listed.sign(person("c@people.example", name="Counted Only", shown="count"))
    await listed.sign(person("d@people.example", name="Not Published", publish=False))
    await listed.sign(organisation(address="keepers@people.example"))
    await listed.lister.refresh()
    assert listed.count() == {"people": 4, "organisations": 1}
    page = listed.read("en/index.html")
    authors, _, rest = page.partition("Organisations that signed")
    organisations, _, people = rest.partition("The newest signatures of people")
    assert "Written by these networks" in authors
    assert "Well Keepers" in organisations
    assert "Amina Said" in people
    assert "School 7" in people
    assert "B. C." in people
    whole = "".join(path.read_text() for path in listed.folder.rglob("*") if path.is_file())
    for hidden in ("Bo Chan", "Secret Place", "Counted Only", "Not Published", "people.example"):
        assert hidden not in whole
    assert listed.read("count.txt") == "5\n"
    assert "4 people and 1 organisations" in listed.read("en/embed.html")


async def test_a_new_name_writes_the_last_page_and_no_other(listed: Listed) -> None:
    for n in range(7):
        await listed.sign(person(f"p{n}@people.example", name=f"Person {n}"))
    assert await listed.lister.refresh() == 3
    assert [listed.names(page) for page in (1, 2, 3)] == [
        ["Person 0", "Person 1", "Person 2"],
        ["Person 3", "Person 4", "Person 5"],
        ["Person 6"],
    ]
    await listed.sign(person("p7@people.example", name="Person 7"))
    assert await listed.lister.refresh() == 1
    assert listed.names(3) == ["Person 6", "Person 7"]
    assert 'href="2.html"' in listed.read("en/1.html")
    for n in (8, 9):
        await listed.sign(person(f"p{n}@people.example", name=f"Person {n}"))
    assert await listed.lister.refresh() == 2
    assert 'href="4.html"' in listed.read("en/3.html")


async def test_who_takes_a_name_back_is_gone_from_every_file(listed: Listed) -> None:
    own = await listed.sign(person(name="Gone Tomorrow"))
    await listed.sign(person("b@people.example", name="Stays Here"))
    await listed.lister.refresh()
    signature = await withdraw_signature(listed.ports, own, erase=True)
    await listed.lister.refresh()
    whole = "".join(path.read_text() for path in listed.folder.rglob("*") if path.is_file())
    assert "Gone Tomorrow" not in whole
    assert "Stays Here" in whole
    assert listed.count() == {"people": 1, "organisations": 0}
    told = {"removed": [signature.id], "erased": [signature.id], "erased_with_list": []}
    assert json.loads(listed.read("removed.json")) == told
    assert (listed.folder.parents[3] / "erasures").read_text() == f"{signature.id}\n"


async def test_many_who_leave_at_once_are_looked_up_together(listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    owns = [await listed.sign(person(f"p{n}@people.example", name=f"Person {n}")) for n in range(5)]
    await listed.lister.refresh()
    ids = [(await withdraw_signature(listed.ports, own)).id for own in owns]
    signatures = listed.coalition.fakes.signatures
    asked: list[int] = []
    real = signatures.indexes

    async def indexes(ids: Collection[str]) -> Mapping[str, int]:
        asked.append(len(ids))
        return await real(ids)

    monkeypatch.setattr(signatures, "indexes", indexes)
    monkeypatch.delattr(type(signatures), "get")
    await listed.lister.refresh()
    assert asked == [5]
    assert json.loads(listed.read("removed.json"))["removed"] == ids
    assert listed.count() == {"people": 0, "organisations": 0}


async def test_who_is_let_in_again_is_no_longer_told_as_gone(listed: Listed) -> None:
    """Whoever keeps a copy would drop a name that counts."""
    moderator, reason = listed.coalition.delegate("river"), {"slug": SLUG, "reason": Reason.MADE_UP}
    own = await listed.sign(person())
    signature, _ = await read_signature(listed.ports, own)
    await invalidate(listed.ports, moderator, id=signature.id, **reason)
    await listed.lister.refresh()
    assert json.loads(listed.read("removed.json"))["removed"] == [signature.id]
    await restore(listed.ports, moderator, slug=SLUG, id=signature.id, reason=Reason.LOOKED_AT)
    await listed.lister.refresh()
    assert json.loads(listed.read("removed.json"))["removed"] == []
    await invalidate(listed.ports, moderator, id=signature.id, **reason)
    await restore(listed.ports, moderator, slug=SLUG, id=signature.id, reason=Reason.LOOKED_AT)
    await invalidate(listed.ports, moderator, id=signature.id, **reason)
    await listed.lister.refresh()
    assert json.loads(listed.read("removed.json"))["removed"] == [signature.id]


async def test_lists_that_were_lost_are_made_again(listed: Listed, tmp_path: Path) -> None:
    await listed.sign(person())
    await listed.lister.refresh()
    (listed.folder / "index.json").write_text("half")
    again = Listed(listed.coalition, tmp_path)
    assert await again.lister.refresh() == 1
    (listed.folder / "ar" / "index.html").unlink(missing_ok=True)
    (listed.folder / "en" / "index.html").unlink()
    assert await again.lister.refresh() == 1
    assert "Amina Said" in listed.read("en/index.html")


async def test_what_belongs_to_another_edition_is_read_once(listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    await listed.sign(person())
    await listed.lister.refresh()
    ports, signatures = listed.ports, listed.coalition.fakes.signatures
    others = [Event(Kind.SIGNATURE_WITHDRAW, {"edition": 2, "id": f"other-{n}"}, "signatory") for n in range(5)]
    await ports.ledger.append(stream_of(SLUG), others, expected=1, at=ports.clock.now(), contents={})
    read: list[int] = []
    real = signatures.entries

    async def entries(declaration: str, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        found = await real(declaration, after, limit)
        read.append(len(found))
        return found

    monkeypatch.setattr(signatures, "entries", entries)
    assert [await listed.lister.refresh() for _ in range(3)] == [0, 0, 0]
    assert sum(read) == len(others)
    await listed.sign(person("b@people.example", name="Bo Chan"))
    assert await listed.lister.refresh() > 0
    assert listed.count() == {"people": 2, "organisations": 0}


async def test_a_newer_program_brings_its_stylesheet_along(listed: Listed) -> None:
    await listed.lister.refresh()
    (found,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', listed.read("en/index.html"))
    assert ".organisations" in (listed.folder / "en" / found).resolve().read_text()


async def test_names_are_inert(listed: Listed) -> None:
    await listed.sign(person(name='<script>alert("x")</script> & Co'))
    await listed.lister.refresh()
    for name in ("en/index.html", "en/1.html"):
        raw = (listed.folder / name).read_text()
        assert "<script" not in raw
        assert "&lt;script&gt;" in raw


def picture(colour: int = 0) -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 32), (colour, 90, 80)).save(out, "PNG")
    return out.getvalue()


async def test_organisations_show_logo_mandate_and_how_they_were_confirmed(listed: Listed) -> None:
    mandate = {
        "mandate_by": "مجلس الإدارة",
        "mandate_on": "2030-02-28",
        "mandate": "قرّرنا <b>معًا",
        "mandate_locale": "ar",
    }
    own = await listed.sign(organisation(address="keepers@people.example", **mandate))
    await listed.sign(organisation(address="other@people.example"))
    await put_logo(listed.ports, own, picture())
    await listed.lister.refresh()
    page = listed.read("en/index.html")
    (file,) = (listed.folder / "logos").iterdir()
    assert file.read_bytes().startswith(b"\x89PNG")
    assert f'<img src="../logos/{file.name}" width="64" height="32" alt="" loading="lazy">' in page
    assert 'Decided by <bdi dir="rtl">مجلس الإدارة</bdi> on 28 February 2030.' in page
    raw = (listed.folder / "en/index.html").read_text()
    assert '<blockquote lang="ar" dir="rtl">قرّرنا &lt;b&gt;معًا</blockquote>' in raw
    assert page.count("Confirmed by two of its people.") == 2
    (item, other) = json.loads(listed.read("1.json"))["items"]
    assert item["logo"] == {"file": file.name, "width": 64, "height": 32}
    assert (item["mandate"]["by"], other["mandate"]) == ("مجلس الإدارة", None)


async def test_networks_that_joined_stand_apart_with_their_reservations(listed: Listed) -> None:
    await listed.sign(organisation(address="keepers@people.example"))
    own = await listed.sign(
        organisation(address="ring@people.example", adheres=True, reservation="Too <b>short.", reservation_locale="fr")
    )
    await listed.lister.refresh()
    assert "Networks that joined later" not in listed.read("en/index.html")
    id = (await read_signature(listed.ports, own))[0].id
    await admit_network(listed.ports, listed.coalition.initiator, slug=SLUG, id=id, reason="looked_at")
    await listed.lister.refresh()
    page = (listed.folder / "en/index.html").read_text()
    joined, _, others = page.partition("Networks that joined later")[2].partition("Organisations that signed")
    assert '<blockquote class="reservation" lang="fr" dir="ltr">Too &lt;b&gt;short.</blockquote>' in joined
    assert "Well Keepers" in others


async def test_reservations_of_networks_that_joined_stand_beside_their_section(listed: Listed) -> None:
    about = {"adheres": True, "reservation": "Too <b>short.", "reservation_locale": "fr"}
    ids = []
    for address, sections in (("ring@people.example", ["water"]), ("whole@people.example", [])):
        own = await listed.sign(organisation(address=address, reservation_sections=sections, **about))
        ids.append((await read_signature(listed.ports, own))[0].id)
    await listed.lister.refresh()
    page = listed.folder / "en/reservations.html"
    assert not page.exists()
    moderator = listed.coalition.initiator
    await admit_network(listed.ports, moderator, slug=SLUG, id=ids[0], reason="looked_at")
    await listed.lister.refresh()
    text = page.read_text()
    section = re.search(r'<section[^>]+id="water">.*?</section>', text, re.S)
    assert section
    assert '<blockquote lang="fr" dir="ltr">Too &lt;b&gt;short.</blockquote>' in section[0]
    assert text.count("Too &lt;b&gt;short.") == 1
    assert 'href="reservations.html#water"' in (listed.folder / "en/index.html").read_text()
    await admit_network(listed.ports, moderator, slug=SLUG, id=ids[1], reason="looked_at")
    await listed.lister.refresh()
    assert "Too &lt;b&gt;short." in page.read_text().partition("About the whole text")[2].partition("</section>")[0]
    for id in ids:
        await dismiss_network(listed.ports, moderator, slug=SLUG, id=id, reason="looked_at")
    await listed.lister.refresh()
    assert not page.exists()
    assert "reservations.html" not in (listed.folder / "en/index.html").read_text()


async def test_the_text_with_reservations_follows_what_another_process_wrote(listed: Listed) -> None:
    other = Listed(listed.coalition, listed.folder.parents[3])
    page, moderator = listed.folder / "en/reservations.html", listed.coalition.initiator
    ids = {}
    for word in ("Short.", "Long."):
        said = organisation(address=f"{word}@people.example".lower(), adheres=True, reservation=word)
        ids[word] = (await read_signature(listed.ports, await listed.sign(said)))[0].id
    await admit_network(listed.ports, moderator, slug=SLUG, id=ids["Short."], reason="looked_at")
    await listed.lister.refresh()
    await admit_network(listed.ports, moderator, slug=SLUG, id=ids["Long."], reason="looked_at")
    await other.lister.refresh()
    assert "Long." in page.read_text()
    await dismiss_network(listed.ports, moderator, slug=SLUG, id=ids["Long."], reason="looked_at")
    await listed.lister.refresh()
    assert "Long." not in page.read_text()
    assert "Short." in page.read_text()


async def test_a_logo_follows_its_organisation(listed: Listed) -> None:
    own = await listed.sign(organisation(address="keepers@people.example"))
    await put_logo(listed.ports, own, picture())
    await listed.lister.refresh()
    (first,) = (listed.folder / "logos").iterdir()
    await put_logo(listed.ports, own, picture(200))
    await listed.lister.refresh()
    (second,) = (listed.folder / "logos").iterdir()
    assert first.name != second.name
    assert second.name in listed.read("en/index.html")
    second.unlink()
    (listed.folder / "index.json").unlink()
    again = Listed(listed.coalition, listed.folder.parents[3])
    await again.lister.refresh()
    assert second.is_file()
    await withdraw_signature(listed.ports, own)
    await again.lister.refresh()
    assert not list((listed.folder / "logos").iterdir())
    assert "Well Keepers" not in listed.read("en/index.html")


async def test_a_page_of_names_tells_people_from_organisations(listed: Listed) -> None:
    await listed.sign(person())
    await listed.sign(organisation(address="keepers@people.example"))
    await listed.lister.refresh()
    people, _, organisations = listed.read("en/1.html").partition("<h2>Organisations</h2>")
    assert "Amina Said" in people
    assert "Well Keepers" not in people
    assert "Well Keepers" in organisations


async def test_places_are_told_where_ten_named_them(listed: Listed) -> None:
    for n in range(12):
        await listed.sign(person(f"d{n}@people.example", place="Dakar"))
    await listed.sign(person("q@people.example", place="Qaanaaq", shown="initials"))
    await listed.sign(person("x@people.example", place="Xai-Xai", shown="count"))
    await listed.lister.refresh()
    assert json.loads(listed.read("index.json"))["places"] == [{"name": "Dakar", "about": 10}]
    whole = "".join(path.read_text() for path in listed.folder.rglob("*") if path.is_file())
    assert "Qaanaaq" not in whole
    assert "Xai-Xai" not in whole


async def test_countries_are_told_in_the_language_of_the_page_and_never_beside_a_name(listed: Listed) -> None:
    for n in range(11):
        await listed.sign(person(f"s{n}@people.example", country="SN"))
    await listed.sign(person("t@people.example", name="Lone Tongan", country="TO"))
    await listed.lister.refresh()
    assert json.loads(listed.read("index.json"))["countries"] == [{"code": "SN", "about": 10}]
    assert "Senegal</bdi> <small>about 10" in listed.read("en/index.html")
    whole = "".join(path.read_text() for path in listed.folder.rglob("*") if path.is_file())
    assert "Tonga<" not in whole
    assert '"TO"' not in whole


async def test_a_table_stands_until_ten_people_have_come_or_gone(listed: Listed) -> None:
    """Nine sign in Senegal and are not told; whoever is the tenth must not be found by a table that then tells ten."""
    clock = listed.coalition.fakes.clock

    async def countries() -> list[dict[str, object]]:
        clock.step(minutes=15)
        await listed.lister.refresh()
        found: list[dict[str, object]] = json.loads(listed.read("index.json"))["countries"]
        return found

    for n in range(9):
        await listed.sign(person(f"s{n}@people.example", country="SN"))
    await listed.sign(person("q@people.example", country="EC"))
    assert await countries() == []
    tenth = await listed.sign(person("tenth@people.example", country="SN"))
    assert await countries() == []
    for _ in range(10):
        await listed.sign(person("again@people.example", country="EC"))
        await withdraw_signature(listed.ports, secret_in(listed.coalition.fakes.mail.sent[-1]))
    assert await countries() == []
    for n in range(9):
        await listed.sign(person(f"e{n}@people.example", country="PE"))
    assert await countries() == [{"code": "SN", "about": 10}]
    await withdraw_signature(listed.ports, tenth)
    assert await countries() == [{"code": "SN", "about": 10}]


async def test_what_is_told_survives_a_restart(listed: Listed, tmp_path: Path) -> None:
    for n in range(12):
        await listed.sign(person(f"s{n}@people.example", country="SN"))
    await listed.lister.refresh()
    for n in range(9):
        await listed.sign(person(f"m{n}@people.example", country="SN"))
    again = Listed(listed.coalition, tmp_path)
    await again.lister.refresh()
    assert json.loads(listed.read("index.json"))["countries"] == [{"code": "SN", "about": 10}]
