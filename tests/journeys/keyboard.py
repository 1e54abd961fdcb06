"""A person who has keys alone: each stop of the focus must be seen, in the order of the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

MOST_STOPS = 150
# Where the focus is, and what is wrong with it.
STOP = """async () => {
  const at = document.activeElement, wrong = [];
  if (!at || at === document.body) return { wrong: ["the focus is nowhere"] };
  const look = getComputedStyle(at), name = at.outerHTML.slice(0, 90);
  const ring = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
  if (!ring && look.boxShadow === "none") wrong.push(`no sign of the focus: ${name}`);
  if (at.tabIndex > 0) wrong.push(`an order of its own: ${name}`);
  const canBeSeen = () => {
    const box = at.getBoundingClientRect();
    const right = Math.min(box.right, innerWidth) - 2, bottom = Math.min(box.bottom, innerHeight) - 2;
    return [[box.left + 2, box.top + 2], [right, bottom], [(box.left + right) / 2, (box.top + bottom) / 2]].some(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top && (at.contains(top) || top.contains(at) || [...(at.labels ?? [])].some((label) => label.contains(top)));
    });
  };
  let isSeen = canBeSeen();
  for (let frame = 0; !isSeen && frame < 120; frame++) { // the page is still moving there
    await new Promise(requestAnimationFrame);
    isSeen = canBeSeen();
  }
  if (!isSeen) wrong.push(`covered or off the screen: ${name}`);
  if (window.lastStop?.isConnected && !(window.lastStop.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) && window.lastStop !== at)
    wrong.push(`behind ${window.lastStop.outerHTML.slice(0, 60)} comes what stands before it: ${name}`);
  window.lastStop = at;
  return { wrong, name: at.name ?? "", value: at.value ?? "", type: at.type ?? "", tag: at.tagName, said: at.innerText ?? "", isOn: at.checked ?? false };
}"""
START_ANEW = "() => { window.lastStop = null; }"


class Keys:
    """`wrong`: what a reader could not see or would not expect, of all stops so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def follow(self) -> None:
        """Enter, and the page that it leads to."""
        with self.page.expect_navigation():
            self.press("Enter")

    def stop(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(STOP)
        self.wrong += [f"{self.page.url}: {fault}" for fault in found["wrong"]]
        return found

    def tab(self) -> dict[str, Any]:
        self.press("Tab")
        return self.stop()

    def skip_to_content(self) -> None:
        """The first stop of a page leads past its menus."""
        self.page.evaluate(START_ANEW)
        first = self.tab()
        assert first["said"] in ("跳到正文", "Skip to content"), first
        self.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"

    def tab_to(self, target: Locator) -> None:
        for _ in range(MOST_STOPS):
            self.tab()
            if target.evaluate("(each) => each === document.activeElement"):
                return
        raise AssertionError(f"keys do not lead to {target}")

    def fill(self, answers: dict[str, str], last: Locator) -> None:
        """Go on to `last`; on the way each field of `answers` gets its own: text, or the value to choose."""
        left = dict(answers)
        for _ in range(MOST_STOPS):
            at = self.tab()
            if last.evaluate("(each) => each === document.activeElement"):
                assert left == {}, f"never came to {left}"
                return
            if at.get("name") in left:
                self._answer(at, left.pop(at["name"]))
        raise AssertionError(f"keys do not lead to {last}")

    def _answer(self, at: dict[str, Any], wanted: str) -> None:
        if at["type"] == "checkbox" or at["type"] == "radio" and at["value"] == wanted:
            self.press("Space")
        elif at["type"] == "radio" or at["tag"] == "SELECT":
            for _ in range(30):
                self.press("ArrowDown")
                if self.page.evaluate("document.activeElement.value") == wanted:
                    return
            raise AssertionError(f"arrows do not lead to {wanted}")
        else:
            self.press("ControlOrMeta+a")
            self.type(wanted)
