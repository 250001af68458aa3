"""Voucher: wrapping paper, a ribbon and its bow. The mark is the concert hall's."""

import math

import cairocffi as cairo
import numpy as np

from concert import concert_mark
from picture import mix, rgb, word

RASPBERRY, BLUSH = rgb("9e183c"), rgb("ffd8c8")
BOW = (301, 66)
RIBBON = 15


def satin(context, x0, y0, x1, y1, stops):
  """A gradient from one point to another: pairs of place and colour.

  Never so light that white letters over it could not be read.
  """
  gradient = cairo.LinearGradient(x0, y0, x1, y1)
  for place, colour in stops:
    gradient.add_color_stop_rgba(place, *mix(rgb(colour), rgb("8e1434"), 0.34), 1)
  context.set_source(gradient)


def paper(context):
  """Small stars in rows, tone on tone."""
  context.set_source_rgba(*rgb("d0486a"), 1)
  for row in range(-1, 9):
    for column in range(-1, 18):
      x, y = column * 24 + (row % 2) * 12 - 6, row * 20 - 4
      for arm in range(4):
        angle = arm * math.pi / 2 + math.pi / 4 * (column % 2)
        context.move_to(x, y)
        context.line_to(x + 0.75 * math.cos(angle - 0.8), y + 0.75 * math.sin(angle - 0.8))
        context.line_to(x + 2.7 * math.cos(angle), y + 2.7 * math.sin(angle))
        context.line_to(x + 0.75 * math.cos(angle + 0.8), y + 0.75 * math.sin(angle + 0.8))
        context.close_path()
      context.fill()


def bands(context):
  """The ribbon around the box: down, and to the right."""
  x, y = BOW
  satin(context, x - RIBBON, 0, x + RIBBON, 0, [
    (0, "a8203f"), (0.06, "e2596c"), (0.3, "f08a8f"), (0.5, "d94a60"), (0.8, "c73452"), (0.94, "e2596c"),
    (1, "a8203f")])
  context.rectangle(x - RIBBON, -4, 2 * RIBBON, 152)
  context.fill()
  satin(context, 0, y - RIBBON, 0, y + RIBBON, [
    (0, "a8203f"), (0.06, "e2596c"), (0.3, "f08a8f"), (0.5, "d94a60"), (0.8, "c73452"), (0.94, "e2596c"),
    (1, "a8203f")])
  context.rectangle(x, y - RIBBON, 90, 2 * RIBBON)
  context.fill()


def loop(context, side):
  s = side
  context.move_to(s * 3, -7)
  context.curve_to(s * 16, -34, s * 52, -50, s * 64, -28)
  context.curve_to(s * 74, -8, s * 60, 14, s * 40, 14)
  context.curve_to(s * 24, 14, s * 12, 10, s * 3, 6)
  context.close_path()


def hollow(context, side):
  """The inside of a loop, which lies in its own shade."""
  s = side
  context.move_to(s * 15, -4)
  context.curve_to(s * 26, -20, s * 48, -34, s * 56, -21)
  context.curve_to(s * 60, -10, s * 46, 1, s * 36, 2)
  context.curve_to(s * 28, 2.5, s * 20, 0, s * 15, -4)
  context.close_path()


def tail(context, side):
  s = side
  context.move_to(s * 1, 2)
  context.curve_to(s * 8, 26, s * 22, 40, s * 30, 64)
  context.line_to(s * 37.5, 54.5)
  context.line_to(s * 49, 57)
  context.curve_to(s * 42, 34, s * 24, 20, s * 10, 0)
  context.close_path()


def bow(context):
  context.translate(*BOW)
  for side in (-1, 1):
    tail(context, side)
    satin(context, 0, 4, side * 40, 62, [
      (0, "8e1434"), (0.25, "d3455c"), (0.55, "ee7f88"), (0.8, "cf3d57"), (1, "e0566a")])
    context.fill()
  for side in (-1, 1):
    loop(context, side)
    satin(context, side * 2, 4, side * 60, -28, [
      (0, "8e1434"), (0.16, "cf3d57"), (0.42, "f3969a"), (0.62, "e2596c"), (0.85, "f0868d"), (1, "c93651")])
    context.fill()
    hollow(context, side)
    satin(context, side * 14, 0, side * 56, -22, [(0, "6a0a28"), (0.6, "9c1a3c"), (1, "b92a49")])
    context.fill()
    # Folds that run out of the knot.
    for bend, length, strength in ((3, 36, 0.5), (8, 26, 0.35)):
      context.move_to(side * 6, 3)
      context.curve_to(side * 14, 4 + bend * 0.4, side * 24, 4 + bend * 0.6, side * length, 3 + bend)
      context.set_source_rgba(*rgb("8e1434"), strength)
      context.set_line_width(1)
      context.stroke()
  context.move_to(-10, -9)
  context.curve_to(-4, -13, 4, -13, 10, -9)
  context.curve_to(13, -3, 13, 4, 10, 10)
  context.curve_to(4, 13, -4, 13, -10, 10)
  context.curve_to(-13, 4, -13, -3, -10, -9)
  context.close_path()
  satin(context, -11, -8, 10, 12, [(0, "c93651"), (0.35, "f7a5a5"), (0.6, "df5368"), (1, "a8203f")])
  context.fill()
  for offset in (-4, 3):
    context.move_to(offset, -10.5)
    context.curve_to(offset + 2.5, -3, offset + 2.5, 4, offset - 0.5, 11)
    context.set_source_rgba(*rgb("9c1a3c"), 0.45)
    context.set_line_width(0.9)
    context.stroke()


def shadow(context, draw):
  context.translate(1.5, 4)
  context.push_group()
  draw(context)
  context.set_operator(cairo.OPERATOR_IN)
  context.set_source_rgba(*rgb("3d0418"), 1)
  context.paint()
  context.pop_group_to_source()
  context.paint()


def strip(picture):
  x, y = picture.x, picture.y
  picture.fill(RASPBERRY)
  picture.tint(rgb("b8244c"), np.exp(-(((x - 300) / 130) ** 2)) * np.exp(-(((y - 60) / 110) ** 2)) * 0.55)
  before = picture.colour.copy()
  picture.paint(paper)
  quiet = (0.2 + 0.8 / (1 + np.exp(-(x - 215) / 24)))[..., None]
  picture.colour = before * (1 - quiet) + picture.colour * quiet

  picture.paint(lambda c: shadow(c, bands), blur=3, opacity=0.45)
  picture.paint(bands)
  picture.paint(lambda c: shadow(c, bow), blur=4, opacity=0.6)
  picture.paint(bow)


def icon(picture):
  picture.fill(rgb("ffe2d6"))

  def gift(context):
    context.translate(19, 15.5)
    context.scale(0.26, 0.26)
    context.translate(-BOW[0], -BOW[1])
    bow(context)

  picture.paint(lambda c: (c.translate(0, 0.8), gift(c)), blur=1, opacity=0.4)
  picture.paint(gift)


def logo(picture):
  def draw(context):
    concert_mark(context, 11.5, 26, 40, BLUSH + (1,))
    word(context, "SORANA", 29, 28.4, 20.5, "EB Garamond 12", (1, 1, 1, 1), spacing=2.1)
    word(context, "CONCERT HALL", 29.8, 39, 7.1, "Lato", BLUSH + (1,), spacing=3.0)

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "strip": (375, 144, strip, dict(colours=224)),
  "icon": (38, 38, icon, dict(colours=64)),
  "logo": (160, 50, logo, dict(transparent=True, colours=32)),
}
