"""The programmes for everybody: by place and topic with a search, a page each, and the finder for whoever will not sign in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import areas
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.engines.policy.parameters import is_area
from niangjia.portals.design.finding import FinderPages
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.program_pages import Listed, ProgramPage, address_of, by_place, language_now, program_page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show


@page(Access.PUBLIC)
def program_list(request: PageRequest) -> HttpResponse:
    """Every programme in force, by place; narrowed by words, place and topic from the address."""
    asof = timezone.localdate()
    wording = published.wording()
    found = published.list_published(asof=asof)
    home = matters.place_for(request.viewer) if request.viewer else ""
    words = request.GET.get("q", "")[:60]
    place, topic = request.GET.get("place", ""), request.GET.get("topic", "")
    chosen = [
        one
        for one in found
        if (not place or one.pack.area == place)
        and (not topic or wording.topic(one.pack) == topic)
        and _has_words(one, words)
    ]
    begun = {one.pack.id for one in matters.list_begun_by_workers(today=asof)}
    services = [_listed(one, asof, home) for one in chosen if one.pack.id in begun]
    chosen = [one for one in chosen if one.pack.id not in begun]
    listed = [_listed(one, asof, home) for one in chosen if one.pack.benefit or one.pack.measures]
    # What gives nothing itself: how the union sorts, counts and finds. Nobody applies for it.
    internal = [_listed(one, asof, home) for one in chosen if not (one.pack.benefit or one.pack.measures)]
    language = language_now()
    used = {wording.topic(one.pack) for one in found}
    context = {
        **_frame(request),
        "groups": by_place(listed),
        "internal": by_place(internal),
        "services": by_place(services),
        "count": len(listed),
        "is_narrowed": bool(words or place or topic),
        "q": words,
        "place": place,
        "topic": topic,
        "places": [(code, areas.full_name_of(code)) for code in sorted({one.pack.area for one in found})],
        "topics": [(one.id, one.title[language]) for one in wording.topics if one.id in used],
    }
    return show(request, "public/programs.html", context)


@page(Access.PUBLIC)
def program(request: PageRequest, area: str, program_id: str) -> HttpResponse:
    """One programme. With the numbers of a place inside its own area: of ``?area=``, else of where the viewer is."""
    asof = timezone.localdate()
    wanted = request.GET.get("area", "")
    if not wanted and request.viewer is not None:
        home = matters.place_for(request.viewer)
        wanted = home if _holds(program_id, area, home, asof) else ""
    inside = wanted if is_area(wanted) and wanted.startswith(area) else area
    one = published.find_published(program_id, area=inside, asof=asof)
    if one is None or one.pack.area != area:
        raise Http404(program_id)
    said = program_page(
        one.pack, area=inside, asof=asof, wording=published.wording(), overrides=one.overrides,
        known=published.known_of_area(area=inside, asof=asof),
    )  # fmt: skip
    context = {
        **_frame(request),
        "page": said,
        "versions": one.versions,
        "measures": measures(said, published.list_published(asof=asof)),
        "find_url": _frame(request)["find_url"] if said.paid and one.pack.entry != "open" else "",
        "apply_url": reverse("member:apply_for", args=[program_id]) if _can_apply(request, one, asof) else "",
        "report_url": reverse("matters:report", args=[area, program_id]) if one.pack.entry == "open" else "",
    }
    return show(request, "public/program.html", context)


def _frame(request: PageRequest) -> dict[str, str]:
    """A worker who is signed in stays in their own frame, with their own finder."""
    if request.viewer is not None and permissions.may(request.viewer, "own.view"):
        return {"frame": "desk.html", "find_url": reverse("member:find")}
    return {"frame": "open.html", "find_url": reverse("public:find")}


def _holds(program_id: str, area: str, home: str, asof: date) -> bool:
    """Whether it is this area's text that holds at the viewer's: the county may have its own."""
    one = published.find_published(program_id, area=home, asof=asof) if home.startswith(area) else None
    return one is not None and one.pack.area == area


def _can_apply(request: PageRequest, one: Published, asof: date) -> bool:
    """A worker may where the programme holds for their union; who is not signed in yet, where it holds on this page."""
    if request.viewer is None:
        return matters.is_offered(one)
    if not permissions.may(request.viewer, "own.view"):
        return False
    return one.pack.id in matters.list_offered(request.viewer, today=asof)


@page(Access.PUBLIC, methods=("GET", "POST"))
def find(request: PageRequest) -> HttpResponse:
    """The finder without an account: nothing is kept, the answers travel in the form."""
    home = deployment().home
    pages = FinderPages(
        request, address=reverse("public:find"), leave=reverse("public:programs"), frame="open.html", home=home
    )
    return pages.respond()


def measures(said: ProgramPage, found: Iterable[Published]) -> list[dict[str, object]]:
    """A container's measures with links to what carries them out, where that is installed."""
    language = language_now()
    by_id = {one.pack.id: one for one in found}
    return [
        {
            "title": one.title,
            "clause": one.clause,
            "links": [
                {"title": by_id[name].pack.title[language], "href": address_of(by_id[name].pack)}
                if name in by_id
                else {"title": name, "href": ""}
                for name in one.programs
            ],
        }
        for one in said.said.measures
    ]


def _listed(one: Published, asof: date, home: str) -> Listed:
    """With the numbers of `home`, where it is this text that holds there."""
    area = home if _holds(one.pack.id, one.pack.area, home, asof) else one.pack.area
    said = program_page(
        one.pack,
        area=area,
        asof=asof,
        wording=published.wording(),
        overrides=one.overrides,
        with_example=False,
    )
    return Listed(said, address_of(one.pack, area))


def _has_words(one: Published, words: str) -> bool:
    """Every word stands somewhere in what the programme says of itself, in either language."""
    if not words.strip():
        return True
    pack = one.pack
    says: list[Mapping[str, str]] = [pack.title]
    says += [rule.say for rule in pack.rules] + [tier.say for tier in pack.tiers] + [line.say for line in pack.benefit]
    says += (
        [tier.title for tier in pack.tiers]
        + [line.title for line in pack.benefit]
        + [part.title for part in pack.measures]
    )
    text = " ".join(
        [pack.id, pack.issuer, areas.full_name_of(pack.area), *(half for say in says for half in say.values())]
    )
    return all(word in text.lower() for word in words.lower().split())
