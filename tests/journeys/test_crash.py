"""The server is killed in the middle of publishing; what was approved becomes public all the same, whole, and once."""

from pathlib import Path

from tests.journeys.api import Caller, invitation_token, patience
from tests.services import Serve, Server

D = "/declarations/well"
LOCALES = ["en", "fr", "ar", "zh-Hans"]


def approved(server: Server) -> tuple[Caller, str]:
    """A declaration of one section, agreed by two networks; the job that its second approval began."""
    people = {slug: Caller(server, f"{slug}@example.org") for slug in ("river", "salt")}
    river, salt = people["river"], people["salt"]
    for slug, person in people.items():
        person.post("/networks", {"slug": slug, "name": slug.title(), "card": {}})
    charter = {"consents_at_least": 2, "answer_hours": 0, "objection_hours": 0}
    river.post(
        "/declarations",
        {
            "slug": "well",
            "title": {"en": "The Well"},
            "network": "river",
            "source_locale": "en",
            "authentic_locales": LOCALES[:1],
            "locales": LOCALES,
            "preset": "plain",
            "charter": charter,
        },
    )
    river.post(f"{D}/members", {"network": "salt"})
    scopes = ["edit", "consent", "sign"]
    river.post(f"{D}/invitations", {"network": "salt", "address": salt.address, "scopes": scopes, "until": None})
    salt.post("/invitations/accept", {"token": invitation_token(server, salt.address)}, expected=200)
    seen = {"en": river.get(f"{D}/sections/front/texts/en")["digest"]}
    revision = river.post(f"{D}/sections/front/revisions", {"seen": seen, "change": "substantive", "why": ""})
    for slug, person in people.items():
        whole = person.get(f"{D}/manifest")["digest"]
        body = {"network": slug, "sections": {"front": revision["digest"]}, "manifest_digest": whole}
        person.post(f"{D}/agree", body)
    whole = river.get(f"{D}/manifest")["digest"]
    river.post(f"{D}/editions", {"manifest_digest": whole})
    river.post(f"{D}/editions/1/approve", {"manifest_digest": whole}, expected=202)
    job = salt.post(f"{D}/editions/1/approve", {"manifest_digest": whole}, expected=202)["job"]
    return river, job


def test_a_release_survives_being_killed_again_and_again(serve: Serve) -> None:
    server = serve()
    river, job = approved(server)
    for _ in range(3):
        server.kill()
        server.start()
    state = river.get(f"/jobs/{job}")
    for _ in patience(seconds=120):
        state = river.get(f"/jobs/{job}")
        if state["status"] == "done":
            break
    assert state["status"] == "done", state
    edition = river.get(f"{D}/editions/1")
    assert (edition["status"], len(edition["releases"])) == ("released", 1)
    public = server.data / "public"
    assert all((public / Path(file["path"])).is_file() for file in edition["files"])
