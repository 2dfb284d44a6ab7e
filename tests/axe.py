"""Accessibility as far as a program can look: axe, and where the keyboard's focus goes."""

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Hidden by the header is what the header's box covers, unless the header or something that lies over it has the focus.
COVERED = """() => {
  const element = document.activeElement, header = document.querySelector(".md-header");
  if (!element || element === document.body || header.contains(element) || element.closest(".md-skip")) return null;
  const box = element.getBoundingClientRect();
  const hidden = box.bottom <= header.getBoundingClientRect().bottom || box.top >= innerHeight || box.width === 0;
  return hidden ? element.outerHTML.slice(0, 200) : null;
}"""


def faults_of(page: Page, within: str = "html") -> list[str]:
    """Run axe and return what it finds, one line each."""
    # A content security policy that lets us in would be none.
    page.evaluate(f"() => {{ {AXE}; return true; }}")
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found: dict[str, Any] = page.evaluate(f"() => axe.run({json.dumps(within)}, {json.dumps(options)})")
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found["violations"] for node in rule["nodes"]]


def settle(page: Page) -> None:
    """Wait until nothing moves, so that no colour is measured halfway."""
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
