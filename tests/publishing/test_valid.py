"""The Nu Html Checker, which the W3C runs, has nothing to say about any kind of public page."""

import json
import subprocess
from pathlib import Path
from typing import Any

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.site import entry_pages
from tests.processes import executable
from tests.publishing.conftest import example_edition

CHECKER = Path(__file__).parents[2] / "frontend" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# It guesses languages by their letters, and takes a page of translated words for the language of a few names on it.
GUESSES = ".*appears to be written in.*"
TAGS = ("en", "ar", "zh-Hans", "my")


def edition() -> dict[str, Any]:
    made = example_edition(locales=TAGS)
    made["networks"][0]["name"] = 'A & B <i>"C"</i>'
    made["errata"] = [{"n": 1, "at": "2026-06-01T09:00:00Z", "locale": "en", "section": "", "text": "A & B."}]
    return made


def pages() -> dict[str, bytes]:
    first = edition()
    second = json.loads(json.dumps({**first, "n": 2}))
    for text in second["sections"][2]["texts"].values():
        text["digest"] = "sha256:other"
        text["body"][1]["runs"][0]["text"] += " More words."
    many = example_edition(1)
    many["declaration"] = "many-networks"
    many["networks"] += [{"slug": f"n{i}", "name": f"Network {i}", "short": f"N{i}", "card": {}} for i in range(20)]
    files = entry_pages([first, second], {}, TEMPLATES, LOCALES) | render(many, "en", "html", TEMPLATES, LOCALES)
    for tag in TAGS:
        files |= render(first, tag, "html", TEMPLATES, LOCALES)
        files |= render({**second, "former": first}, tag, "changes", TEMPLATES, LOCALES)
    return files


def test_the_checker_has_nothing_to_say(tmp_path: Path) -> None:
    for path, data in pages().items():
        if path.endswith((".html", ".css")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
    program = [executable("java", apt="default-jre-headless"), "-jar", str(CHECKER)]
    options = ["--format", "gnu", "--filterpattern", GUESSES, "--skip-non-html"]
    done = subprocess.run([*program, *options, str(tmp_path)], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert (done.returncode, said) == (0, ""), said.replace(str(tmp_path), "")
