"""The public tree carried by others: Debian's nginx with the configuration of the handbook, and a folder on a stick."""

import gzip
import re
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.site import entry_pages
from drafting.publishing.worker import render
from drafting.publishing.writing import with_twins, write_whole
from tests.processes import Process, executable, find_free_port, listens
from tests.publishing.conftest import example_edition
from tests.services import chromium

HANDBOOK = Path(__file__).parents[2] / "docs" / "operators.md"
TAGS = ("en", "ar", "zh-Hans")

__all__ = ["chromium"]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("carried") / "public"
    edition = example_edition(locales=TAGS, sections=4)
    files = entry_pages([edition], {}, TEMPLATES, LOCALES)
    for tag in TAGS:
        for format in ("html", "epub", "md"):
            files |= render(edition, tag, format, TEMPLATES, LOCALES)
    for path, data in with_twins(files).items():
        write_whole(folder / path, data)
    folder.parent.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def nginx(public: Path) -> Iterator[int]:
    program = executable("nginx", apt="nginx-light", beside=("usr/sbin",))
    [server] = re.findall("```nginx\n(server .*?)```", HANDBOOK.read_text("utf-8"), re.S)
    port, nobody = find_free_port(), find_free_port()
    server = server.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/srv/drafting/public", str(public))
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{nobody}")
    here = public.parent
    paths = "".join(f"{name}_temp_path {here}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # The account that started it serves it: a folder of the tests' is closed to others.
    account = "user root;" if subprocess.run(["id", "-u"], capture_output=True, check=True).stdout == b"0\n" else ""
    config = here / "nginx.conf"
    config.write_text(
        f"{account} daemon off; pid {here}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {paths}\n{server}}}\n",
        "utf-8",
    )
    command = [program, "-c", str(config), "-p", str(here), "-e", "stderr"]
    with Process(command, log=here / "nginx.log", is_ready=lambda: listens(port)):
        yield port


def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_nginx_serves_the_tree_as_the_handbook_says(nginx: int, public: Path) -> None:
    answer, body = get(nginx, "/d/open-well/1/ar/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body == (public / "d/open-well/1/ar/index.html").read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    again, _ = get(nginx, "/d/open-well/1/ar/", **{"if-none-match": answer.headers["etag"]})
    assert again.status == 304


def test_nginx_gives_the_compressed_twin(nginx: int) -> None:
    answer, body = get(nginx, "/d/open-well/1/en/index.html", **{"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert b"Universal Declaration" in gzip.decompress(body)


def test_what_is_named_by_its_content_is_kept_for_ever(nginx: int, public: Path) -> None:
    [sheet] = (public / "d/open-well/assets").glob("*.css")
    answer, _ = get(nginx, f"/d/open-well/assets/{sheet.name}")
    assert (answer.headers["content-type"], "immutable" in answer.headers["cache-control"]) == (
        "text/css; charset=utf-8",
        True,
    )


def test_every_format_has_its_type(nginx: int) -> None:
    for name, kind in (("md", "text/markdown; charset=utf-8"), ("epub", "application/epub+zip")):
        answer, _ = get(nginx, f"/d/open-well/1/en/open-well-1-en.{name}")
        assert (answer.status, answer.headers["content-type"]) == (200, kind)
    answer, _ = get(nginx, "/d/open-well/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")


def test_while_the_server_is_down_the_chooser_is_still_there(nginx: int, public: Path) -> None:
    answer, body = get(nginx, "/d/open-well/")
    assert answer.status == 200
    assert body == (public / "d/open-well/index.html").read_bytes()
    assert get(nginx, "/d/elsewhere/")[0].status == 404


def test_a_folder_on_a_stick_is_read_without_any_server(chromium: Browser, public: Path) -> None:
    page = chromium.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: failed.append(message.text))
    page.goto(f"file://{public}/d/open-well/index.html")
    page.get_by_role("link", name="العربية").first.click()
    assert page.url.endswith("/1/ar/index.html")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith('"Noto Naskh Arabic"')
    page.locator('a[href="positions.html"]').first.click()
    page.locator('nav a[lang="en"]').click()
    assert page.url.endswith("/1/en/positions.html")
    page.goto(f"file://{public}/d/open-well/1/ar/beside.html")
    page.locator('nav a[lang="zh-Hans"]').click()
    assert page.url.endswith("/1/zh-Hans/beside.html")
    assert not failed
    page.close()
