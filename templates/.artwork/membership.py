"""Membership: the museum's arches as a floor of tiles, thinning out towards the words on the left."""

import math

import cairocffi as cairo

from museum import museum_mark
from picture import rgb, word

LAVENDER, LILAC, INDIGO = rgb("e4dcf7"), rgb("cbbcf0"), rgb("2b1a66")
MUSTARD, ROSE, WHITE = rgb("f4bd52"), rgb("f3937a"), rgb("f8f5ff")
TILE = 48


# Each tile fills a square of 1 x 1, its base at y = 1.

def tile_arches(context, back, front, core):
  for part, colour in ((1.0, front), (0.64, back), (0.3, core)):
    left = (1 - part) / 2
    context.move_to(left, 1)
    context.line_to(left, 1 - part * 0.96 + part / 2)
    context.arc(0.5, 1 - part * 0.96 + part / 2, part / 2, math.pi, 0)
    context.line_to(left + part, 1)
    context.close_path()
    context.set_source_rgba(*colour, 1)
    context.fill()


def tile_quarters(context, back, front, core):
  for part, colour in ((1.0, front), (0.66, back), (0.33, core)):
    context.move_to(0, 1)
    context.arc(0, 1, part, -math.pi / 2, 0)
    context.close_path()
    context.set_source_rgba(*colour, 1)
    context.fill()


def tile_disc(context, back, front, core):
  context.set_source_rgba(*front, 1)
  context.arc(0.5, 0.5, 0.4, 0, 2 * math.pi)
  context.fill()
  context.set_source_rgba(*core, 1)
  context.arc(0.5, 0.5, 0.4, 0, math.pi)
  context.fill()


def tile_leaf(context, back, front, core):
  context.set_source_rgba(*front, 1)
  context.move_to(0, 1)
  context.arc(1, 1, 1, math.pi, 1.5 * math.pi)
  context.arc(0, 0, 1, 0, math.pi / 2)
  context.close_path()
  context.fill()
  context.set_source_rgba(*core, 1)
  context.arc(0.5, 0.5, 0.13, 0, 2 * math.pi)
  context.fill()


def tile_steps(context, back, front, core):
  context.set_source_rgba(*front, 1)
  for step in range(4):
    context.rectangle(step * 0.25, 0.75 - step * 0.25, 1 - step * 0.25, 0.25)
    context.fill()
  context.set_source_rgba(*core, 1)
  context.arc(0.22, 0.26, 0.14, 0, 2 * math.pi)
  context.fill()


# Column, row, drawing, quarter turns, back, front, core. Long words reach over the upper two rows: nothing dark there.
FLOOR = [
  (-2, 2, tile_quarters, 0, LAVENDER, rgb("dacff5"), rgb("dacff5")),
  (-1, 0, tile_leaf, 1, LAVENDER, rgb("dacff5"), LAVENDER),
  (0, 1, tile_quarters, 3, LAVENDER, rgb("d6caf4"), LILAC),
  (0, 2, tile_arches, 0, LAVENDER, LILAC, LILAC),
  (1, 0, tile_arches, 0, LILAC, WHITE, MUSTARD),
  (1, 1, tile_disc, 0, LAVENDER, LILAC, WHITE),
  (1, 2, tile_quarters, 1, LILAC, WHITE, ROSE),
  (2, 0, tile_quarters, 2, MUSTARD, WHITE, ROSE),
  (2, 1, tile_arches, 0, ROSE, WHITE, MUSTARD),
  (2, 2, tile_steps, 0, LILAC, INDIGO, MUSTARD),
  (3, 0, tile_disc, 1, ROSE, MUSTARD, WHITE),
  (3, 1, tile_quarters, 0, LILAC, WHITE, MUSTARD),
  (3, 2, tile_leaf, 0, MUSTARD, INDIGO, WHITE),
]


def strip(picture):
  picture.fill(LAVENDER)
  left = picture.width - 4 * TILE

  def floor(context):
    for column, row, tile, turns, back, front, core in FLOOR:
      context.save()
      context.translate(left + column * TILE, row * TILE)
      context.set_source_rgba(*back, 1)
      context.rectangle(0, 0, TILE, TILE)
      context.fill()
      context.rectangle(0, 0, TILE, TILE)
      context.clip()
      context.scale(TILE, TILE)
      context.translate(0.5, 0.5)
      context.rotate(turns * math.pi / 2)
      context.translate(-0.5, -0.5)
      tile(context, back, front, core)
      context.restore()

  picture.paint(floor)


def icon(picture):
  picture.fill(LAVENDER)
  picture.paint(lambda c: museum_mark(c, 7.5, 31.5, 23, INDIGO, rgb("d9573a")))


def logo(picture):
  def draw(context):
    museum_mark(context, 1, 39, 25, INDIGO, rgb("d9573a"))
    word(context, "ORVANE", 34, 30.3, 21, "League Spartan", INDIGO + (1,), spacing=0.9, weight=cairo.FONT_WEIGHT_BOLD)
    word(context, "CIRCLE OF FRIENDS", 34.6, 39, 7.2, "Lato", rgb("6b3fb0") + (1,), spacing=0.92,
         weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "strip": (375, 144, strip, dict(colours=64)),
  "icon": (38, 38, icon, dict(colours=16)),
  "logo": (160, 50, logo, dict(transparent=True, colours=32)),
}
