"""The page as a person and a ruler see it: opening, waiting, measuring, taking pictures."""

import io
import json
import os
import pathlib
import select
import subprocess
import tempfile
import time
import traceback
import urllib.parse

from PIL import Image

CHROMIUM = "/usr/bin/chromium"
# Long enough for a machine with other things to do. Nothing waits that long when all is well.
PATIENCE = 60_000


class Report:
    """One line of JSON for each thing that was looked at."""

    def __init__(self, stream):
        self.stream = stream
        self.group = ""

    def check(self, name, passed, found=""):
        line = {"group": self.group, "name": name, "passed": bool(passed), "found": str(found)[:2000]}
        print(json.dumps(line), file=self.stream, flush=True)
        return bool(passed)

    def near(self, name, value, expected, tolerance=3):
        """Whether a measure in points is what it should be, or within (low, high)."""
        low, high = expected if isinstance(expected, tuple) else (expected, expected)
        ok = value is not None and low - tolerance <= value <= high + tolerance
        wanted = f"{low:.4g}" if low == high else f"{low} to {high}"
        return self.check(name, ok, f"{value if value is None else round(value, 2)}, wanted {wanted} ± {tolerance}")

    def run(self, group, look, *arguments):
        self.group = group
        started = time.monotonic()
        try:
            look(self, *arguments)
        except Exception:  # the other groups still have something to say
            self.check("was looked at to its end", False, traceback.format_exc())
        self.check("took its time", True, f"{time.monotonic() - started:.1f} s")


class Preview:
    """`passmint preview` under way."""

    def __init__(self, program, folder, environment):
        self.folder = pathlib.Path(folder)
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [program, "preview", str(folder)],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        select.select([self.process.stdout], [], [], PATIENCE / 1000)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.url = (self.process.stdout.readline() or "").strip().rstrip("/")
        if not self.url.startswith("http://"):
            self.process.kill()
            self.errors.seek(0)
            raise RuntimeError(f"passmint preview said {self.url!r} instead of an address; {self.errors.read()}")

    @property
    def host(self):
        return urllib.parse.urlsplit(self.url).netloc

    def address(self, name=None, **query):
        path = "/" if name is None else "/p/" + urllib.parse.quote(name)
        return self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")

    def end(self):
        self.process.terminate()
        self.process.wait()


class Look:
    """A browser's page, and what it did besides showing itself."""

    def __init__(self, browser, scale=1, width=1100, height=760):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, reduced_motion="reduce"
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.requests, self.complaints, self.dialogs = [], [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on(
            "console",
            lambda said: said.type in ("error", "warning") and self.complaints.append(f"{said.text} {said.location}"),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def open(self, address):
        self.page.goto(address, wait_until="commit")
        self.page.wait_for_selector("html[data-drawn]", state="attached")
        return self

    def drawn(self):
        return int(self.page.get_attribute("html", "data-drawn") or 0)

    def wait_redrawn(self, before):
        self.page.wait_for_function("n => Number(document.documentElement.dataset.drawn) > n", arg=before)

    def choose(self, act):
        """Does something that makes the page draw anew, and waits for it."""
        before = self.drawn()
        act()
        self.wait_redrawn(before)

    def radio(self, name, value):
        self.choose(lambda: self.page.check(f'#controls [name="{name}"][value="{value}"]', force=True))

    def select(self, name, value):
        self.choose(lambda: self.page.select_option(f'#controls [name="{name}"]', value))

    def measure(self):
        return self.page.evaluate(MEASURE)

    def picture(self, selector=".card.front", around=0):
        """The pixels of an element, with some points around it."""
        place = self.page.locator(selector).first
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        clip = {
            "x": box["x"] - around,
            "y": box["y"] - around,
            "width": box["width"] + 2 * around,
            "height": box["height"] + 2 * around,
        }
        return Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")

    def close(self):
        self.context.close()


# Everything in points from the corner of the card.
MEASURE = """() => {
  const card = document.querySelector('.card.front'), at = card.getBoundingClientRect()
  const box = r => ({ x: r.left - at.left, y: r.top - at.top, width: r.width, height: r.height,
    right: r.right - at.left, bottom: r.bottom - at.top })
  const place = el => el && el.getClientRects().length
    ? { ...box(el.getBoundingClientRect()), radius: parseFloat(getComputedStyle(el).borderTopLeftRadius) } : null
  const text = el => {
    if (!el || !el.getClientRects().length) return null
    const style = getComputedStyle(el), range = document.createRange()
    range.selectNodeContents(el)
    const ink = box(range.getBoundingClientRect())
    return { ...place(el), left: ink.x, inkRight: Math.min(ink.right, place(el).right),
      size: parseFloat(style.fontSize),
      weight: Number(style.fontWeight), text: el.innerText, cut: el.scrollWidth > el.clientWidth + 0.5,
      ellipsis: style.textOverflow === 'ellipsis' }
  }
  const one = selector => place(card.querySelector(selector))
  return {
    width: at.width, height: at.height, radius: parseFloat(getComputedStyle(card).borderTopLeftRadius),
    style: card.dataset.style, state: card.dataset.state,
    strip: one('.strip'), thumbnail: one('.thumbnail'), logo: one('.logo'), transit: one('.transit'),
    artwork: one('.artwork'), background: one('.background'),
    barcode: one('.barcode'), symbol: one('.barcode svg'), alt: text(card.querySelector('.barcode .alt-text')),
    logoText: text(card.querySelector('.logo-text')),
    fields: [...card.querySelectorAll('.field')].filter(el => el.getClientRects().length).map(el => ({
      key: el.dataset.key, row: el.closest('.row')?.dataset.row, fit: el.dataset.fit ?? null, ...place(el),
      label: text(el.querySelector('.label')), value: text(el.querySelector('.value')) }))
  }
}"""
