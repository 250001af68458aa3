"""The templates that come with Passmint, drawn with each of their tickets."""

import io
import os
import pathlib

from PIL import Image

from browser import Look, Preview
from scan import scan


def look(report, browser, program, environment, templates):
    preview = Preview(program, templates, environment)
    try:
        for place in sorted(pathlib.Path(templates).glob("*.pkpasstemplate")):
            template(report, browser, preview, place.stem)
        if path := os.environ.get("PASSMINT_SCREENSHOT"):
            screenshot(browser, preview, path)
    finally:
        preview.end()


def template(report, browser, preview, name):
    look = Look(browser, scale=2)
    look.open(preview.address(name))
    for sample in look.page.eval_on_selector_all('[name="sample"] option', "all => all.map(el => el.value)"):
        look.open(preview.address(name, sample=sample))
        found = look.measure()
        report.check(
            f"{name}, {sample}: no field leaves the card",
            all(f["x"] >= -0.5 and f["right"] <= found["width"] + 0.5 for f in found["fields"]),
        )
        texts = [f for f in found["fields"] if found["barcode"] and f["value"]["bottom"] > found["barcode"]["y"]]
        report.check(f"{name}, {sample}: no field runs into the barcode", texts == [], [f["key"] for f in texts])
        if found["state"] == "valid" and found["barcode"]:
            code = scan(look.picture(".card.front .barcode"))
            report.check(f"{name}, {sample}: its barcode can be read", code, code)
    report.check(f"{name}: no error in the console", look.complaints == [], look.complaints)
    look.close()


def screenshot(browser, preview, path):
    """Few colours make a small file, and a screen has few."""
    look = Look(browser, scale=1.5, width=1280, height=860)
    look.open(preview.address("concert", sample="seat", language="fr"))
    look.page.select_option('[name="notification"]', "seat")
    look.page.focus('.card.front [data-key="seat"]')
    image = Image.open(io.BytesIO(look.page.screenshot())).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    look.close()
