"""Every barcode as a scanner sees it on the screen."""

import pathlib
import sys

from fixtures import MESSAGES

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from scan import scan  # noqa: E402

NAMES = {
    "QR": "QR Code",
    "PDF417": "PDF417",
    "Aztec": "Aztec",
    "Code128": "Code 128",
    "Code39": "Code 39",
    "Codabar": "Codabar",
    "EAN13": "EAN-13",
    "I2of5": "ITF",
}


def look(report, look, preview):
    for format, message in MESSAGES.items():
        for suffix in ("", "-alt"):
            look.open(preview.address(f"bar-{format}{suffix}"))
            found = scan(look.picture(".card.front .barcode"))
            read = found and (found["format"], found["text"])
            report.check(f"{format}{suffix} is read from the screen", read == (NAMES[format], message), read)
    for width in (320, 430):
        look.open(preview.address("bar-PDF417-alt", width=width))
        found = scan(look.picture(".card.front .barcode"))
        report.check(f"PDF417 is read on a phone {width} wide", found and found["text"] == MESSAGES["PDF417"], found)
    look.open(preview.address("bar-none"))
    report.check("a pass without a barcode has no white box", look.page.locator(".card.front .barcode").count() == 0)
    look.open(preview.address("bar-undrawable"))
    said = look.page.locator(".card.front .barcode").first.inner_text()
    report.check("a barcode that cannot be drawn says why", "12 or 13 digits" in said, said)
