from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def healthy(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about anyone."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthy", healthy, name="healthy"),
    path("language/", include("django.conf.urls.i18n")),
]
