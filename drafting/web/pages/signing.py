"""Signing an edition, without account and without script: the form, the letter's link, the receipt, the way out."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from drafting.actions.letters import title_for
from drafting.actions.release.section_titles import section_titles
from drafting.actions.signature_ports import LinkRole
from drafting.actions.signing import asking as signing
from drafting.actions.signing import links as signing_links
from drafting.actions.signing.domain_proofs import can_prove
from drafting.actions.signing.logos import can_have_logo
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition
from drafting.domain.errors import Code, Refusal
from drafting.domain.organisations import adherence_of, mandate_of
from drafting.domain.signatures import Signature, SignatureState, initials, stream_of
from drafting.web.errors import STATUS, sentence
from drafting.web.late_mail import late_sentence
from drafting.web.pages.moderation import reasons
from drafting.web.visits import Form, Visit
from drafting.web.words.countries import country_options
from drafting.web.words.organisations import logo_of, proof_of, section_names

TRAP = "website"


async def show(visit: Visit) -> Response:
    declaration, edition = await _open(visit)
    text = _text_of(visit, edition, visit.query("text"))
    if not edition.can_be_signed(visit.at):
        return _ended(visit, declaration, edition, text, 200)
    return await _form_page(visit, declaration, edition, Form(), text)


def _ended(visit: Visit, declaration: Declaration, edition: Edition, text: str, status: int) -> Response:
    return visit.page("signing/ended.html", status, **_about(visit, declaration, edition, text))


async def _open(visit: Visit) -> tuple[Declaration, Edition]:
    return await signing.open_edition(visit.ports, visit.part("declaration"), visit.number("edition"))


def _text_of(visit: Visit, edition: Edition, asked: str) -> str:
    """The language of the text that somebody read: as asked, else the interface's, else the first that it has."""
    locales = edition.releases[-1].locales
    return next((tag for tag in (asked, visit.lang) if tag in locales), locales[0])


async def _form_page(
    visit: Visit, declaration: Declaration, edition: Edition, form: Form, text: str, status: int = 200
) -> Response:
    wordings = {name: visit.ports.sentences.wording(name, visit.lang)[0] for name in signing.CONSENTS}
    kind = "organisation" if visit.query("kind") == "organisation" else "person"
    values = {
        "form": form,
        "consents": wordings,
        "kind": kind,
        "countries": country_options(visit.words),
        "can_prove": visit.ports.sites is not None,
        "section_options": [(id, name, "") for id, name in (await _section_names(visit, edition, text)).items()],
        "text_locales": [(tag, visit.words.language(tag)) for tag in edition.releases[-1].locales],
        **_about(visit, declaration, edition, text),
    }
    return visit.page("signing/form.html", status, **values)


async def _section_names(visit: Visit, edition: Edition, text: str) -> dict[str, str]:
    return section_names(visit.words, await section_titles(visit.ports, edition, text))


def _about(visit: Visit, declaration: Declaration, edition: Edition, text: str) -> dict[str, Any]:
    """What every page of signing shows of the edition."""
    address = f"{visit.settings.base}/d/{declaration.slug}/{edition.n}/{text}/"
    signing = edition.signing(visit.at)
    return {"signed": declaration, "edition": edition, "text": text, "text_address": address, "signing": signing}


async def sign(visit: Visit) -> Response:
    """The same page for every address, once its request is kept for good. What fills the trap is no person."""
    declaration, edition = await _open(visit)
    form = await visit.form()
    text = _text_of(visit, edition, form.text("text"))
    if not edition.can_be_signed(visit.at):
        return _ended(visit, declaration, edition, text, STATUS[Code.SIGNING_ENDED])
    asked = _asked(visit, form, text)
    for refusal in signing.misfits(asked, visit.at):
        form.errors.setdefault(refusal.data.get("field", ""), sentence(visit.words, refusal))
    if form.errors:
        return await _form_page(visit, declaration, edition, form, text, 422)
    if not form.text(TRAP):
        await signing.sign(visit.ports, slug=declaration.slug, n=edition.n, asked=asked)
    late = late_sentence(visit.words, await visit.site.outlook())
    return visit.page("signing/sent.html", form=form, late=late, **_about(visit, declaration, edition, text))


