"""Create, invite, write, ask, agree to all as it stands, freeze, approve: by programs alone."""

import json
from datetime import timedelta

from drafting.actions.release.publication import FORMATS
from drafting.actions.release.releasing import run_job
from tests.web.api.conftest import SLUG, D, Installation, Program


async def test_a_new_declaration(here: Installation, anong: Program) -> None:
    declaration = await anong("GET", D, 200)
    assert declaration["slug"] == SLUG
    assert declaration["title"] == {"en": "The Open Well"}
    assert declaration["status"] == "drafting"
    assert declaration["charter"]["digest"].startswith("sha256:")
    assert declaration["charter"]["preset"] == "plain"
    assert declaration["locales"][2] == {"tag": "ar", "script": "Arab", "direction": "rtl", "autonym": "العربية"}
    member = declaration["members"][0]
    assert (member["network"], member["role"], member["until"]) == ("headwater", "founding", None)
    assert member["from"] == "2030-03-01T12:00:00Z"
    front = declaration["sections"][0]
    assert front["id"] == "front"
    assert front["revision"] is None
    assert front["workshop_differs"] is False
    assert front["holder"]["network"] == "headwater"
    assert front["texts"]["en"]["title"] == "The Open Well"
    assert front["texts"]["en"]["state"] == "source"
    assert front["texts"]["fr"]["state"] == "untranslated"
    assert front["texts"]["fr"]["name"] == "open-well.front.fr"


async def test_who_takes_no_part_reads_nothing(here: Installation, anong: Program) -> None:
    salma = await here.program("salma")
    for path in ("", "/matrix", "/ledger", "/manifest", "/mandates", "/sections/front/revisions"):
        assert (await salma("GET", D + path, 403))["code"] == "not_allowed"
    assert (await salma("GET", "/declarations", 200))["items"] == []
    assert [d["slug"] for d in (await anong("GET", "/declarations", 200))["items"]] == [SLUG]


async def test_sections_are_added_ordered_and_dropped(here: Installation, anong: Program) -> None:
    for id in ("water", "land"):
        made = await anong("POST", f"{D}/sections", 201, json={"id": id, "title": {"en": id.title()}})
        assert (made["id"], made["status"], made["texts"]["en"]["title"]) == (id, "drafting", id.title())
    order = await anong("PUT", f"{D}/order", 200, json={"sections": ["front", "land", "water"]})
    assert order == {"sections": ["front", "land", "water"]}
    assert (await anong("POST", f"{D}/sections", 409, json={"id": "land"}))["code"] == "taken"
    await anong("DELETE", f"{D}/sections/water", 204)
    assert [s["id"] for s in (await anong("GET", D, 200))["sections"]] == ["front", "land"]


async def test_a_section_is_split(here: Installation, anong: Program) -> None:
    await anong("POST", f"{D}/sections", 201, json={"id": "water", "title": {"en": "Water"}})
    text = await here.text(anong, "water", "en", "# Water\n\nFirst.\n\nSecond.\n")
    body = {"before_block": text["blocks"][2]["id"], "id": "wells"}
    both = (await anong("POST", f"{D}/sections/water/split", 201, json=body))["items"]
    assert [section["id"] for section in both] == ["water", "wells"]
    second = await anong("GET", f"{D}/sections/wells/texts/en", 200)
    assert "Second." in json.dumps(second)


async def test_a_section_gets_another_holder(here: Installation, anong: Program, marisol: Program) -> None:
    account = (await marisol("GET", "/account", 200))["id"]
    section = await anong("POST", f"{D}/sections/front/holder", 200, json={"account": account})
    assert section["holder"] == {"account": account, "network": "orillas"}


async def test_an_invitation_is_read_and_taken_up_once(here: Installation, anong: Program, marisol: Program) -> None:
    invitation = {"network": None, "address": "rana@people.example", "scopes": ["translate"], "locales": ["ar"]}
    await anong("POST", f"{D}/invitations", 201, json=invitation)
    token = {"token": here.invitation("rana")}
    offered = await here.nobody("POST", "/invitations/read", 200, json=token)
    assert (offered["declaration"], offered["network"], offered["scopes"]) == (SLUG, None, ["translate"])
    taken = await here.nobody("POST", "/invitations/accept", 200, json=token)
    assert taken["mandate"]["locales"] == ["ar"]
    assert (await here.nobody("POST", "/invitations/accept", 410, json=token))["code"] == "link_used"


