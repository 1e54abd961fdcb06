"""The programmes as a folder of plain HTML files: no server, no script, no other file; for a union's own site or a memory stick."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides
from niangjia.engines.policy.published import Wording
from niangjia.portals.design.program_pages import Listed, ProgramPage, by_place, program_page

LANGUAGES = (("zh-hans", ""), ("en", ".en"))
_STYLE = Path(__file__).parent / "static" / "css" / "programs.css"


@dataclass(frozen=True)
class ToPublish:
    """`known`: facts that are the same for everybody in the pack's area."""

    pack: Pack
    overrides: Overrides
    known: Mapping[str, object]


def write_pages(
    packs: Sequence[ToPublish], out: Path, *, asof: date, wording: Wording, chosen: Iterable[str] = ()
) -> list[Path]:
    """
    Write an index and a page a programme, each in Chinese and English; return what was written. `chosen`: only these ids (none: all).

    Each file stands alone: its style is inside and named by hash in its own content policy; nothing is asked of another host.
    """
    out.mkdir(parents=True, exist_ok=True)
    only = set(chosen)
    shown = [one for one in packs if not only or one.pack.id in only]
    style = _STYLE.read_text(encoding="utf-8").replace("</", "<\\/")
    frame = {
        "style": mark_safe(style),
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    }
    written = []
    for language, suffix in LANGUAGES:
        with translation.override(language):
            pages = [(one, _page(one, asof, wording)) for one in shown]
            other = ".en" if suffix == "" else ""
            context = {
                **frame, "title": _("帮扶与服务项目"), "index_href": f"index{suffix}.html", "other_href": f"index{other}.html",
                "groups": by_place(Listed(page, _file(one.pack, suffix)) for one, page in pages), "count": len(pages), "asof": asof,
            }  # fmt: skip
            written.append(_write(out / f"index{suffix}.html", context))
            names = {one.pack.id: one.pack for one in packs}
            there = {one.pack.id for one in shown}
            for one, page in pages:
                context = {
                    **frame, "title": page.said.title, "index_href": f"index{suffix}.html", "other_href": _file(one.pack, other),
                    "page": page, "measures": _measures(page, names, there, suffix),
                }  # fmt: skip
                written.append(_write(out / _file(one.pack, suffix), context))
    return written


def _page(one: ToPublish, asof: date, wording: Wording) -> ProgramPage:
    return program_page(
        one.pack, area=one.pack.area, asof=asof, wording=wording, overrides=one.overrides, known=one.known
    )


def _measures(page: ProgramPage, names: Mapping[str, Pack], there: set[str], suffix: str) -> list[dict[str, object]]:
    def link(program: str) -> dict[str, str]:
        pack = names.get(program)
        title = pack.title[page.said.language] if pack else program
        return {"title": title, "href": _file(pack, suffix) if pack and program in there else ""}

    return [
        {"title": one.title, "clause": one.clause, "links": [link(name) for name in one.programs]}
        for one in page.said.measures
    ]


def _file(pack: Pack, suffix: str) -> str:
    return f"{pack.area}-{pack.id}{suffix}.html"


def _write(path: Path, context: Mapping[str, object]) -> Path:
    path.write_text(render_to_string("programs/static.html", dict(context)), encoding="utf-8")
    return path
