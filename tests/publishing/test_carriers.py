"""The public tree carried by others, configured as the handbook says: nginx, Caddy, a mirror, a folder on a stick."""

import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.site import entry_pages
from drafting.publishing.writing import with_twins, write_whole
from tests.processes import Process, executable, find_free_port, listens
from tests.publishing.conftest import example_edition
from tests.services import chromium

HANDBOOK = Path(__file__).parents[2] / "docs" / "operators.md"
TAGS = ("en", "ar", "zh-Hans")

__all__ = ["chromium"]


EMBED = "d/open-well/1/signatures/en/embed.html"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("carried") / "public"
    edition = example_edition(locales=TAGS, sections=4)
    files = entry_pages([edition], {}, TEMPLATES, LOCALES)
    for tag in TAGS:
        for format in ("html", "epub", "md"):
            files |= render(edition, tag, format, TEMPLATES, LOCALES)
    files[EMBED] = b"<p>7 people have signed.</p>"
    for path, data in with_twins(files).items():
        write_whole(folder / path, data)
    folder.parent.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def nginx(public: Path) -> Iterator[int]:
    program = executable("nginx", apt="nginx-light", beside=("usr/sbin",))
    [server] = re.findall("```nginx\n(upstream [^`]*listen 80;.*?)```", HANDBOOK.read_text("utf-8"), re.S)
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


@pytest.fixture(scope="module")
def caddy(public: Path) -> Iterator[int]:
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy is not installed")
    [site] = re.findall("```caddy\n(.*?)```", HANDBOOK.read_text("utf-8"), re.S)
    port, nobody, here = find_free_port(), find_free_port(), public.parent
    site = site.replace("declare.example {", f"http://127.0.0.1:{port} {{").replace("/srv/drafting/public", str(public))
    config = here / "Caddyfile"
    config.write_text("{\n\tadmin off\n}\n" + site.replace("127.0.0.1:8000", f"127.0.0.1:{nobody}"), "utf-8")
    own = {"HOME": str(here), "XDG_DATA_HOME": str(here), "XDG_CONFIG_HOME": str(here)}
    command = [program, "run", "--config", str(config), "--adapter", "caddyfile"]
    with Process(command, log=here / "caddy.log", is_ready=lambda: listens(port), environment=own):
        yield port


@pytest.fixture
def mirror(public: Path, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Brings a mirror up to date."""
    program = shutil.which("rsync")
    if program is None:
        pytest.skip("rsync is not installed")
    text = HANDBOOK.read_text("utf-8")
    [module] = re.findall("```ini\n(\\[public\\].*?)```", text, re.S)
    [line] = re.findall(r"^(rsync --archive .*)$", text, re.M)
    port, config, target = find_free_port(), tmp_path / "rsyncd.conf", tmp_path / "mirror"
    account = "uid = root\ngid = root\n" if os.geteuid() == 0 else ""
    config.write_text(account + module.replace("/srv/drafting/public", str(public)), "utf-8")
    words = line.replace("declare.example::public/", f"rsync://127.0.0.1:{port}/public/").replace("/srv/mirror/", "")
    daemon = [program, "--daemon", "--no-detach", f"--port={port}", "--address=127.0.0.1", f"--config={config}"]

    def update() -> Path:
        subprocess.run([*words.split(), f"{target}/"], check=True, capture_output=True)
        return target

    with Process(daemon, log=tmp_path / "rsync.log", is_ready=lambda: listens(port)):
        yield update


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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
    answer, _ = get(nginx, "/d/open-well/1/en/qr.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    answer, _ = get(nginx, "/d/open-well/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")


def test_while_the_server_is_down_the_chooser_is_still_there(nginx: int, public: Path) -> None:
    answer, body = get(nginx, "/d/open-well/")
    assert answer.status == 200
    assert body == (public / "d/open-well/index.html").read_bytes()
    assert get(nginx, "/d/elsewhere/")[0].status == 404


def test_caddy_serves_the_tree_as_the_handbook_says(caddy: int, public: Path) -> None:
    answer, body = get(caddy, "/d/open-well/1/ar/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body == (public / "d/open-well/1/ar/index.html").read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    again, _ = get(caddy, "/d/open-well/1/ar/", **{"if-none-match": answer.headers["etag"]})
    assert again.status == 304
    answer, body = get(caddy, "/d/open-well/1/en/index.html", **{"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert b"Universal Declaration" in gzip.decompress(body)
    [sheet] = (public / "d/open-well/assets").glob("*.css")
    answer, _ = get(caddy, f"/d/open-well/assets/{sheet.name}")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("carrier", ["nginx", "caddy"])
def test_other_sites_frame_the_count_and_nothing_else(carrier: str, request: pytest.FixtureRequest) -> None:
    port = request.getfixturevalue(carrier)
    for path, framers in ((f"/{EMBED}", "*"), ("/d/open-well/1/en/index.html", "'none'")):
        answer, _ = get(port, path)
        assert answer.status == 200
        assert answer.headers.get_all("content-security-policy") == [
            "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
            f"base-uri 'none'; frame-ancestors {framers}"
        ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1/en/open-well-1-en.epub", "application/epub+zip"),
        ("1/en/open-well-1-en.md", "text/"),
        ("1/en/qr.svg", "svg"),
        ("feed.atom", "atom"),
    ],
)
def test_caddy_gives_every_format_a_type_that_browsers_know(caddy: int, name: str, kind: str) -> None:
    answer, _ = get(caddy, f"/d/open-well/{name}")
    assert answer.status == 200
    assert kind in answer.headers["content-type"]


def test_without_the_server_caddy_still_has_the_chooser(caddy: int, public: Path) -> None:
    answer, body = get(caddy, "/d/open-well/")
    assert answer.status == 200
    assert body == (public / "d/open-well/index.html").read_bytes()


def test_a_mirror_has_what_is_public_and_nothing_that_is_being_written(
    mirror: Callable[[], Path], public: Path
) -> None:
    half = public / "d/open-well/1/en/.index.html.1234.part"
    later, gone = public / "d/later.txt", public / "d/gone.txt"
    try:
        half.write_bytes(b"half")
        gone.write_bytes(b"gone")
        copy = files(mirror())
        assert copy == {path: data for path, data in files(public).items() if not path.endswith(".part")}
        gone.unlink()
        later.write_bytes(b"later")
        assert {"d/later.txt"} == files(mirror()).keys() - copy.keys()
        assert "d/gone.txt" not in files(mirror())
    finally:
        for path in (half, later, gone):
            path.unlink(missing_ok=True)


def test_a_folder_on_a_stick_is_read_without_any_server(chromium: Browser, public: Path) -> None:
    page = chromium.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: failed.append(message.text))
    page.goto(f"file://{public}/d/open-well/index.html")
    page.get_by_role("link", name="العربية").first.click()
    page.wait_for_load_state()
    assert page.url.endswith("/1/ar/index.html")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith('"Noto Naskh Arabic"')
    page.locator('a[href="positions.html"]').first.click()
    page.wait_for_load_state()
    page.locator('nav a[lang="en"]').click()
    page.wait_for_load_state()
    assert page.url.endswith("/1/en/positions.html")
    page.goto(f"file://{public}/d/open-well/1/ar/beside.html")
    page.locator('nav a[lang="zh-Hans"]').click()
    page.wait_for_load_state()
    assert page.url.endswith("/1/zh-Hans/beside.html")
    assert not failed
    page.close()
