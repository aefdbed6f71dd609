"""Photograph pages at each width and theme, and say what is wrong with them.

python tests/browser/shots.py URL... --out DIR [--cookie name=value] [--width 390 --width 1280]
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
INSPECT = Path(__file__).with_name("inspect.js")

# Told to the console by the page itself, since a violation is no console message in every case.
TELL = """addEventListener("securitypolicyviolation", broken =>
    console.error(`CSP: ${broken.violatedDirective} ${broken.blockedURI} ${broken.sourceFile}`))"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--cookie", action="append", default=[], help="name=value")
    parser.add_argument("--width", action="append", type=int, help="default 1280 and 390")
    parser.add_argument("--theme", action="append", choices=THEMES, help="default both")
    parser.add_argument("--no-js", action="store_true", help="with scripts switched off")
    parser.add_argument("--wait", type=int, default=150, help="milliseconds after load")
    parser.add_argument("--fold", action="store_true", help="only what is seen without scrolling")
    parser.add_argument("--click", action="append", default=[], help="selector pressed before")
    return parser.parse_args()


def open_context(browser: Browser, asked: argparse.Namespace, width: int, theme: Theme) -> Any:
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 600 else 900},
        color_scheme=theme,
        reduced_motion="reduce",
        java_script_enabled=not asked.no_js,
        ignore_https_errors=True,
    )
    origins = {
        urlsplit(url)._replace(path="/", query="", fragment="").geturl() for url in asked.urls
    }
    for pair in asked.cookie:
        name, _, value = pair.partition("=")
        for origin in origins:
            context.add_cookies([{"name": name, "value": value, "url": origin}])
    context.add_init_script(TELL)
    return context


def listen(page: Page, heard: list[str]) -> None:
    page.on(
        "console",
        lambda said: (
            heard.append(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
    page.on(
        "response",
        lambda answer: (
            heard.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None
        ),
    )


def visit(context: BrowserContext, url: str, asked: argparse.Namespace, to: Path) -> Iterator[str]:
    """Yields each complaint about the page."""
    page = context.new_page()
    heard: list[str] = []
    listen(page, heard)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(asked.wait)
    for selector in asked.click:
        page.click(selector)
    seen = [] if asked.no_js else page.evaluate(INSPECT.read_text())
    page.screenshot(path=to, full_page=not asked.fold)
    yield from [*heard, *seen]
    page.close()


def file_name(url: str, width: int, theme: Theme) -> str:
    parts = urlsplit(url)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{parts.path} {parts.query}").strip("-") or "home"
    return f"{stem[:80]}-{width}-{theme}.png"


def main() -> int:
    asked = arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    complaints = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for width in asked.width or (1280, 390):
            for theme in asked.theme or THEMES:
                context = open_context(browser, asked, width, theme)
                for url in asked.urls:
                    to = asked.out / file_name(url, width, theme)
                    print(to)
                    for complaint in dict.fromkeys(visit(context, url, asked, to)):
                        complaints += 1
                        print(f"    {complaint}")
                context.close()
        browser.close()
    return int(complaints > 0)


if __name__ == "__main__":
    sys.exit(main())
