"""Every page that has an address: who opens it, and where. `test_accessibility.py` holds it against the route table."""

from dataclasses import dataclass
from typing import Final

from tests.browser.people import W

DELEGATE: Final = "anong"
VISITOR: Final = ""

SIGN: Final = "sign/open-well/1"

NO_PAGES: Final = {
    "matrix_csv": "a spreadsheet",
    "signatures_csv": "a spreadsheet",
    "list_lines_csv": "a spreadsheet",
    "sheets": "a file",
    "mark": "a picture",
    "look_book": "a PDF",
    "events": "a stream of news",
    "signature_export": "a file",
    "statement": "a file",
}
"""Names of GET routes that show no page, and what they give."""


@dataclass(frozen=True)
class Place:
    """`name` is the route's; `{invitation}` and `{moment}` in the path are found when the test runs."""

    name: str
    path: str
    person: str = DELEGATE
    status: int = 200


PLACES: Final = (
    Place("home", "", VISITOR),
    Place("how_we_agree", "how-we-agree", VISITOR),
    Place("what_we_keep", "what-we-keep", VISITOR),
    Place("help", "help", VISITOR),
    Place("login", "login", VISITOR),
    Place("login_code", "login/code", VISITOR),
    Place("login_link", "login/a-link-that-was-never-sent", VISITOR),
    Place("invitation", "invitation/{invitation}", VISITOR),
    Place("sign_form", f"{SIGN}?text=ar", VISITOR),
    Place("signature_link", "sign/confirm/{signature}", VISITOR),
    Place("signature_link", "sign/confirm/a-link-that-was-never-sent", VISITOR, status=410),
    Place("signature", "sign/own/{signature}", VISITOR),
    Place("signature", "sign/own/{signed}", VISITOR),
    Place("signature", "sign/own/{unproven}", VISITOR),
    Place("signature", "sign/own/{proving}", VISITOR),
    Place("leave_link", "sign/leave/{signed}", VISITOR),
    Place("leave_link", "sign/leave/a-link-that-was-never-sent", VISITOR, status=410),
    Place("signature_erased", f"{SIGN}/erased", VISITOR),
    Place("networks", "networks/", VISITOR),
    Place("network", "networks/orillas", VISITOR),
    Place("demo_mail", "demo/mail", VISITOR),
    Place("no page", "nothing-here", VISITOR, status=404),
    Place("home", ""),
    Place("desk", "desk"),
    Place("account", "account"),
    Place("network", "networks/headwater"),
    Place("new_network", "networks/new"),
    Place("new_declaration", "declarations/new"),
    Place("people", f"{W}/people"),
    Place("sections", f"{W}/"),
    Place("matrix", f"{W}/matrix"),
    Place("matrix", f"{W}/matrix?only=open"),
    Place("matrix", f"{W}/matrix?network=orillas"),
    Place("agree", f"{W}/agree"),
    Place("whole_text", f"{W}/whole/en"),
    Place("whole_text", f"{W}/whole/ar"),
    Place("charter", f"{W}/charter"),
    Place("ledger", f"{W}/ledger"),
    Place("translations", f"{W}/translations/"),
    Place("language", f"{W}/translations/ar/"),
    Place("publishing", f"{W}/publishing"),
    Place("preflight", f"{W}/preflight/ar"),
    Place("edition", f"{W}/publishing/1"),
    Place("signatures", f"{W}/publishing/1/signatures"),
    Place("signing_end", f"{W}/publishing/1/signing"),
    Place("updates", f"{W}/publishing/1/updates"),
    Place("update", f"{W}/publishing/1/updates/{{update}}"),
    Place("look", f"{W}/look"),
    Place("printed_names", f"{W}/publishing/1/signatures/printed"),
    Place("lists", f"{W}/publishing/1/lists"),
    Place("find_name", f"{W}/publishing/1/lists/find"),
    Place("list", f"{W}/publishing/1/lists/{{unread}}"),
    Place("list", f"{W}/publishing/1/lists/{{unread}}?encoding=windows-1256&delimiter=;"),
    Place("list", f"{W}/publishing/1/lists/{{checked}}"),
    Place("list", f"{W}/publishing/1/lists/{{asked_back}}"),
    Place("list", f"{W}/publishing/1/lists/{{checked}}?again=1"),
    Place("edition_preview", f"{W}/publishing/1/preview/ar"),
    Place("shape_section", f"{W}/seeds/shape"),
    Place("table", f"{W}/seeds/table"),
    Place("revisions", f"{W}/water/revisions"),
    Place("revision", f"{W}/water/revisions/2?since=consent"),
    Place("revision", f"{W}/seeds/revisions/2"),
    Place("own_key", "{position}"),
    Place("text", f"{W}/debts/en"),
    Place("text", f"{W}/water/ar"),
    Place("edit_text", f"{W}/water/en/edit"),
    Place("text_history", f"{W}/water/en/history"),
    Place("text_moment", "{moment}"),
    Place("no page", f"{W}/water/revisions/99", status=404),
    Place("desk", "desk", "rana"),
    Place("bench", f"{W}/translations/ar/seeds", "rana"),
    Place("text", f"{W}/seeds/en", "rana"),
    Place("operation", "operation", "bram"),
)

PUBLISHED: Final = (
    "/d/open-well/index.html",
    "/d/open-well/1/en/",
    "/d/open-well/1/ar/",
    "/d/open-well/1/ar/positions.html",
    "/d/open-well/1/en/check.html",
    "/d/open-well/1/ar/beside.html",
    "/d/open-well/1/signatures/en/",
    "/d/open-well/1/signatures/ar/",
)
