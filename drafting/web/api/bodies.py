"""What the API takes: strict structs. A field that is not known is refused by name; every size is bounded."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Digest = Annotated[str, Meta(max_length=71, description="sha256: and 64 hexadecimal digits")]
Tag = Annotated[str, Meta(min_length=1, max_length=35, description="BCP 47")]
Name = Annotated[str, Meta(max_length=300)]
Words = Annotated[str, Meta(max_length=5000)]
Card = Annotated[str, Meta(max_length=20_000)]
Address = Annotated[str, Meta(min_length=3, max_length=320)]
Secret = Annotated[str, Meta(min_length=1, max_length=200)]
Markdown = Annotated[str, Meta(max_length=1_000_000)]
Hours = Annotated[int, Meta(ge=0, le=8760)]
Few = Meta(max_length=100)
Many = Meta(max_length=2000)


class Body(Struct, kw_only=True, forbid_unknown_fields=True):
    """Unknown fields are refused."""


def given(body: Body | None) -> dict[str, Any] | None:
    """What was said and not left out; None where nothing was."""
    if body is None:
        return None
    return {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not None}


class CharterChanges(Body):
    """What the declaration changes of its preset."""

    consents_at_least: Annotated[int, Meta(ge=1, le=1000)] | None = None
    answer_hours: Hours | None = None
    objection_hours: Hours | None = None
    zone: Annotated[str, Meta(max_length=64)] | None = None


class NewDeclaration(Body):
    """``title``: words in the source locale, or a map from locale to words."""

    slug: Id
    title: Name | Annotated[dict[Tag, Name], Few]
    source_locale: Tag
    locales: Annotated[list[Tag], Few] = []
    authentic_locales: Annotated[list[Tag], Few] = []
    preset: str = "plain"
    charter: CharterChanges | None = None
    network: Id | None = None


class NewSection(Body):
    id: Id
    after: Id | None = None
    title: Annotated[dict[Tag, Name], Few] | None = None


class Order(Body):
    sections: Annotated[list[Id], Many]


class Split(Body):
    before_block: Id
    id: Id


class Holder(Body):
    account: Id


class NetworkCard(Body):
    """Who we are, what we are about, who we want to be, what we need, what we can contribute."""

    who: Card | None = None
    about: Card | None = None
    aims: Card | None = None
    needs: Card | None = None
    offers: Card | None = None


class NewNetwork(Body):
    slug: Id
    name: Name
    short: Name = ""
    card: NetworkCard | None = None


class NetworkChanges(Body):
    name: Name | None = None
    short: Name | None = None
    card: NetworkCard | None = None


class NewMember(Body):
    network: Id
    role: str = "joined"


class Leaving(Body):
    network: Id


class NewInvitation(Body):
    """``network`` null: a volunteer. ``locales`` narrows translating and editing; empty means all."""

    address: Address
    scopes: Annotated[list[str], Few]
    network: Id | None = None
    until: datetime | None = None
    locales: Annotated[list[Tag], Few] = []


class Token(Body):
    token: Secret


class TextWords(Body):
    markdown: Markdown


class Moment(Body):
    sequence: Annotated[int, Meta(ge=1)]


class Blocks(Body):
    """Source block ids; without ``blocks`` every translated one."""

    blocks: Annotated[list[Id], Many] | None = None


class Rejection(Body):
    blocks: Annotated[list[Id], Many]
    reason: Words


class Tabling(Body):
    """``seen``: the digest of each authentic text as the holder saw it."""

    seen: Annotated[dict[Tag, Digest], Few]
    change: str = "substantive"
    why: Words = ""


class StatementWords(Body):
    locale: Tag
    text: Words


class NewPosition(Body):
    """A network's position on exactly these words."""

    network: Id
    target_digest: Digest
    read_locale: Tag
    read_digest: Digest
    kind: str
    statement: StatementWords | None = None
    harms: Words = ""
    remedy: Words = ""
    until: datetime | None = None
    authority: str = "mandated"


class Agreement(Body):
    network: Id
    sections: Annotated[dict[Id, Digest], Many]
    manifest_digest: Digest


class NewErratum(Body):
    """What was wrong and what is right, in words for readers; ``section`` is empty where the whole is meant."""

    locale: Tag
    text: Words
    section: Annotated[str, Meta(max_length=32)] = ""


class Freeze(Body):
    manifest_digest: Digest


class Approval(Body):
    manifest_digest: Digest
    network: Id | None = None


class AccountChanges(Body):
    name: Name | None = None
    locale: Tag | None = None


class NewLook(Body):
    """``design``: quiet, classic or poster. ``colour``: #rrggbb."""

    design: Annotated[str, Meta(max_length=20)]
    colour: Annotated[str, Meta(max_length=7)]


class Empty(Body):
    """No fields."""


class Cosigned(Body):
    """A checkpoint as a signed note (C2SP), with the lines of witnesses."""

    checkpoint: Annotated[str, Meta(max_length=20_000)]


class NewKey(Body):
    """An OpenSSH public key, as it stands in ``id_ed25519.pub``."""

    public: Annotated[str, Meta(max_length=2000)]


class OfflineSignature(Body):
    """What ``ssh-keygen -Y sign`` wrote."""

    signature: Annotated[str, Meta(max_length=4000)]
