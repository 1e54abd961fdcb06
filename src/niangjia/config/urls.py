"""Every address. Each view declares who may open it; `portals/tests` walks this list and refuses one that does not."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language

from niangjia.portals.design.pages import Access, page


@page(Access.PUBLIC)
def healthy(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about anyone."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthy", healthy, name="healthy"),
    path("language/setlang/", page(Access.PUBLIC, methods=("POST",))(set_language), name="set_language"),
    path("", include("niangjia.portals.public.urls")),
    path("desk/", include("niangjia.portals.officer.urls")),
    path("mine/", include("niangjia.portals.member.urls")),
    path("", include("niangjia.portals.services.urls")),
    path("", include("niangjia.portals.cockpit.urls")),
    path("api/v1/", include("niangjia.portals.api.urls")),
]
handler400 = "niangjia.portals.api.problems.bad"
handler500 = "niangjia.portals.api.problems.broken"
handler404 = "niangjia.portals.design.errors.not_found"