def _asked(visit: Visit, form: Form, text: str) -> signing.Asked:
    """Letters come in the language of the text where the interface speaks it, else in that of the form."""
    spoken = visit.site.languages.find(text)
    return signing.Asked(
        kind=form.text("kind"),
        name=form.text("name"),
        address=form.text("address"),
        locale=text if spoken else visit.lang,
        affiliation=form.text("affiliation"),
        role=form.text("role"),
        place=form.text("place"),
        country=form.text("country"),
        shown=form.text("shown"),
        publish=form.has("publish", "yes"),
        updates=form.has("updates", "yes"),
        second_contact=form.text("second_contact"),
        mandate_by=form.text("mandate_by"),
        mandate_on=form.text("mandate_on"),
        mandate=form.text("mandate"),
        mandate_locale=form.text("mandate_locale"),
        adheres=form.has("adheres", "yes"),
        reservation=form.text("reservation"),
        reservation_locale=form.text("mandate_locale"),
        reservation_sections=form.all("reservation_sections"),
        prefix=_admitted(visit, form),
        details={} if spoken else {"text": text},
    )


def _admitted(visit: Visit, form: Form) -> str:
    """The network prefix to keep. Raises ``too_many``; a proof of work that does not hold is a fault of the form."""
    try:
        is_proven = visit.site.proofs.take(form.text("proof"), visit.at)
    except Refusal as refusal:
        is_proven = False
        form.errors[""] = sentence(visit.words, refusal)
    return visit.site.signing_gate.admit(visit.request, visit.at, is_proven=is_proven)


async def show_link(visit: Visit) -> Response:
    """A button, so that a scanner that opens links spends nothing."""
    token = visit.part("token")
    try:
        signature, role = await signing_links.read_signature(visit.ports, token)
    except Refusal:
        return _unknown_link(visit)
    if not signing_links.is_spendable(signature, role, visit.at):
        return await _used(visit, signature, role)
    return visit.page("signing/confirm.html", **await _of_signature(visit, signature, role))


async def confirm(visit: Visit) -> Response:
    token = visit.part("token")
    try:
        signature = await signing_links.confirm_signature(visit.ports, token)
    except Refusal as refusal:
        if refusal.code is not Code.LINK_USED:
            raise
        found = await visit.ports.signatures.find(token)
        already = refusal.data.get("reason") == "signed"
        return await _used(visit, *found, already=already) if found else _unknown_link(visit)
    _, role = await signing_links.read_signature(visit.ports, token)
    if role is LinkRole.SECOND:
        return visit.page("signing/second.html", **await _of_signature(visit, signature, role))
    return visit.go("sign", "own", token)


async def _used(visit: Visit, signature: Signature, role: LinkRole, *, already: bool = False) -> Response:
    values = await _of_signature(visit, signature, role)
    why = "already" if already else _why_spent(signature, visit.at)
    return visit.page("signing/used.html", STATUS[Code.LINK_USED], **values, why=why)


def _why_spent(signature: Signature, at: datetime) -> str:
    """Why the link confirms nothing: counts, held (confirmed, and not counted), withdrawn, expired or waits."""
    match signature.state:
        case SignatureState.CONFIRMED:
            return "counts"
        case SignatureState.WITHDRAWN:
            return "withdrawn"
        case SignatureState.PENDING:
            return "expired" if _is_expired(signature, at) else "waits"
    return "held"


def _is_expired(signature: Signature, at: datetime) -> bool:
    """Nothing can confirm it any more; it is deleted within days."""
    return signature.state is SignatureState.PENDING and at >= signature.expires


