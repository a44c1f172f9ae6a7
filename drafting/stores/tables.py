"""The tables as queries see them. The migrations make them; a test holds the two to each other."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

from drafting.stores.columns import Json, Moment
from drafting.stores.secrets.addresses import Address, FoundBy, Sealed, SealedJson

metadata: Final = MetaData()

texts: Final = Table(
    "texts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("last", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("retired", Boolean, nullable=False),
)

owners: Final = Table(
    "owners",
    metadata,
    Column("text", BigInteger, ForeignKey("texts.id"), primary_key=True),
    Column("client", BigInteger, primary_key=True),
    Column("account", Text, nullable=False),
)

updates: Final = Table(
    "updates",
    metadata,
    Column("text", BigInteger, ForeignKey("texts.id"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("account", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

checkpoints: Final = Table(
    "checkpoints",
    metadata,
    Column("text", BigInteger, ForeignKey("texts.id"), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

ledger: Final = Table(
    "ledger",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", Text, nullable=False),
)

contents: Final = Table(
    "contents",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("found_by", FoundBy, nullable=False, unique=True),
    Column("address", Address, nullable=False),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False),
)

passes: Final = Table(
    "passes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("data", SealedJson, nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
    Column("seen", Moment),
)

letters: Final = Table(
    "letters",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("recipient", Address, nullable=False),
    Column("subject", Sealed, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("locale", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Moment),
    Column("rank", Integer, nullable=False),
    Column("about", Text, nullable=False),
    Column("leaving", Sealed),
    Column("fault", Text, nullable=False),
    Column("said", Sealed),
)

jobs: Final = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("steps", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("error", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("held_until", Moment, nullable=False),
)

remembered: Final = Table(
    "remembered",
    metadata,
    Column("account", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answer", Json),
    Column("body", LargeBinary),
)

sealing: Final = Table(
    "sealing",
    metadata,
    Column("key", Text, primary_key=True),
    Column("proof", Text, nullable=False),
)

signatures: Final = Table(
    "signatures",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("declaration", Text, nullable=False),
    Column("edition", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("found_by", FoundBy, nullable=False),
    Column("address", Address, nullable=False),
    Column("name", Text, nullable=False),
    Column("affiliation", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("publish", Text, nullable=False),
    Column("updates", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("commitment", Text, nullable=False),
    Column("second_address", Address, nullable=False),
    Column("requested", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("contact_confirmed", Moment),
    Column("second_confirmed", Moment),
    Column("confirmed", Moment),
    Column("changed", Moment),
    Column("reminded", Moment),
    Column("ledger_index", BigInteger),
    Column("turn", BigInteger, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("country", Text, nullable=False),
    Column("bounced", Moment),
    Column("domain", Text, nullable=False),
    Column("roll", Text),
)

signature_logos: Final = Table(
    "signature_logos",
    metadata,
    Column("signature", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

signature_links: Final = Table(
    "signature_links",
    metadata,
    Column("secret", LargeBinary, primary_key=True),
    Column("signature", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

signature_counts: Final = Table(
    "signature_counts",
    metadata,
    Column("declaration", Text, primary_key=True),
    Column("edition", BigInteger, primary_key=True),
    Column("people", BigInteger, nullable=False),
    Column("organisations", BigInteger, nullable=False),
    Column("people_on_paper", BigInteger, nullable=False),
    Column("organisations_on_paper", BigInteger, nullable=False),
)

rolls: Final = Table(
    "rolls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("declaration", Text, nullable=False),
    Column("edition", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("reading", Json, nullable=False),
    Column("digest", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("report", Json, nullable=False),
    Column("counted", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("turn", BigInteger, nullable=False),
)

roll_files: Final = Table(
    "roll_files",
    metadata,
    Column("roll", Text, primary_key=True),
    Column("data", Sealed, nullable=False),
)

mailings: Final = Table(
    "mailings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("declaration", Text, nullable=False),
    Column("edition", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("handed", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("ended", Moment),
)

geography: Final = Table(
    "geography",
    metadata,
    Column("declaration", Text, primary_key=True),
    Column("edition", BigInteger, primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("told", Json, nullable=False),
)

passkeys: Final = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("counter", BigInteger, nullable=False),
)

offences: Final = Table(
    "offences",
    metadata,
    Column("what", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
