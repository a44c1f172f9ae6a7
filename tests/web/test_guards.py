"""What every request passes before a page is asked: hosts, origins, sizes; and what every answer says of itself."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from drafting.web.observing import loggable_path
from tests.web.conftest import ORIGIN, World

FORM = {"address": "anong@people.example"}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://drafting.example.evil.example"},
        {"origin": "https://drafting.example:8443"},
        {"origin": "http://drafting.example"},
        {"origin": "https://sub.drafting.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    ],
)
async def test_acts_from_other_sites_are_refused(visitor: httpx.AsyncClient, headers: dict[str, str]) -> None:
    for path in ("/en/login", "/en/demo/sign-in", "/api/v1/networks"):
        assert (await visitor.post(path, data=FORM, headers=headers)).status_code == 403


async def test_programs_are_refused_with_a_problem(visitor: httpx.AsyncClient) -> None:
    for headers, status in (({"origin": "null"}, 403), ({"host": "evil.example"}, 400)):
        answer = await visitor.post("/api/v1/networks", json={}, headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (answer.status_code, problem["status"]) == (status, status)
        assert problem["code"]
        assert problem["detail"]


async def test_own_acts_pass(visitor: httpx.AsyncClient) -> None:
    own = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    assert (await visitor.post("/en/login", data=FORM, headers=own)).status_code == 200
    assert (await visitor.post("/en/login", data=FORM, headers={"sec-fetch-site": "none"})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "drafting.example:81", "", "drafting.example.evil.example", "localhost"]
)
async def test_other_hosts_are_refused(visitor: httpx.AsyncClient, host: str) -> None:
    assert (await visitor.get("/en/", headers={"host": host})).status_code == 400


async def test_forwarded_headers_change_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    await world.person("Anong")
    told = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "http", "forwarded": "host=evil.example"}
    await visitor.post("/en/login", data=FORM, headers=told)
    assert "evil" not in world.fakes.mail.sent[-1].body
    assert f"\n{ORIGIN}/en/login/" in world.fakes.mail.sent[-1].body


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1:81", "[::1]:8000", "localhost"])
async def test_loopback_serves_under_any_port(make_world: Callable[..., World], host: str) -> None:
    world = make_world(origin="")
    async with world.browser() as browser:
        assert (await browser.get("/en/", headers={"host": host})).status_code == 200
        own = {"host": host, "origin": f"http://{host}"}
        assert (await browser.post("/en/login", data=FORM, headers=own)).status_code == 200
        other = {"host": host, "origin": "http://localhost:1"}
        assert (await browser.post("/en/login", data=FORM, headers=other)).status_code == 403
        assert (await browser.get("/en/", headers={"host": "evil.example"})).status_code == 400


async def test_health_is_told_to_any_host(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/healthz", headers={"host": "10.0.0.7"})
    assert answer.status_code == 200
    assert (await visitor.get("/metrics")).text.startswith("# TYPE drafting_requests_total")


async def test_large_bodies_are_refused(make_world: Callable[..., World]) -> None:
    world = make_world(body_bytes=65_536)
    async with world.browser() as browser:
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert (await browser.post("/en/login", content=b"a" * 70_000, headers=form)).status_code == 413

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"address=" + b"a" * 4096

        answer = await browser.post("/ar/login", content=endless(), headers=form)
        assert answer.status_code == 413
        assert 'lang="ar"' in answer.text
        for body in (endless(), b"a" * 70_000):
            answer = await browser.post("/api/v1/invitations/read", content=body)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_many_fields_are_refused(visitor: httpx.AsyncClient) -> None:
    body = "&".join(f"a{n}=1" for n in range(5000))
    answer = await visitor.post(
        "/en/login", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code in (400, 413, 422)


@pytest.mark.parametrize(
    "path", ["/en/", "/en/login", "/en/nowhere", "/ar/networks/", "/static/none.css", "/api/v1/none"]
)
async def test_every_answer_is_guarded(visitor: httpx.AsyncClient, path: str) -> None:
    answer = await visitor.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"]
    assert "referrer-policy" in answer.headers


async def test_other_sites_frame_the_line_with_the_count_and_nothing_else(visitor: httpx.AsyncClient) -> None:
    lists = "/d/well/1/signatures/en"
    framed = (await visitor.get(f"{lists}/embed.html")).headers["content-security-policy"]
    assert "default-src 'none'" in framed
    assert framed.endswith("frame-ancestors *")
    for path in (f"{lists}/index.html", f"{lists}/embed.html/", "/d/embed.html", "/en/sign/well/1/embed.html"):
        assert "frame-ancestors 'none'" in (await visitor.get(path)).headers["content-security-policy"]


async def test_pages_require_trusted_types_and_name_their_socket(visitor: httpx.AsyncClient) -> None:
    policy = (await visitor.get("/en/")).headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in policy
    assert "connect-src 'self' wss://drafting.example;" in policy


async def test_faults_of_ours_are_a_page_with_headers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("drafting.web.pages.home.load_directory", broken)
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as browser:
        answer = await browser.get("/ar/")
    assert answer.status_code == 500
    assert 'lang="ar"' in answer.text
    assert "ZeroDivision" not in answer.text
    assert "content-security-policy" in answer.headers


def test_tokens_are_not_logged() -> None:
    scope = {"endpoint": 1, "path": "/en/login/s3cret", "path_params": {"lang": "en", "token": "s3cret"}}
    assert loggable_path(scope) == "/en/login/…"
    assert loggable_path({"path": "/en/login/s3cret/x"}) == "(unknown)"


async def test_no_get_changes_anything(world: World) -> None:
    account = await world.person("Anong")
    await world.declaration(account)
    before = {stream: list(entries) for stream, entries in world.fakes.ledger.entries.items()}
    async with await world.signed_in(account) as browser:
        for route in world.app.routes:
            methods, path = getattr(route, "methods", None), getattr(route, "path", "")
            if methods and "GET" in methods:
                for name, value in (("{lang}", "en"), ("{declaration}", "open-well"), ("{network}", "headwater")):
                    path = path.replace(name, value)
                for name in ("{section}", "{locale}", "{n:int}", "{token}", "{id}", "{mandate}", "{edition:int}"):
                    path = path.replace(name, {"{section}": "front", "{locale}": "en"}.get(name, "1"))
                await browser.get(path)
    assert world.fakes.ledger.entries == before
    assert not world.fakes.mail.sent
