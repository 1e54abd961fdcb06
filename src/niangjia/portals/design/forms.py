"""Forms in the look of the house: a label, a control, a hint, the error where it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

_CHOOSING = (forms.Select,)
_TICKING = (forms.CheckboxInput,)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""The first and the last day that anything of a person or a plan could be; beyond them a year was mistyped."""


class Form(forms.Form):
    """
    Gives every control its class, ties hint and error to it for screen readers, and leaves the browser's own checks off:
    ours are worded in the page's language and stand at the field.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages.setdefault("required", _("请填写"))
            if "required" in field.error_messages:
                asks = _("请选择“%(label)s”。") if isinstance(field.widget, _CHOOSING) else _("请填写“%(label)s”。")
                field.error_messages["required"] = asks % {"label": field.label}
            if isinstance(field, forms.DateField):
                words = _("请核对年份：日期须在 %(first)s 至 %(last)s 之间。") % {"first": FIRST_DAY, "last": LAST_DAY}
                field.validators += [MinValueValidator(FIRST_DAY, words), MaxValueValidator(LAST_DAY, words)]
            kind = (
                "form-select"
                if isinstance(field.widget, _CHOOSING)
                else "form-check-input"
                if isinstance(field.widget, _TICKING)
                else "form-control"
            )
            field.widget.attrs.setdefault("class", kind)
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"hint-{self.add_prefix(name)}"

    def mark_errors(self) -> None:
        """After checking: say at each control that it is wrong and where the words for it stand."""
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()
                attrs["aria-invalid"] = "true"
                attrs["aria-describedby"] = f"error-{self.add_prefix(name)}"

    def is_valid(self) -> bool:
        valid = super().is_valid()
        self.mark_errors()
        return valid


class Suggesting(forms.TextInput):
    """A line of text for one of many: what is typed is searched by the form; `suggested` is offered while typing, and need not be all there is."""

    def __init__(self, suggested: Iterable[str] = ()) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.suggested = list(suggested)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{(attrs or {}).get('id', name)}-list"
        line = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((one,) for one in self.suggested))
        return format_html('{}<datalist id="{}">{}</datalist>', line, listed, options)


class ReasonForm(Form):
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def money_input() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
