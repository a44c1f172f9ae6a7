"""What is wrong with the installation, for its operator."""

from starlette.responses import Response

from drafting.domain.errors import Code, Refusal
from drafting.web.visits import Visit

ORDER = ("failed", "warning", "ok")


async def show(visit: Visit) -> Response:
    visit.actor  # noqa: B018 (raises sign_in)
    if not visit.is_operator:
        raise Refusal(Code.NOT_ALLOWED, action="operation")
    findings = await visit.site.checks(visit.words) if visit.site.checks else []
    gauges = {name: ask() for name, ask in visit.request.app.state.measures.gauges.items()}
    return visit.page(
        "operation.html",
        findings=sorted(findings, key=lambda finding: ORDER.index(finding.status)),
        gauges=gauges,
        settings=visit.settings,
    )
