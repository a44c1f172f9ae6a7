"""The public tree: plain files and the choice of a language."""

import gzip
from pathlib import Path

import pytest

from tests.web.conftest import World


@pytest.fixture
def tree(world: World) -> Path:
    base = world.settings.paths.public / "d" / "open-well"
    for place in ("", "1", "1/en", "2", "2/en", "2/ar", "2/zh-Hans"):
        (base / place).mkdir(parents=True, exist_ok=True)
        (base / place / "index.html").write_text(f"<!doctype html><title>{place or 'chooser'}</title>", "utf-8")
    (base / "2" / "en" / "open-well-2-en.pdf").write_bytes(b"%PDF-1.7")
    return base


@pytest.mark.parametrize(
    ("accepted", "place"),
    [("ar", "2/ar"), ("ar-EG,en;q=0.1", "2/ar"), ("zh-CN", "2/zh-Hans"), ("en-GB", "2/en"), ("fr,en;q=0.2", "2/en")],
)
async def test_newest_edition_in_the_readers_language(world: World, tree: Path, accepted: str, place: str) -> None:
    async with world.browser(**{"accept-language": accepted}) as browser:
        answer = await browser.get("/d/open-well/")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/d/open-well/{place}/"
    assert answer.headers["vary"] == "accept-language"


async def test_the_chooser_where_no_language_fits_or_it_is_asked_for(world: World, tree: Path) -> None:
    async with world.browser(**{"accept-language": "tlh"}) as browser:
        assert "chooser" in (await browser.get("/d/open-well/")).text
    async with world.browser(**{"accept-language": "en"}) as browser:
        assert "chooser" in (await browser.get("/d/open-well/index.html")).text
        assert "chooser" in (await browser.get("/d/open-well/?choose")).text


async def test_files_have_etags_and_need_no_script(world: World, tree: Path) -> None:
    async with world.browser() as browser:
        page = await browser.get("/d/open-well/2/ar/")
        assert page.headers["etag"]
        assert "script-src" not in page.headers["content-security-policy"]
        assert "set-cookie" not in page.headers
        again = await browser.get("/d/open-well/2/ar/", headers={"if-none-match": page.headers["etag"]})
        assert again.status_code == 304
        pdf = await browser.get("/d/open-well/2/en/open-well-2-en.pdf")
        assert pdf.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    "path",
    ["/d/../../etc/passwd", "/d/%2e%2e/%2e%2e/drafting.sqlite", "/d/open-well/..%2f..%2f..%2fkeys", "/d/nothing/"],
)
async def test_nothing_outside_the_tree(world: World, tree: Path, path: str) -> None:
    (world.settings.data / "drafting.sqlite").write_text("secret")
    async with world.browser() as browser:
        assert (await browser.get(path)).status_code == 404


async def test_names_that_are_no_files_are_not_found(world: World, tree: Path) -> None:
    async with world.browser() as browser:
        for path in ("/d/open-well/2/en/%00", "/d/open-well/2/en/" + "a" * 5000, "/d/"):
            assert (await browser.get(path)).status_code == 404


async def test_before_the_first_release_there_is_nothing(world: World) -> None:
    async with world.browser() as browser:
        for path in ("/d/", "/d/open-well/", "/d/open-well/1/en/"):
            assert (await browser.get(path)).status_code == 404


async def test_files_that_wait_for_the_rest_of_their_edition_are_not_public(world: World, tree: Path) -> None:
    (tree / "3" / "en").mkdir(parents=True)
    (tree / "3" / "en" / "index.html").write_text("made, and not released")
    async with world.browser(**{"accept-language": "en"}) as browser:
        assert (await browser.get("/d/open-well/3/en/")).status_code == 404
        assert (await browser.get("/d/open-well/3/en/index.html")).status_code == 404
        assert (await browser.get("/d/open-well/")).headers["location"] == "/d/open-well/2/en/"
        (tree / "3" / "index.html").write_text("entry")
        assert (await browser.get("/d/open-well/")).headers["location"] == "/d/open-well/3/en/"
        assert (await browser.get("/d/open-well/3/en/")).status_code == 200


async def test_browsers_that_take_compressed_pages_get_the_twin_that_lies_there(world: World, tree: Path) -> None:
    (tree / "2" / "ar" / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html><title>the twin</title>"))
    async with world.browser(**{"accept-encoding": "gzip"}) as browser:
        for place in ("/d/open-well/2/ar/", "/d/open-well/2/ar/index.html"):
            small = await browser.get(place)
            assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "accept-encoding")
            assert small.headers["content-type"] == "text/html; charset=utf-8"
            assert "the twin" in small.text
            again = await browser.get(place, headers={"if-none-match": small.headers["etag"]})
            assert again.status_code == 304
        assert "content-encoding" not in (await browser.get("/d/open-well/2/en/")).headers
    async with world.browser(**{"accept-encoding": "identity"}) as browser:
        assert "twin" not in (await browser.get("/d/open-well/2/ar/")).text


async def test_logos_are_pictures_and_nothing_else(world: World, tree: Path) -> None:
    logos = tree / "2" / "signatures" / "logos"
    logos.mkdir(parents=True)
    (logos / "a.png").write_bytes(b"<script>alert(1)</script>")
    async with world.browser() as browser:
        logo = await browser.get("/d/open-well/2/signatures/logos/a.png")
    assert (logo.headers["content-type"], logo.headers["x-content-type-options"]) == ("image/png", "nosniff")
    assert "script-src" not in logo.headers["content-security-policy"]
    assert "immutable" not in logo.headers["cache-control"]
