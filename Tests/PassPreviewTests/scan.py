#!/usr/bin/env python3
"""Reads barcodes as a scanner would, with ZXing.

Standard input: a JSON array of drawings {columns, rows, path}. Standard output: a JSON array with an answer for each,
{format, text, bytes}, or null where nothing was found. `bytes` is in hexadecimal digits.
"""

import json
import re
import sys

import zxingcpp
from PIL import Image, ImageDraw

# Pixels a module is wide; modules that a linear code is high; modules of white around.
SCALE, LINEAR_HEIGHT, QUIET = 3, 30, 10
# Code 39 as it is, not the pairs that stand for small letters; and nothing that only looks like one of the others.
FORMATS = [
    getattr(zxingcpp.BarcodeFormat, name)
    for name in ("QRCodeModel2", "PDF417", "AztecCode", "Code128", "Code39Std", "Codabar", "EAN13", "ITF")
]
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z")


def picture(drawing):
    """Fills the runs of the path, and nothing else: a path that is written in another way is an error."""
    columns, rows = drawing["columns"], drawing["rows"]
    stretch = LINEAR_HEIGHT if rows == 1 else 1
    image = Image.new("L", ((columns + 2 * QUIET) * SCALE, (rows * stretch + 2 * QUIET) * SCALE), 255)
    draw = ImageDraw.Draw(image)
    runs = RUN.findall(drawing["path"])
    if RUN.sub("", drawing["path"]) or not runs:
        raise ValueError("not a path of runs: " + drawing["path"][:200])
    for run in runs:
        x, y, width, height, back = map(int, run)
        if width != back or x + width > columns or y + height > rows:
            raise ValueError(f"a run outside of the drawing: {run}")
        left, top = (x + QUIET) * SCALE, (y * stretch + QUIET) * SCALE
        draw.rectangle((left, top, left + width * SCALE - 1, top + height * stretch * SCALE - 1), fill=0)
    return image


def scan(image):
    """The one barcode of a picture."""
    found = zxingcpp.read_barcodes(image, FORMATS, text_mode=zxingcpp.TextMode.Plain)
    if len(found) != 1:
        return None
    return {"format": str(found[0].format), "text": found[0].text, "bytes": found[0].bytes.hex()}


if __name__ == "__main__":
    print(json.dumps([scan(picture(drawing)) for drawing in json.load(sys.stdin)]))
