"""A file that comes in as a form's field, within bounds."""

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from drafting.domain.errors import Code, Refusal
from drafting.web.api.calls import bounded

MAX_FIELDS = 10


async def read_upload(request: Request, field: str, limit: int) -> tuple[bytes, dict[str, str]]:
    """The bytes of the file in a field, and the plain fields; the file's own name is ``{field}.name`` among them.

    Raises ``bad_input``, ``too_large``.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refusal(Code.BAD_INPUT, field="Content-Type", reason="multipart/form-data is needed")
    parser = MultiPartParser(request.headers, bounded(request, limit), max_files=1, max_fields=MAX_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Refusal(Code.BAD_INPUT, field=field, reason="not a multipart form") from error
    try:
        found = form.get(field)
        if found is None or isinstance(found, str):
            raise Refusal(Code.BAD_INPUT, field=field, reason="a file is needed")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await found.read(), {**fields, f"{field}.name": found.filename or ""}
    finally:
        await form.close()
