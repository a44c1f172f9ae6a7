"""Words in and out of the workshop, their history, and translations."""

from tests.web.api.conftest import D, Installation, Program

TEXT = f"{D}/sections/front/texts"
WORDS = "## The Open Well\n\nWater is **not** a product.\n"


async def test_words_go_in_as_markdown_and_come_out_as_blocks(here: Installation, anong: Program) -> None:
    text = await here.text(anong, "front", "en", WORDS)
    assert text["name"] == "open-well.front.en"
    assert [block["kind"] for block in text["blocks"]] == ["heading1", "paragraph"]
    assert text["blocks"][1]["runs"][1] == {"text": "not", "marks": {"strong": True}}
    assert (text["blocks"][1]["state"], text["blocks"][1]["outdated"]) == ("source", False)
    assert await anong("GET", f"{TEXT}/en?at=workshop", 200) == text


async def test_words_come_out_as_markdown_for_who_wants_it(here: Installation, anong: Program) -> None:
    text = await here.text(anong, "front", "en", WORDS)
    answer = await anong("GET", f"{TEXT}/en", headers={"accept": "text/markdown"})
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text == WORDS
    assert answer.headers["etag"] == f'"{text["digest"]}"'


async def test_words_that_changed_meanwhile_are_not_written_over(here: Installation, anong: Program) -> None:
    seen = (await anong("GET", f"{TEXT}/en", 200))["digest"]
    await here.text(anong, "front", "en", WORDS)
    body = {"markdown": "# Other words\n"}
    problem = await anong("PUT", f"{TEXT}/en", 409, json=body, headers={"if-match": f'"{seen}"'})
    assert problem["code"] == "text_changed"
    assert (await anong("PUT", f"{TEXT}/en", 422, json=body))["field"] == "If-Match"


async def test_what_a_text_may_not_hold_is_refused_with_its_line(here: Installation, anong: Program) -> None:
    seen = (await anong("GET", f"{TEXT}/en", 200))["digest"]
    body = {"markdown": "# Title\n\n<script>alert(1)</script>\n"}
    problem = await anong("PUT", f"{TEXT}/en", 422, json=body, headers={"if-match": seen})
    assert (problem["code"], problem["line"]) == ("markdown_refused", 3)


async def test_tabled_words_are_read_by_their_number(here: Installation, anong: Program) -> None:
    before = await here.text(anong, "front", "en", WORDS)
    await here.table(anong, "front")
    await here.text(anong, "front", "en", WORDS + "\nMore.\n")
    tabled = await anong("GET", f"{TEXT}/en?at=1", 200)
    assert tabled["digest"] == before["digest"]
    assert (await anong("GET", f"{TEXT}/en?at=2", 404))["code"] == "not_found"
    assert (await anong("GET", f"{TEXT}/de", 404))["code"] in ("not_found", "unknown_locale")


async def test_an_earlier_moment_comes_back(here: Installation, anong: Program) -> None:
    first = await here.text(anong, "front", "en", WORDS)
    moments = (await anong("GET", f"{TEXT}/en/history", 200))["items"]
    await here.text(anong, "front", "en", "# Other words\n")
    last = moments[-1]
    assert last["network"] == "headwater"
    then = await anong("GET", f"{TEXT}/en/history/{last['sequence']}", 200)
    assert then["digest"] == first["digest"]
    back = await anong("POST", f"{TEXT}/en/restore", 200, json={"sequence": last["sequence"]})
    assert back["digest"] == first["digest"]


async def test_a_translation_is_written_submitted_and_approved(here: Installation, anong: Program) -> None:
    await here.text(anong, "front", "en", WORDS)
    await here.text(anong, "front", "fr", "# Le Puits ouvert\n\nL’eau n’est **pas** un produit.\n")
    board = await anong("GET", f"{TEXT}/fr/translation", 200)
    states = [block["state"] for block in board["blocks"]]
    assert len(states) == 2
    submitted = await anong("POST", f"{TEXT}/fr/submit", 200, json={})
    translated = [block["block"] for block in submitted["blocks"] if block["target"]]
    assert translated
    assert {b["state"] for b in submitted["blocks"] if b["target"]} == {"in_review"}
    rejection = {"blocks": translated[:1], "reason": "Not our word for it."}
    rejected = await anong("POST", f"{TEXT}/fr/reject", 200, json=rejection)
    assert rejected["blocks"][0]["review"]["reason"] == "Not our word for it."
    approved = await anong("POST", f"{TEXT}/fr/approve", 200, json={"blocks": translated})
    assert {b["state"] for b in approved["blocks"] if b["target"]} == {"approved"}
    progress = {p["locale"]: p for p in (await anong("GET", f"{D}/translations", 200))["items"]}
    assert progress["fr"]["approved"] == len(translated)
    assert progress["ar"]["approved"] == 0


async def test_a_changed_source_makes_a_translation_outdated(here: Installation, anong: Program) -> None:
    await here.text(anong, "front", "fr", "# Le Puits ouvert\n")
    await anong("POST", f"{TEXT}/fr/approve", 200, json={})
    await here.text(anong, "front", "en", "# The Open Wells\n")
    place = (await anong("GET", D, 200))["sections"][0]["texts"]["fr"]
    assert (place["state"], place["outdated"], place["total"]) == ("draft", 1, 1)
    block = (await anong("GET", f"{TEXT}/fr", 200))["blocks"][0]
    assert (block["state"], block["outdated"]) == ("draft", True)


async def test_the_history_tells_who_wrote_what_and_what_changed(here: Installation, anong: Program) -> None:
    await here.text(anong, "front", "en", WORDS)
    first = (await anong("GET", f"{TEXT}/en/history", 200))["items"][-1]["sequence"]
    await here.text(anong, "front", "en", WORDS.replace("not", "never"))
    last = (await anong("GET", f"{TEXT}/en/history", 200))["items"][-1]["sequence"]
    written = await anong("GET", f"{TEXT}/en/history/{last}/authorship", 200)
    words = [each for block in written["blocks"] for each in block["words"]]
    assert {each["network"] for each in words if "never" in each["text"]} == {"headwater"}
    assert "".join(each["text"] for each in words) == "The Open WellWater is never a product."
    diff = await anong("GET", f"{TEXT}/en/history/{last}/diff?from={first}", 200)
    pieces = [(piece["op"], piece["text"].strip()) for block in diff["blocks"] for piece in block["pieces"]]
    assert ("del", "not") in pieces
    assert ("ins", "never") in pieces
    await anong("GET", f"{TEXT}/en/history/9999/authorship", 404)
