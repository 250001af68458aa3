# Draws every image of the templates, the same bytes each time. To run it on Debian 12:
#   apt-get install libcairo2 pngquant optipng fonts-ebgaramond fonts-league-spartan fonts-bebas-neue fonts-lato
#   python3 -m venv venv && venv/bin/pip install pillow numpy cairocffi
#   venv/bin/python templates/.artwork/draw.py [concert] [museum] …
"""Beside this file each template has a file of its own: its drawings, and under IMAGES width, height and colours."""

import importlib
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from picture import Picture

TEMPLATES = Path(__file__).resolve().parent.parent


def main(names):
  for name in names or sorted(path.stem.removesuffix(".pkpasstemplate") for path in TEMPLATES.glob("*.pkpasstemplate")):
    images = importlib.import_module(name.replace("-", "_")).IMAGES
    folder = TEMPLATES / f"{name}.pkpasstemplate"
    folder.mkdir(exist_ok=True)
    for image, (width, height, draw, options) in images.items():
      for scale in (1, 2, 3):
        picture = Picture(width, height, scale)
        draw(picture)
        path = folder / f"{image}{'' if scale == 1 else f'@{scale}x'}.png"
        path.parent.mkdir(exist_ok=True)
        picture.save(path, **options)


if __name__ == "__main__":
  main(sys.argv[1:])
