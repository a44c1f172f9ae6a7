"""What a public file costs from a cold start: `drafting render` of the demonstration's edition, process and all."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.measuring import Row, by_turns

DRAFTING = str(Path(sys.executable).with_name("drafting"))
FILES = [("en", "html"), ("en", "pdf"), ("ar", "html"), ("ar", "pdf")]


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:

        def run(*arguments: str) -> None:
            environment = {**os.environ, "DRAFTING_DATA": f"{folder}/data"}
            subprocess.run([DRAFTING, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)

        def render(locale: str, form: str) -> Callable[[], None]:
            choice = ["--edition", "1", "--locale", locale, "--format", form, "--output", f"{folder}/{locale}.{form}"]
            return partial(run, "render", "open-well", *choice)

        run("demo")
        works = {f"{form.upper()} of the demonstration in {locale}": render(locale, form) for locale, form in FILES}
        return by_turns(works, 1, "ms")
