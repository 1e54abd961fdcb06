"""One word, one meaning; every sentence on a page in two languages."""

import ast
import gettext
import re

from django.utils.translation.template import templatize

from tests.architecture.house import CHECKOUT, SOURCE, calls, modules

CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES"
TEXT = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
CALLS = {"_", "lazy", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def catalogue() -> dict[str, str]:
    with (CATALOGUE / "django.mo").open("rb") as file:
        read = gettext.GNUTranslations(file)._catalog
    return {
        key[0] if isinstance(key, tuple) else key: value
        for key, value in read.items()
        if not isinstance(key, tuple) or key[1] == 0
    }


def words_of_pages() -> dict[str, str]:
    """Chinese sentence → where it is used; from templates and from Python. One with a context stands behind it, ``menu\\x04办理``."""
    found: dict[str, str] = {}
    for path in SOURCE.rglob("*.html"):
        source = templatize(path.read_text(encoding="utf-8"))
        for said in re.findall(rf"\bn?gettext\(({TEXT})", source):
            found[ast.literal_eval(said)] = path.name
        for context, said in re.findall(rf"\bpgettext\(({TEXT}), ?({TEXT})", source):
            found[f"{ast.literal_eval(context)}\x04{ast.literal_eval(said)}"] = path.name
    for path in modules("kernel", "engines", "adapters", "apps", "jobs", "portals", "config", "cli"):
        for name, call in calls(path):
            if (
                name in CALLS
                and call.args
                and isinstance(call.args[0], ast.Constant)
                and isinstance(call.args[0].value, str)
            ):
                found[call.args[0].value] = f"{path.name}:{call.lineno}"
            elif name in IN_CONTEXT:
                context, said = (ast.literal_eval(part) for part in call.args)
                found[f"{context}\x04{said}"] = f"{path.name}:{call.lineno}"
    return found


def test_every_sentence_of_a_page_is_in_the_english_catalogue():
    english, used = catalogue(), words_of_pages()
    assert len(used) > 300
    missing = [f"{where}: {said}" for said, where in used.items() if CHINESE.search(said) and not english.get(said)]
    assert not missing, missing


def test_the_compiled_catalogue_is_made_from_the_written_one():
    written = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    entries = re.findall(
        r'^(?:msgctxt ("(?:[^"\\]|\\.)*")\n)?msgid ((?:"(?:[^"\\]|\\.)*"\n)+)(?:msgid_plural .*\n)?msgstr(?:\[0\])? ((?:"(?:[^"\\]|\\.)*"\n?)+)',
        written,
        re.M,
    )
    said = {
        (f"{unquoted(context)}\x04" if context else "") + unquoted(msgid): unquoted(msgstr)
        for context, msgid, msgstr in entries
        if unquoted(msgid)
    }
    english = catalogue()
    assert not [msgid for msgid, msgstr in said.items() if not msgstr], "without a translation"
    assert not [msgid for msgid, msgstr in said.items() if english.get(msgid) != msgstr], (
        "compilemessages was forgotten"
    )


def unquoted(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.strip().splitlines())


def test_every_name_of_the_glossary_exists_in_the_code():
    sources = [*SOURCE.rglob("*.py"), *(CHECKOUT / "programs").rglob("*.yaml")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = [
        part
        for line in (CHECKOUT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")
        for name in re.findall(r"`([^`]+)`", line)
        for part in name.split(".")
    ]  # fmt: skip
    assert len(named) > 30
    words = set(re.findall(r"\w+", code))
    missing = [name for name in named if name not in words and not re.search(rf"\b{re.escape(name)}\b", code)]
    assert not missing, missing
