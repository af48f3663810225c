"""`/api/docs`: the API to read, for anybody. It is one page of ours, and asks nothing of other servers."""

from litestar import Router, get

from codex.httpkit.asked import Req
from codex.httpkit.needs import Need
from codex.web.present.api_docs import ApiDocsView, api_docs
from codex.web.rendering import Page, page

_DOCUMENT = "/api/openapi.json"


@get("/api/docs", opt={"operation": Need.PUBLIC})
async def show(request: Req) -> Page:
    """Made of the OpenAPI document once, when somebody asks first."""
    view: ApiDocsView | None = request.app.state.get("api_docs")
    if view is None:
        view = request.app.state.api_docs = api_docs(request.app.state.api_document(request), address=_DOCUMENT)
    return page(request, "api_docs.html", docs=view)


router = Router("/", route_handlers=[show])
