"""When more sign than letters can leave, the page says so instead of letting people wait for nothing."""

from pathlib import Path

from drafting.web.visits import LOOKS_AT_MAIL, MANY_LETTERS
from tests.web.signing import FORM, open_edition
from tests.web.test_signing import TYPED

SENTENCE = "may take an hour or more"


async def test_a_long_outbox_is_told(tmp_path: Path) -> None:
    edition = await open_edition(tmp_path)
    assert SENTENCE not in (await edition.client.post(FORM, data=TYPED)).text
    edition.coalition.fakes.mail.late = MANY_LETTERS
    edition.coalition.fakes.clock.step(seconds=LOOKS_AT_MAIL.total_seconds())
    assert SENTENCE in (await edition.client.post(FORM, data=TYPED)).text