def _unknown_link(visit: Visit) -> Response:
    return visit.page("signing/used.html", STATUS[Code.LINK_USED], signed=None, why="unknown", is_own=False)


async def show_own(visit: Visit) -> Response:
    """Thanks, the receipt, what to do next, and the way out: for whoever has the letter's link."""
    try:
        signature, role = await signing_links.read_signature(visit.ports, visit.part("token"))
    except Refusal:
        return _unknown_link(visit)
    if role is not LinkRole.OWN:
        raise Refusal(Code.NOT_ALLOWED, action="read_signature")
    return await own_page(visit, signature)


async def own_page(visit: Visit, signature: Signature, form: Form | None = None, status: int = 200) -> Response:
    """The page of one's own signature; with a form where something of it needs mending."""
    return visit.page(
        "signing/own.html",
        status,
        form=form or Form(),
        can_prove=can_prove(visit.ports, signature, visit.at),
        can_have_logo=can_have_logo(signature),
        proof=proof_of(visit.words, signature),
        logo=await logo_of(visit.ports, signature),
        **await _of_signature(visit, signature, LinkRole.OWN),
    )


async def _of_signature(visit: Visit, signature: Signature, role: LinkRole) -> dict[str, Any]:
    declaration, edition = await signing.open_edition(visit.ports, signature.declaration, signature.edition)
    text = _text_of(visit, edition, signature.details.get("text", signature.locale))
    about = _about(visit, declaration, edition, text)
    files = edition.releases[-1].files
    pdf = next((f"/{file['path']}" for file in files if (file["locale"], file["format"]) == (text, "pdf")), "")
    return {
        **about,
        "signature": signature,
        "reason": reasons(visit.words).get(signature.reason, ""),
        "initials": initials(signature.name),
        "mandate": mandate_of(signature.details),
        "adherence": adherence_of(signature.details),
        "section_names": await _section_names(visit, edition, text),
        "is_own": role is LinkRole.OWN,
        "expired": _is_expired(signature, visit.at),
        "spendable": signing_links.is_spendable(signature, role, visit.at),
        "token": visit.part("token"),
        "counts": await signing_links.count_signatures(visit.ports, declaration.slug, edition.n),
        "share": _share(title_for(declaration, text), about["text_address"]),
        "pdf": pdf,
        "names": f"/d/{declaration.slug}/{edition.n}/signatures/{text}/",
        "log": f"/d/{stream_of(declaration.slug)}/log/checkpoint",
        "log_proof": f"/api/v1/declarations/{declaration.slug}/log/proof?log=signatures&index={signature.index}",
    }


def _share(title: str, address: str) -> dict[str, str]:
    """Links that open another program with title and address, and tell nobody that they were followed from here."""
    words, both = quote(title, safe=""), quote(f"{title} {address}", safe="")
    return {
        "mail": f"mailto:?subject={words}&body={both}",
        "sms": f"sms:?&body={both}",
        "whatsapp": f"https://wa.me/?text={both}",
        "telegram": f"https://t.me/share/url?url={quote(address, safe='')}&text={words}",
    }


async def export(visit: Visit) -> Response:
    """Everything that is kept of a signatory, as a file."""
    own = await signing_links.export_signature(visit.ports, visit.part("token"))
    name = f"signature-{own['said']['declaration']}-{own['said']['edition']}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(json.dumps(own, ensure_ascii=False, indent=1), 200, headers, "application/json")


async def withdraw(visit: Visit) -> Response:
    form = await visit.form()
    token = visit.part("token")
    signature = await signing_links.withdraw_signature(visit.ports, token, erase=form.text("erase") == "yes")
    if signature.is_erased:
        return visit.go("sign", signature.declaration, signature.edition, "erased")
    return visit.go("sign", "own", token)


async def erased(visit: Visit) -> Response:
    declaration, edition = await _open(visit)
    return visit.page("signing/erased.html", **_about(visit, declaration, edition, _text_of(visit, edition, "")))
