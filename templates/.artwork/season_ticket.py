"""Season ticket: the curtain of a theatre parts before a moon; the mark is the same curtain, drawn as an O."""

import math

import cairocffi as cairo
import numpy as np

from picture import arc_of_ellipse, rgb, word

BOTTLE, PEACH, PAPER = rgb("124038"), rgb("ffbe96"), rgb("fff8e8")


def curtain(picture, side):
  """One half of the curtain: how much of each pixel it covers, and how much light its folds catch there.

  It hangs from the top and is held by a cord at two thirds of its height; `side` is -1 on the left, 1 on the right.
  """
  across = (picture.x - 45) * side
  y = picture.y
  gathered = np.clip(y / 62, 0, 1)
  edge = 6 + 27 * gathered ** 1.7
  below = np.clip((y - 62) / 28, 0, 1)
  edge = edge - 7 * below ** 0.7
  covered = 0.5 + 0.5 * np.tanh((across - edge) / 0.44)
  # Folds run towards the cord, hence they are counted in parts of the curtain's width at that height.
  part = np.clip((across - edge) / np.maximum(52 - edge, 1), 0, 1)
  folds = 0.5 + 0.5 * np.cos(part ** 0.8 * math.pi * 2 * 5.5 - 0.5)
  light = 0.16 + 0.84 * folds ** 1.5
  light = light * (1.08 - 0.5 * part) * (0.78 + 0.34 * np.exp(-(((y - 34) / 30) ** 2)))
  return covered, light


def thumbnail(picture):
  x, y = picture.x, picture.y
  picture.fill(rgb("0a2a2a"))
  picture.tint(rgb("17504a"), np.exp(-(((y - 66) / 34) ** 2)) * 0.9)
  distance = np.hypot(x - 45, y - 36)
  picture.tint(rgb("f6d08f"), np.exp(-((distance / 24) ** 2)) * 0.55)

  def moon(context):
    context.set_source_rgba(*rgb("ffe6b3"), 1)
    context.arc(45, 36, 15, 0, 2 * math.pi)
    context.fill()

  def hills(context):
    for start, peak, end, colour in ((70, 55, 62, "0f4541"), (64, 66, 74, "0a3330")):
      context.move_to(0, 90)
      context.line_to(0, start)
      context.curve_to(25, peak - 6, 40, peak + 10, 60, peak + 3)
      context.curve_to(72, peak - 2, 84, end - 4, 90, end)
      context.line_to(90, 90)
      context.close_path()
      context.set_source_rgba(*rgb(colour), 1)
      context.fill()

  def tree(context):
    """A bare tree: the whole scenery of many a play."""
    context.set_source_rgba(*rgb("06201f"), 1)
    for line, width in (
      ((45.5, 78, 45, 66, 47, 58, 45.5, 46), 2.2), ((46.2, 60, 47, 54, 51, 51, 53.5, 45), 1.3),
      ((46.4, 56, 45, 50, 41, 48, 39, 43), 1.2), ((50.4, 51.2, 50.6, 48, 49.8, 45, 50.4, 42), 0.8),
      ((41.6, 47.6, 41.4, 44, 42.6, 41, 42.2, 38.5), 0.7), ((45.8, 50, 47, 46, 46.6, 42, 47.4, 38.5), 0.8),
    ):
      context.set_line_width(width)
      context.move_to(*line[:2])
      context.curve_to(*line[2:])
      context.stroke()

  def boards(context):
    context.set_source_rgba(*rgb("7a4a30"), 1)
    context.rectangle(0, 78, 90, 12)
    context.fill()
    context.set_source_rgba(*rgb("5b3423"), 1)
    context.set_line_width(0.5)
    for step in range(-8, 9):
      context.move_to(45 + step * 7, 78)
      context.line_to(45 + step * 11, 90)
      context.stroke()

  picture.paint(moon)
  picture.paint(hills)
  picture.paint(tree)
  picture.paint(boards)
  picture.tint(rgb("ffd9a0"), np.exp(-(((x - 45) / 22) ** 2)) * (y > 78) * 0.35)

  for side in (-1, 1):
    covered, light = curtain(picture, side)
    dark, bright = np.array(rgb("6d1f1c"), np.float32), np.array(rgb("f0785a"), np.float32)
    cloth = dark + (bright - dark) * np.clip(light, 0, 1)[..., None]
    shade = np.clip(1 - (x - 45) * side / 90, 0, 1)[..., None]
    picture.colour = picture.colour * (1 - covered[..., None]) + cloth * (0.8 + 0.2 * shade) * covered[..., None]

  def cords(context):
    context.set_source_rgba(*rgb("ffd08a"), 1)
    context.set_line_width(2)
    for side in (-1, 1):
      context.move_to(45 + side * 32.3, 60.5)
      context.curve_to(45 + side * 36, 64, 45 + side * 41, 63, 45 + side * 46, 58)
      context.stroke()

  def valance(context):
    """The swags along the top."""
    for index in range(5):
      middle = 45 + (index - 2) * 20
      for inset, colour in ((0, "8f2b25"), (2.2, "b8402f"), (4.4, "d4583f")):
        arc_of_ellipse(context, middle, -3, 11 - inset * 0.7, 15 - inset * 1.7, 0, math.pi)
        context.close_path()
        context.set_source_rgba(*rgb(colour), 1)
        context.fill()
      arc_of_ellipse(context, middle, -3, 10.4, 14.4, 0.1, math.pi - 0.1)
      context.set_source_rgba(*rgb("ffd08a"), 1)
      context.set_line_width(1)
      context.stroke()

  picture.paint(cords)
  picture.paint(lambda c: (c.translate(0, 1.4), valance(c)), blur=1.2, opacity=0.5)
  picture.paint(valance)