async def test_a_mandate_ends(here: Installation, anong: Program, marisol: Program) -> None:
    mandates = (await anong("GET", f"{D}/mandates", 200))["items"]
    hers = next(m for m in mandates if m["network"] == "orillas")
    assert (hers["name"], hers["until"]) == ("Marisol", None)
    await anong("DELETE", f"{D}/mandates/{hers['id']}", 204)
    here.fakes.clock.step(seconds=1)
    assert (await marisol("GET", D, 403))["code"] == "mandate_ended"


async def test_a_network_leaves(here: Installation, anong: Program, marisol: Program) -> None:
    left = await marisol("POST", f"{D}/leave", 200, json={"network": "orillas"})
    assert left["until"] is not None


async def test_tabling_needs_the_words_that_were_seen(here: Installation, anong: Program) -> None:
    place = f"{D}/sections/front/revisions"
    problem = await anong("POST", place, 409, json={"seen": {"en": "sha256:" + "0" * 64}})
    assert problem["code"] == "text_changed"
    made = await anong("POST", place, 201, json={"seen": problem["now"], "why": "First words."})
    assert (made["n"], made["why"], made["change"]) == (1, "First words.", "substantive")
    assert made["texts"] == problem["now"]
    assert await anong("GET", f"{place}/1", 200) == made
    assert (await anong("GET", place, 200))["items"] == [made]
    assert (await anong("POST", place, 409, json={"seen": problem["now"]}))["code"] == "nothing_changed"


async def test_positions_and_what_they_need(here: Installation, anong: Program, marisol: Program) -> None:
    await here.table(anong, "front")
    refused = await here.consent(marisol, "orillas", "front", kind="reservation")
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_required")
    foreign = await here.consent(marisol, "headwater", "front")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "no_mandate")
    words = {"locale": "en", "text": "With our bell."}
    taken = (await here.consent(marisol, "orillas", "front", kind="reservation", statement=words)).json()
    assert (taken["status"], taken["section"]) == ("reserves", "front")
    place = f"{D}/positions/{taken['id']}/statements"
    await marisol("POST", place, 201, json={"locale": "fr", "text": "Avec notre cloche."})
    position = (await anong("GET", f"{D}/sections/front/positions", 200))["items"][0]
    assert position["channel"] == "api"
    assert position["statement"]["texts"]["fr"] == {"text": "Avec notre cloche.", "approved": True}
    matrix = await anong("GET", f"{D}/matrix", 200)
    assert matrix["networks"] == ["headwater", "orillas"]
    cells = {(cell["network"], cell["section"]): cell for cell in matrix["cells"]}
    assert cells["orillas", "front"]["status"] == "reserves"
    assert cells["orillas", "front"]["position"] == taken["id"]
    assert cells["headwater", "front"]["status"] == "none"


async def test_the_matrix_of_an_earlier_moment(here: Installation, anong: Program, marisol: Program) -> None:
    await here.table(anong, "front")
    before = (await anong("GET", f"{D}/matrix", 200))["at"]
    here.fakes.clock.step(hours=1)
    await here.consent(marisol, "orillas", "front")
    past = await anong("GET", f"{D}/matrix?at={before}", 200)
    assert {cell["status"] for cell in past["cells"]} == {"none"}
    now = await anong("GET", f"{D}/matrix", 200)
    assert {cell["status"] for cell in now["cells"]} == {"none", "consents"}


async def test_changed_words_are_shown_and_make_a_consent_stale(
    here: Installation, anong: Program, marisol: Program
) -> None:
    await here.text(anong, "front", "en", "# The Open Well\n\nFifty litres a day.\n")
    await here.table(anong, "front")
    await here.consent(marisol, "orillas", "front")
    await here.text(anong, "front", "en", "# The Open Well\n\nOne hundred litres a day.\n")
    assert (await anong("GET", D, 200))["sections"][0]["workshop_differs"] is True
    await here.table(anong, "front")
    cells = (await anong("GET", f"{D}/matrix", 200))["cells"]
    assert [cell["status"] for cell in cells if cell["network"] == "orillas"] == ["stale"]
    difference = await anong("GET", f"{D}/sections/front/revisions/2/diff?from=1&locale=en", 200)
    assert (difference["from"], difference["to"], difference["locale"]) == (1, 2, "en")
    changed = [block for block in difference["blocks"] if block["kind"] == "changed"]
    assert len(changed) == 1
    pieces = {(piece["op"], piece["text"].strip()) for piece in changed[0]["pieces"]}
    assert ("del", "Fifty") in pieces
    assert any(op == "ins" and "hundred" in text for op, text in pieces)


