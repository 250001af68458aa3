#!/usr/bin/env python3
"""Looks at the buyer's page through a real browser.

    buyers_page.py FOLDER

FOLDER holds the pages (`NAME.html`) and `policy.txt`, their Content-Security-Policy. They are served with it, and one line
of JSON is printed for each thing that was looked at. With PASSMINT_SCREENSHOTS=FOLDER it also takes pictures.
"""

import http.server
import io
import json
import os
import pathlib
import sys
import threading
import traceback

import zxingcpp
from PIL import Image
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
# Long enough for a machine with other things to do. Nothing waits that long when all is well.
PATIENCE = 60_000
BADGE = b'<svg xmlns="http://www.w3.org/2000/svg" width="132" height="44"><rect width="132" height="44"/></svg>'

# What is wider than the screen, or sticks out of it.
OUTSIDE = """() => {
  const width = document.documentElement.clientWidth, found = []
  if (document.documentElement.scrollWidth > width) found.push(['page', document.documentElement.scrollWidth, width])
  for (const el of document.body.querySelectorAll('*')) {
    const box = el.getBoundingClientRect()
    if (box.width && (box.left < -0.5 || box.right > width + 0.5)) found.push([el.tagName, el.className, box.right])
    // Cut off by its own box.
    if (box.width && !el.closest('svg') && el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).display !== 'inline')
      found.push(['cut', el.tagName, el.className, el.scrollWidth, el.clientWidth])
  }
  return found
}"""

CONTRAST = """() => {
  const parse = color => color.startsWith('#')
    ? [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16)).concat(1)
    : (parts => parts.length === 3 ? parts.concat(1) : parts)(color.match(/[\\d.]+/g).map(Number))
  const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  const ground = el => {
    for (let at = el; at; at = at.parentElement) {
      // The ground of a pass is a drawing.
      const drawn = at.querySelector(':scope > svg.ground > rect')
      if (drawn) return parse(drawn.getAttribute('fill'))
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color[3] === 1) return color
    }
    return [255, 255, 255, 1]
  }
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let count = 0
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement
    if (!node.textContent.trim() || !el.checkVisibility({ visibilityProperty: true })) continue
    const [a, b] = [light(parse(getComputedStyle(el).color)), light(ground(el))].sort((x, y) => y - x)
    count += 1
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push([node.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05)])
  }
  return { count, found }
}"""

STRUCTURE = """() => {
  const all = [...document.querySelectorAll('*')], wrong = []
  const one = (selector, count = 1) => {
    const found = document.querySelectorAll(selector).length
    if (found !== count) wrong.push([selector, found])
  }
  one('main'); one('h1'); one('title'); one('meta[name=viewport]'); one('meta[name=robots][content=noindex]')
  one('meta[name=referrer][content=no-referrer]'); one('script', 0); one('[style]', 0); one('base', 0); one('form', 0)
  const ids = all.map(el => el.id).filter(Boolean)
  if (new Set(ids).size !== ids.length) wrong.push('an id stands twice')
  for (const el of document.querySelectorAll('[aria-labelledby]'))
    for (const id of el.getAttribute('aria-labelledby').split(' '))
      if (!document.getElementById(id)) wrong.push(['no such label', id])
  for (const el of document.querySelectorAll('section'))
    if (!el.getAttribute('aria-label') && !el.getAttribute('aria-labelledby')) wrong.push(['nameless section', el.className])
  for (const img of document.querySelectorAll('img')) if (!img.alt) wrong.push(['no alt', img.src])
  let level = 0
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const own = Number(heading.tagName[1])
    if (own > level + 1) wrong.push(['level left out', heading.textContent])
    if (!heading.textContent.trim()) wrong.push('an empty heading')
    level = own
  }
  for (const list of document.querySelectorAll('ul'))
    if ([...list.children].some(el => el.tagName !== 'LI')) wrong.push('not a list')
  const active = all.flatMap(el => [...el.attributes].filter(a => /^on/i.test(a.name) || /^\\s*javascript:/i.test(a.value)))
  if (active.length) wrong.push(active.map(a => a.name))
  const foreign = all.flatMap(el => [...el.attributes].filter(a => ['src', 'href', 'srcset', 'action'].includes(a.name)))
    .map(a => a.value).filter(value => value && !value.startsWith('/') && value !== 'data:,')
  if (foreign.length) wrong.push(foreign)
  return wrong
}"""

