"""A file that comes in as a form's field: from whom it is taken is settled before it is read, and it is bounded."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from drafting.domain.errors import Code, Refusal
from drafting.settings import Settings
from drafting.web.api.calls import Call, bounded

MULTIPART: Final = "multipart/form-data"
MAX_FIELDS: Final = 10
AROUND_A_FILE: Final = 65_536
"""Bytes that a form has beside the file in it."""

Fields = Mapping[str, str]


def logo_limit(settings: Settings) -> int:
    """Of a form with a picture."""
    return settings.logo_bytes + AROUND_A_FILE


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The bytes of the file, the name that it has with whoever sent it, and the plain fields of the form."""

    data: bytes
    name: str
    fields: Fields

    @property
    def whole(self) -> bytes:
        """All of it, to be told from another one."""
        return json.dumps([self.name, *sorted(self.fields.items())]).encode() + b"\0" + self.data


@dataclass(frozen=True, slots=True)
class Upload:
    """How an operation takes a file: in which field, how many bytes with all around it, and from whom.

    ``admits`` is asked before the first byte is read, with no fields: True, or a refusal. Where only a field can tell,
    it says False until the field is there, which has to come before the file.
    """

    field: str
    most: Callable[[Settings], int]
    admits: Callable[[Call, Fields], Awaitable[bool]]

    async def read(self, call: Call) -> Uploaded:
        """Raises what :func:`read_upload` and ``admits`` raise."""
        admits = None if await self.admits(call, {}) else partial(self.admits, call)
        return await read_upload(call.request, self.field, self.most(call.settings), admits)


async def read_upload(
    request: Request, field: str, limit: int, admits: Callable[[Fields], Awaitable[bool]] | None = None
) -> Uploaded:
    """The file in a field. Whoever calls has settled who may send it, or does so by ``admits``.

    Raises ``bad_input``, ``too_large``.
    """
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        raise Refusal(Code.BAD_INPUT, field="Content-Type", reason=f"{MULTIPART} is needed")
    parser = MultiPartParser(request.headers, bounded(request, limit), max_files=1, max_fields=MAX_FIELDS)
    parser.spool_max_size = limit  # Names that people sent must not lie in the open among temporary files.
    if admits:
        parser.stream = _admitted(parser.stream, parser, admits)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Refusal(Code.BAD_INPUT, field=field, reason="not a multipart form") from error
    try:
        found = form.get(field)
        if found is None or isinstance(found, str):
            raise Refusal(Code.BAD_INPUT, field=field, reason="a file is needed")
        return Uploaded(await found.read(), found.filename or "", _fields(parser))
    finally:
        await form.close()


def _fields(parser: MultiPartParser) -> dict[str, str]:
    return {name: value for name, value in parser.items if isinstance(value, str)}


async def _admitted(
    parts: AsyncGenerator[bytes, None], parser: MultiPartParser, admits: Callable[[Fields], Awaitable[bool]]
) -> AsyncGenerator[bytes, None]:
    """The body, no more of it than goes around a file until a field has told who sends it."""
    size, is_admitted = 0, False
    async for part in parts:
        yield part
        size += len(part)
        is_admitted = is_admitted or await admits(_fields(parser))
        if not is_admitted and size > AROUND_A_FILE:
            raise Refusal(Code.BAD_INPUT, field="token", reason="it has to come before the file")
