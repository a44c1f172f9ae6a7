"""The log of a server: lines for an operator, without the addresses of those who visit."""

import logging
from collections.abc import Iterator

import pytest

from drafting.web.observing import configure_logs


@pytest.fixture
def logs() -> Iterator[None]:
    """Everything that setting the log up changes is put back."""
    names = ("", "uvicorn", "uvicorn.error", "uvicorn.access")
    loggers = [logging.getLogger(name) for name in names]
    former = [(x, x.handlers[:], x.filters[:], x.level, x.propagate, x.disabled) for x in loggers]
    yield
    for logger, handlers, filters, level, propagate, disabled in former:
        logger.handlers[:], logger.filters[:] = handlers, filters
        logger.level, logger.propagate, logger.disabled = level, propagate, disabled


@pytest.mark.usefixtures("logs")
def test_no_socket_is_logged_with_the_address_it_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    errors = logging.getLogger("uvicorn.error")
    errors.info('%s - "WebSocket %s" [accepted]', "192.0.2.7:4711", "/sync")
    errors.info('%s - "WebSocket %s" 403', ("192.0.2.7", 4711), "/sync")
    errors.warning("Something else")
    told = capsys.readouterr().err
    assert "192.0.2.7" not in told
    assert "Something else" in told
