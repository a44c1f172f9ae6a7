"""Files appear whole, the same each time, and a rendering that goes wrong harms nobody else."""

import hashlib
import subprocess

from drafting.publishing.press import StaticPress
from tests.publishing.conftest import example_edition


async def test_made_files_are_what_the_press_says_they_are(press: StaticPress) -> None:
    edition = example_edition(2)
    for format in press.formats:
        made = await press.make(edition, "fr", format)
        data = (press.public / made.path).read_bytes()
        assert (made.bytes, made.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert data == await press.render(edition, "fr", format)