def mark(context, x, y, radius, cloth, ground):
  """A disc: two curtains part above the boards."""
  context.push_group()
  context.set_source_rgba(*cloth)
  context.paint()
  context.set_source_rgba(*ground)
  context.move_to(x, y - radius * 1.05)
  context.curve_to(
    x + radius * 0.04, y - radius * 0.2, x + radius * 0.3, y + radius * 0.3, x + radius * 0.68, y + radius * 0.36)
  context.line_to(x + radius * 0.62, y + radius * 1.1)
  context.line_to(x - radius * 0.62, y + radius * 1.1)
  context.line_to(x - radius * 0.68, y + radius * 0.36)
  context.curve_to(
    x - radius * 0.3, y + radius * 0.3, x - radius * 0.04, y - radius * 0.2, x, y - radius * 1.05)
  context.close_path()
  context.fill()
  # A fold in each half.
  context.set_line_width(radius * 0.085)
  for side in (1, -1):
    context.move_to(x + side * radius * 0.3, y - radius * 1.0)
    context.curve_to(
      x + side * radius * 0.34, y - radius * 0.4, x + side * radius * 0.55, y + radius * 0.05, x + side * radius * 0.82,
      y + radius * 0.14)
    context.stroke()
  context.set_source_rgba(*cloth)
  context.rectangle(x - radius, y + radius * 0.63, radius * 2, radius)
  context.fill()
  context.pop_group_to_source()
  context.arc(x, y, radius, 0, 2 * math.pi)
  context.fill()


def icon(picture):
  picture.fill(BOTTLE)
  picture.paint(lambda c: mark(c, 19, 19, 14.5, PEACH + (1,), BOTTLE + (1,)))


def logo(picture):
  def draw(context):
    mark(context, 15, 25, 14, PEACH + (1,), BOTTLE + (1,))
    word(context, "Ondrelle", 36.5, 29.5, 24, "EB Garamond 12", PAPER + (1,), spacing=0.5)
    word(context, "THEATRE", 38, 40, 7.2, "Lato", PEACH + (1,), spacing=4.1, weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "thumbnail": (90, 90, thumbnail, dict(colours=128)),
  "icon": (38, 38, icon, dict(colours=32)),
  "logo": (160, 50, logo, dict(transparent=True, colours=32)),
}