async def test_the_whole_way_to_an_edition(here: Installation, anong: Program, marisol: Program) -> None:
    await here.table(anong, "front")
    manifest = await anong("GET", f"{D}/manifest", 200)
    assert [b["code"] for b in manifest["blocked"]] == ["too_few_consents"]
    freeze = {"manifest_digest": manifest["digest"]}
    refused = await anong("POST", f"{D}/editions", 409, json=freeze)
    assert refused["code"] == "rule_not_met"
    assert refused["blocked"][0]["section"] == "front"
    sections = {s["id"]: s["revision"]["digest"] for s in (await anong("GET", D, 200))["sections"]}
    for program, network in ((anong, "headwater"), (marisol, "orillas")):
        agreement = {"network": network, "sections": sections, "manifest_digest": manifest["digest"]}
        agreed = await program("POST", f"{D}/agree", 201, json=agreement)
        assert [position["status"] for position in agreed["positions"]] == ["consents"]
    edition = await anong("POST", f"{D}/editions", 201, json=freeze)
    assert (edition["n"], edition["status"], edition["approvals"]) == (1, "frozen", 0)
    assert (await anong("GET", D, 200))["status"] == "frozen"
    await here.nobody("GET", f"{D}/editions/1", 401)

    approve = f"{D}/editions/1/approve"
    assert await anong("POST", approve, 202, json=freeze) == {"approvals": 1, "needed": 2, "job": None}
    assert (await anong("POST", approve, 403, json=freeze))["code"] == "second_network_required"
    second = await marisol("POST", approve, 202, json=freeze)
    assert (second["approvals"], second["needed"]) == (2, 2)
    job = await marisol("GET", f"/jobs/{second['job']}", 200)
    assert (job["status"], job["done"], job["total"]) == ("queued", 0, len(FORMATS))
    assert job["steps"][0] == {"locale": "en", "format": "html", "status": "queued", "error": ""}
    assert (await (await here.program("salma"))("GET", f"/jobs/{second['job']}")).status_code == 404

    await run_job(here.app.state.ports, second["job"])
    assert (await marisol("GET", f"/jobs/{second['job']}", 200))["status"] == "done"
    public = await here.nobody("GET", f"{D}/editions/1", 200)
    assert public["status"] == "released"
    assert [release["n"] for release in public["releases"]] == [1]
    assert {file["format"] for file in public["files"]} == set(FORMATS)
    assert public["signatures"] == {"people": 0, "organisations": 0}
    assert (await here.nobody("GET", f"{D}/editions", 200))["items"] == [public]
    assert (await anong("POST", f"{D}/editions/1/releases", 409, json={}))["code"] == "nothing_changed"

    erratum = {"locale": "en", "section": "", "text": "For “wells” read “well”."}
    assert (await marisol("POST", f"{D}/editions/1/errata", 422, json={**erratum, "text": ""}))["field"] == "erratum"
    listed = await anong("POST", f"{D}/editions/1/errata", 202, json=erratum)
    await run_job(here.app.state.ports, listed["job"])
    corrected = await here.nobody("GET", f"{D}/editions/1", 200)
    assert [release["errata"] for release in corrected["releases"]] == [[], [erratum]]


async def test_the_ledger_is_read_line_by_line(here: Installation, anong: Program, marisol: Program) -> None:
    answer = await anong("GET", f"{D}/ledger")
    assert answer.headers["content-type"] == "application/jsonl"
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert [entry["index"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["kind"] == "person:declaration:create"
    assert entries[0]["at"].endswith("Z")
    rest = (await anong("GET", f"{D}/ledger?after=2")).text.splitlines()
    assert [json.loads(line)["index"] for line in rest] == list(range(3, len(entries) + 1))


async def test_the_desk_says_what_waits(here: Installation, anong: Program, marisol: Program) -> None:
    await here.table(anong, "front")
    matters = (await marisol("GET", "/desk", 200))["items"]
    assert ("position", "front", "orillas") in {(m["kind"], m["section"], m["network"]) for m in matters}


async def test_a_consultation_has_an_end(here: Installation, anong: Program, marisol: Program) -> None:
    await here.table(anong, "front")
    until = here.fakes.clock.now() + timedelta(days=6)
    for wrong in ("2030-03-07T12:00:00", "9999-12-31T23:59:59-12:00", "2001-01-01T00:00:00Z"):
        refused = await here.consent(marisol, "orillas", "front", kind="consulting", until=wrong)
        assert (refused.status_code, refused.json()["field"]) == (422, "until")
    taken = await here.consent(marisol, "orillas", "front", kind="consulting", until=until.isoformat())
    assert taken.json()["status"] == "consulting"
    cells = (await anong("GET", f"{D}/matrix", 200))["cells"]
    assert [cell["due"] for cell in cells if cell["network"] == "orillas"] == ["2030-03-07T12:00:00Z"]
