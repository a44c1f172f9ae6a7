"""What the API takes and answers where names on paper and lists are brought in."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from drafting.web.api.answers import Answer
from drafting.web.api.bodies import Body, Id, Name, Tag
from drafting.web.api.verdicts import ApprovalPlace

Short = Annotated[str, Meta(max_length=40)]


class RollReading(Body):
    """How a file is read. ``columns``: what each holds, one of name, given, family, place, address, affiliation, role,
    publish, updates, sheet, or empty; ``source``: paper or list; ``kind``: person or organisation."""

    encoding: Short
    columns: Annotated[list[Short], Meta(max_length=60)]
    locale: Tag
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    has_header: bool = True
    source: Short = "paper"
    kind: Short = "person"


class HandIn(Body):
    network: Id | None = None


class RollApproval(Body):
    """``digest``: of the roll as it was read."""

    digest: Annotated[str, Meta(max_length=80)]
    network: Id | None = None


class RollDrop(Body):
    note: Annotated[str, Meta(max_length=500)] = ""


class RollDoubt(Body):
    """``reason``: made_up, not_theirs, twice, misread or other."""

    reason: Short
    note: Annotated[str, Meta(max_length=500)] = ""
    network: Id | None = None


class RollTaking(Body):
    """``reason``: the one that was given for it, as it was read."""

    reason: Short
    network: Id | None = None


class RowsAnswer(Answer):
    """Of the rows that were counted: how many count now, are published, are held back, and count no more."""

    counting: int
    published: int
    held: int
    gone: int


class ReadingAnswer(Answer):
    encoding: str
    delimiter: str
    has_header: bool
    columns: list[str]
    locale: str
    source: str
    kind: str


class RollAnswer(Answer):
    """``numbers``: rows by what was found (fits, fault, twice, signed, left, namesake, unclear), and among those that
    fit address, publish, updates; ``counted``: what became of them; ``rows``: what has become of those by now.
    ``vouched``: by whom. ``doubted``: who wants it taken back, and ``reason`` why. ``encodings``: the ones to choose
    from, where the file does not tell; ``proposed``: how it would be read. Names and notes go some time after a list
    has ended."""

    id: str
    state: str
    name: str
    created: datetime
    total: int
    done: int
    digest: str
    reading: ReadingAnswer | None
    numbers: dict[str, int]
    counted: dict[str, int]
    vouched: list[ApprovalPlace]
    note: str
    doubted: list[ApprovalPlace]
    reason: str
    encodings: list[str] = field(default_factory=list)
    proposed: ReadingAnswer | None = None
    rows: RowsAnswer | None = None


class LineAnswer(Answer):
    """A line of the file that is told apart. ``what``: column and reason of a fault; ``other``: the line it is like."""

    outcome: str
    line: int
    what: str
    other: int


class LinesAnswer(Answer):
    items: list[LineAnswer]


class OnPaper(Answer):
    id: str
    state: str
    name: str
    place: str
    sheet: str
    at: datetime


class Named(Body):
    """``name``: as it was typed in."""

    name: Name


class OnPaperAnswer(Answer):
    items: list[OnPaper]
