"""Every address of the installation, on one screen. An act's name is its action's; the API's twin shares it."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Mount, Route

from drafting.web import front, notices
from drafting.web.assets import HashedFiles
from drafting.web.endpoints import act, get
from drafting.web.pages import (
    account,
    desk,
    history,
    home,
    invitation,
    looks,
    matrix,
    members,
    moderation,
    networks,
    new_declaration,
    operation,
    organisations,
    preflight,
    printed_names,
    publishing,
    record,
    revisions,
    rolls,
    sections,
    sign_in,
    signing,
    translations,
    workshop,
)
from drafting.web.publicfiles import PublicFiles
from drafting.web.visits import Site

D = "workshop/{declaration}"
S = D + "/{section}"

PAGES: list[BaseRoute] = [
    get("", home.show, "home"),
    get("how-we-agree", home.how_we_agree, "how_we_agree"),
    get("what-we-keep", home.what_we_keep, "what_we_keep"),
    get("help", home.help_page, "help"),
    # signing in
    get("login", sign_in.show, "login"),
    act("login", sign_in.ask, "ask_to_sign_in"),
    get("login/code", sign_in.show_code, "login_code"),
    act("login/code", sign_in.enter_code, "sign_in_by_code"),
    get("login/{token}", sign_in.show_link, "login_link"),
    act("login/{token}", sign_in.follow_link, "sign_in"),
    act("logout", sign_in.leave, "sign_out"),
    get("invitation/{token}", invitation.show, "invitation"),
    act("invitation/{token}", invitation.accept, "accept_invitation"),
    # signing an edition
    get("sign/{declaration}/{edition:int}", signing.show, "sign_form"),
    act("sign/{declaration}/{edition:int}", signing.sign, "sign"),
    get("sign/{declaration}/{edition:int}/erased", signing.erased, "signature_erased"),
    get("sign/confirm/{token}", signing.show_link, "signature_link"),
    act("sign/confirm/{token}", signing.confirm, "confirm_signature"),
    get("sign/own/{token}", signing.show_own, "signature"),
    get("sign/own/{token}/export", signing.export, "signature_export"),
    act("sign/own/{token}/withdraw", signing.withdraw, "withdraw_signature"),
    act("sign/own/{token}/domain", organisations.choose_domain, "choose_domain"),
    act("sign/own/{token}/prove", organisations.prove_domain, "prove_domain"),
    act("sign/own/{token}/logo", organisations.put_logo, "put_logo"),
    act("sign/own/{token}/remove-logo", organisations.remove_logo, "remove_logo"),
    # a person's own pages
    get("desk", desk.show, "desk"),
    get("account", account.show, "account"),
    act("account", account.describe, "describe_account"),
    act("account/sessions/{id}/end", account.end_session, "end_session"),
    get("operation", operation.show, "operation"),
    # networks
    get("networks/", networks.index, "networks"),
    get("networks/new", networks.new, "new_network"),
    act("networks/new", networks.register, "register_network"),
    get("networks/{network}", networks.show, "network"),
    act("networks/{network}", networks.describe, "describe_network"),
    # declarations
    get("declarations/new", new_declaration.show, "new_declaration"),
    act("declarations/new", new_declaration.create, "create_declaration"),
    act("declarations/import", new_declaration.bring_in, "import_declaration"),
    get(D + "/people", members.show, "people"),
    act(D + "/people", members.add, "add_member"),
    act(D + "/people/leave", members.leave, "leave_declaration"),
    act(D + "/invitations", members.invite, "invite"),
    act(D + "/mandates/{mandate}/end", members.end_mandate, "end_mandate"),
    # the workshop: sections, and the matrix
    get(D + "/", sections.index, "sections"),
    act(D + "/sections", sections.add, "add_section"),
    act(D + "/order", sections.order, "order_sections"),
    get(D + "/matrix", matrix.show, "matrix"),
    get(D + "/matrix.csv", matrix.spreadsheet, "matrix_csv"),
    get(D + "/agree", matrix.read_all, "agree"),
    act(D + "/agree", matrix.agree, "agree_to_all"),
    get(D + "/whole/{locale}", workshop.whole, "whole_text"),
    get(D + "/charter", record.charter, "charter"),
    get(D + "/ledger", record.ledger, "ledger"),
    get(D + "/events", notices.events, "events"),
    # languages
    get(D + "/translations/", translations.index, "translations"),
    get(D + "/translations/{locale}/", translations.language, "language"),
    get(D + "/translations/{locale}/{section}", translations.bench, "bench"),
    act(D + "/translations/{locale}/{section}/submit", translations.submit, "submit_blocks"),
    act(D + "/translations/{locale}/{section}/approve", translations.approve, "approve_blocks"),
    act(D + "/translations/{locale}/{section}/reject", translations.reject, "reject_blocks"),
    # publishing
    get(D + "/publishing", publishing.index, "publishing"),
    get(D + "/preflight/{locale}", preflight.show, "preflight"),
    get(D + "/look", looks.show, "look"),
    act(D + "/look", looks.choose, "choose_look"),
    act(D + "/look/mark", looks.put_mark, "put_mark"),
    act(D + "/look/remove-mark", looks.remove_mark, "remove_mark"),
    get(D + "/look/mark.png", looks.mark, "mark"),
    get(D + "/look/book/{locale}", looks.book, "look_book"),
    act(D + "/editions", publishing.freeze, "freeze_edition"),
    get(D + "/publishing/{edition:int}", publishing.show, "edition"),
    get(D + "/publishing/{edition:int}/preview/{locale}", publishing.preview, "edition_preview"),
    act(D + "/publishing/{edition:int}/approve", publishing.approve, "approve_edition"),
    act(D + "/publishing/{edition:int}/again", publishing.again, "ask_again"),
    act(D + "/publishing/{edition:int}/release", publishing.release, "release_translations"),
    act(D + "/publishing/{edition:int}/errata", publishing.correct, "list_erratum"),
    get(D + "/publishing/{edition:int}/signatures", moderation.show, "signatures"),
    get(D + "/publishing/{edition:int}/signatures/printed", printed_names.show, "printed_names"),
    act(D + "/publishing/{edition:int}/signatures/print", printed_names.print_names, "print_names"),
    get(D + "/publishing/{edition:int}/signatures.csv", moderation.spreadsheet, "signatures_csv"),
    act(D + "/publishing/{edition:int}/signatures/{id}/quarantine", moderation.quarantine, "quarantine_signature"),
    act(D + "/publishing/{edition:int}/signatures/{id}/invalidate", moderation.invalidate, "invalidate_signature"),
    act(D + "/publishing/{edition:int}/signatures/{id}/restore", moderation.restore, "restore_signature"),
    # names on paper and lists
    get(D + "/publishing/{edition:int}/sheets", rolls.print_sheets, "sheets"),
    get(D + "/publishing/{edition:int}/lists", rolls.index, "lists"),
    act(D + "/publishing/{edition:int}/lists", rolls.bring_in, "bring_in_roll"),
    get(D + "/publishing/{edition:int}/lists/{list}", rolls.show, "list"),
    get(D + "/publishing/{edition:int}/lists/{list}/lines.csv", rolls.spreadsheet, "list_lines_csv"),
    act(D + "/publishing/{edition:int}/lists/{list}/read", rolls.read, "read_roll"),
    act(D + "/publishing/{edition:int}/lists/{list}/hand-in", rolls.hand_in, "hand_in_roll"),
    act(D + "/publishing/{edition:int}/lists/{list}/approve", rolls.approve, "approve_roll"),
    act(D + "/publishing/{edition:int}/lists/{list}/drop", rolls.drop, "drop_roll"),
    # names on paper and lists
    get(D + "/publishing/{edition:int}/sheets", rolls.print_sheets, "sheets"),
    get(D + "/publishing/{edition:int}/lists", rolls.index, "lists"),
    act(D + "/publishing/{edition:int}/lists", rolls.bring_in, "bring_in_roll"),
    get(D + "/publishing/{edition:int}/lists/{list}", rolls.show, "list"),
    get(D + "/publishing/{edition:int}/lists/{list}/lines.csv", rolls.spreadsheet, "list_lines_csv"),
    act(D + "/publishing/{edition:int}/lists/{list}/read", rolls.read, "read_roll"),
    act(D + "/publishing/{edition:int}/lists/{list}/hand-in", rolls.hand_in, "hand_in_roll"),
    act(D + "/publishing/{edition:int}/lists/{list}/approve", rolls.approve, "approve_roll"),
    act(D + "/publishing/{edition:int}/lists/{list}/drop", rolls.drop, "drop_roll"),
    # one section; fixed words stand above this line
    get(S + "/shape", sections.shape, "shape_section"),
    act(S + "/split", sections.split, "split_section"),
    act(S + "/drop", sections.drop, "drop_section"),
    act(S + "/hand-over", sections.hand_over, "hand_over_section"),
    get(S + "/table", revisions.table_form, "table"),
    act(S + "/table", revisions.table, "table_revision"),
    get(S + "/revisions", revisions.index, "revisions"),
    get(S + "/revisions/{n:int}", revisions.show, "revision"),
    act(S + "/revisions/{n:int}/positions", revisions.take, "take_position"),
    act(S + "/statements", revisions.translate, "translate_statement"),
    get(S + "/{locale}", workshop.show, "text"),
    get(S + "/{locale}/edit", workshop.edit, "edit_text"),
    act(S + "/{locale}/edit", workshop.save, "write_text"),
    get(S + "/{locale}/history", history.history, "text_history"),
    get(S + "/{locale}/history/{sequence:int}", history.moment, "text_moment"),
    act(S + "/{locale}/history/{sequence:int}/restore", history.restore, "restore_moment"),
    # the demonstration
    get("demo/mail", home.demo_mail, "demo_mail"),
    act("demo/sign-in", home.demo_sign_in, "demo_sign_in"),
]


def routes(site: Site, api: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The whole table: plumbing, the API, public files, pages."""
    return [
        Route("/healthz", front.health, methods=["GET"], name="health"),
        Route("/metrics", front.metrics, methods=["GET"], name="metrics"),
        Route("/robots.txt", front.robots, methods=["GET"], name="robots"),
        Route("/favicon.ico", front.favicon, methods=["GET"], name="favicon"),
        Route("/sw.js", front.service_worker, methods=["GET"], name="service_worker"),
        Mount("/static", HashedFiles(site.assets), name="static"),
        Mount("/d", PublicFiles(site.settings.paths.public / "d"), name="public"),
        Mount("/api/v1", routes=api, name="api"),
        Route("/", front.choose_language, methods=["GET"], name="root"),
        *PAGES,
    ]
