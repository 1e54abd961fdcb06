"""
What was tested of everybody's being able to use the pages, and what is known to be wanting: the accessibility statement says it.

The tests of the pages take their rules and widths from here, so that the statement cannot promise what they do not look at. `REVIEWED_ON`
moves when somebody has gone through `TESTED` and `LIMITS` anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

REVIEWED_ON = date(2026, 11, 27)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Tags of axe's rules: WCAG 2.2 A and AA, and its own advice."""
DESK, PHONE = 1440, 390
"""Widths in CSS points."""


@dataclass(frozen=True)
class Said:
    zh: str
    en: str


TESTED = (
    Said(
        "规则：每一页用 axe 按 WCAG 2.2 的 A、AA 级规则检查，折叠的内容也检查，浅色、深色两种外观都检查；有一处不符合，就不能发布。",
        "Rules: every page is checked by axe against WCAG 2.2, levels A and AA, folded parts included, in the light and the dark look; one finding stops a release.",
    ),
    Said(
        f"宽度：每一页在 {DESK}、{PHONE} 像素宽，和放大到 200%、400%（320 像素宽）时检查，不用左右拖动。",
        f"Widths: every page is looked at {DESK} and {PHONE} pixels wide, at 200 % and at 400 % (320 pixels); none has to be pushed sideways.",
    ),
    Said(
        "键盘：入户走访从登录到上报、职工从登录到拿到申请回执，都只用键盘走完；每停一处都看得见停在哪里，出错后停在出错的说明上。",
        "Keyboard: a home visit from signing in to handing it in, and an application from signing in to its receipt, are done by keys alone; "
        "each stop shows where it is, and after a mistake it is at the words about it.",
    ),
    Said(
        "不启用脚本：申请和走访登记在不启用脚本的浏览器里各走完一遍。",
        "Without scripts: an application and a visit are each done once in a browser that runs none.",
    ),
    Said(
        "语言：登录后的每一页都用英文打开，检查有没有漏译；切换语言停在原来的页面。",
        "Language: every page is opened in English and searched for words left in Chinese; switching keeps the page.",
    ),
)
LIMITS = (
    Said(
        "以上由自动测试在 Chromium 浏览器里完成。还没有请使用读屏软件的人试用，也没有在 Safari、Firefox 和手机自带的浏览器里逐页检查。",
        "All this is done by automatic tests in Chromium. Nobody who uses a screen reader has tried the pages yet, and they were not gone through in Safari, Firefox or the browsers that phones bring.",
    ),
    Said(
        "手写签名要用手指或鼠标；不便的，可拍下纸上的签名，或只选“已签字”。",
        "Signing on the screen takes a finger or a mouse; who cannot may photograph a signature on paper, or just say that it was signed.",
    ),
    Said(
        "图表和地图要启用脚本才画得出来，也不能逐点用键盘走；旁边的表格有同样的数字和链接。",
        "Charts and maps are drawn by scripts and have no stops for keys; the table beside has the same numbers and links.",
    ),
    Said(
        "职工交来的照片、扫描件没有文字说明；导出的 Excel 和银行文件没有做无障碍检查。",
        "Photos and scans that people hand in have no description in words; Excel and bank files that are exported were not checked.",
    ),
    Said(
        "不启用脚本时，在填到一半的页面上切换语言或外观，没有保存的内容不会带过去。",
        "Without scripts, switching language or look on a half-filled page does not take along what was not saved.",
    ),
    Said(
        "项目规则中引用的文件原文、工会和地名只有中文。",
        "Quotations of the papers behind a programme, and names of unions and places, are in Chinese only.",
    ),
)