FOCUSED = """() => {
  const el = document.activeElement
  if (!el || el === document.body || el.dataset.seen) return null
  el.dataset.seen = 'yes'
  const style = getComputedStyle(el), box = el.getBoundingClientRect()
  return { href: el.getAttribute('href'), height: box.height, ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }
}"""


class Pages(http.server.BaseHTTPRequestHandler):
    folder = pathlib.Path()

    def do_GET(self):
        path = self.folder / (self.path.strip("/") + ".html")
        if self.path == "/badge.svg":
            return self.answer(BADGE, "image/svg+xml")
        if not path.is_file():
            return self.send_error(404)
        self.answer(path.read_bytes(), "text/html; charset=utf-8")

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", (self.folder / "policy.txt").read_text())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Looking:
    def __init__(self, browser, url, names):
        self.browser, self.url, self.names = browser, url, names
        self.group = ""
        self.requests, self.complaints, self.windows = [], [], {}

    def check(self, name, passed, found=""):
        line = {"group": self.group, "name": name, "passed": bool(passed), "found": str(found)[:2000]}
        print(json.dumps(line), flush=True)

    def run(self, group, look):
        self.group = group
        try:
            look()
        except Exception:  # the other groups still have something to say
            self.check("was looked at to its end", False, traceback.format_exc())

    def open(self, name, width=390, height=844, touch=False, scheme="light"):
        """The page in a browser with a mouse, or on a phone. Each of the two has one window, since a new one takes long."""
        if touch not in self.windows:
            context = self.browser.new_context(viewport={"width": 390, "height": 844}, has_touch=touch, is_mobile=touch)
            context.set_default_timeout(PATIENCE)
            page = self.windows[touch] = context.new_page()
            page.on("request", lambda request: self.requests.append(request.url))
            page.on("console", lambda said: self.complaints.append(f"{page.url}: {said.text}"))
            page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
            page.on("dialog", lambda dialog: (self.complaints.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
        page = self.windows[touch]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, media="screen", reduced_motion="reduce")
        page.goto(f"{self.url}/{name}")
        return page

    # The groups

    def layout(self):
        for name in self.names:
            for touch, widths in ((True, (390, 320)), (False, (1200, 700, 320))):
                page = self.open(name, touch=touch)
                for width in widths:
                    page.set_viewport_size({"width": width, "height": 844})
                    found = page.evaluate(OUTSIDE)
                    self.check(f"{name}: nothing sticks out at {width}", found == [], found)
                # As a reader sets it who needs large text.
                page.evaluate("document.documentElement.style.fontSize = '200%'")
                found = page.evaluate(OUTSIDE)
                self.check(f"{name}: nor with text twice as large", found == [], found)
        for name in ("arabic", "english"):
            page = self.open(name, touch=True)
            left = page.evaluate(
                "(r => { r.selectNodeContents(document.querySelector('h1')); return r.getBoundingClientRect().left })"
                "(document.createRange())"
            )
            at_right = left > 150
            self.check(f"{name} begins at its side", at_right == (name == "arabic"), left)

    def access(self):
        for name in self.names:
            page = self.open(name)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                found = page.evaluate(CONTRAST)
                self.check(f"{name}, {scheme}: contrast of 4.5", found["count"] > 0 and not found["found"], found)
                ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
                is_dark = sum(int(part) for part in ground[4:-1].split(",")) < 384
                self.check(f"{name}, {scheme}: the ground", is_dark == (scheme == "dark"), ground)
            found = page.evaluate(STRUCTURE)
            self.check(f"{name}: is built in order", found == [], found)
            links = page.locator("a:visible").count()
            stops = []
            while len(stops) <= links:
                page.keyboard.press("Tab")
                stop = page.evaluate(FOCUSED)
                if stop is None:
                    break
                stops.append(stop)
            self.check(f"{name}: Tab reaches every link", len(stops) == links, (len(stops), links))
            poor = [stop for stop in stops if not stop["ring"] or stop["height"] < 44]
            self.check(f"{name}: the focus is seen, and fingers hit", poor == [], poor)
            names = [
                line.strip() for line in page.locator("body").aria_snapshot().splitlines() if "- link" in line
            ]
            self.check(f"{name}: every link has a name of its own", len(set(names)) == links, names)

    def devices(self):
        address = (pathlib.Path(Pages.folder) / "address.txt").read_text()
        for name in ("desktop", "mac"):
            for scheme in ("light", "dark"):
                page = self.open(name, 1200, scheme=scheme)
                picture = Image.open(io.BytesIO(page.locator(".scan svg").screenshot())).convert("RGB")
                read = [code.text for code in zxingcpp.read_barcodes(picture)]
                self.check(f"{name}, {scheme}: a phone's camera reads the address", read == [address], read)
                quiet = {picture.getpixel((picture.width // 2, y)) for y in range(2, 12)}
                self.check(f"{name}, {scheme}: with a quiet zone", quiet == {(255, 255, 255)}, quiet)
                shown = page.locator("a:visible").evaluate_all("all => all.map(a => a.getAttribute('href'))")
                self.check(f"{name}: downloads stay", "/t/token-1.pkpass" in shown, shown)
                several = [href for href in shown if href.endswith(".pkpasses")]
                self.check(f"{name}: several at once are not offered to a mouse", several == [], several)
        page = self.open("mac", 820, touch=True)
        self.check("an iPad is shown no code", not page.locator(".scan").is_visible())
        self.check("an iPad is offered all at once", page.locator('a[href$=".pkpasses"]').first.is_visible())
        page = self.open("badge")
        box = page.locator("a.badge img").first.bounding_box()
        outer = page.locator("a.badge").first.bounding_box()
        space = min(box["x"] - outer["x"], box["y"] - outer["y"])
        self.check("Apple's badge is drawn with its free space", space >= 0.1 * box["height"] - 0.01, (box, outer))
        shape = box["width"] / box["height"]
        self.check("and in its own shape", abs(shape - 3) < 0.02, shape)
        page = self.open("desktop", 800)
        page.emulate_media(media="print")
        self.check("on paper stand the tickets", page.get_by_text("Ana Moreau").first.is_visible())
        self.check("and no buttons", page.locator("a:visible").count() == 0)
        found = page.evaluate(CONTRAST.replace("if (drawn)", "if (false)"))
        self.check("and all is dark on white", found["found"] == [], found)

    def quiet(self):
        foreign = {
            url for url in self.requests if url.split("/")[3] not in (*self.names, "badge.svg") or self.url not in url
        }
        self.check("nobody else is asked for anything", foreign == set() and len(self.requests) > 10, foreign)
        self.check("the browser has nothing to complain about", self.complaints == [], self.complaints)

    def pictures(self, folder):
        for name in self.names:
            for width, scheme in ((390, "light"), (390, "dark"), (1200, "light")):
                page = self.open(name, width, scheme=scheme, touch=width < 1000)
                height = page.evaluate("document.body.getBoundingClientRect().bottom")
                page.set_viewport_size({"width": width, "height": min(round(height), 4000)})
                page.screenshot(path=str(pathlib.Path(folder, f"{name}-{width}-{scheme}.png")))


def main():
    Pages.folder = pathlib.Path(sys.argv[1])
    names = sorted(path.stem for path in Pages.folder.glob("*.html"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        looking = Looking(browser, f"http://127.0.0.1:{server.server_port}", names)
        for group in ("layout", "access", "devices", "quiet"):
            looking.run(group, getattr(looking, group))
        if folder := os.environ.get("PASSMINT_SCREENSHOTS"):
            looking.pictures(folder)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
