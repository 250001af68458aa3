"""Shuttle: black on the yellow of a timetable; a bus on its way from the town to the tents."""

import math

import cairocffi as cairo

from festival import bird, tent
from picture import rgb, word

YELLOW, INK, BRICK = rgb("ffcd33"), rgb("1c1b1f"), rgb("b3261e")


def rounded(context, x, y, width, height, radius):
  context.new_path()
  context.arc(x + width - radius, y + radius, radius, -math.pi / 2, 0)
  context.arc(x + width - radius, y + height - radius, radius, 0, math.pi / 2)
  context.arc(x + radius, y + height - radius, radius, math.pi / 2, math.pi)
  context.arc(x + radius, y + radius, radius, math.pi, 1.5 * math.pi)
  context.close_path()


def bus(context, x, base, length, body, glass, lamp):
  """A bus seen from its side, driving to the right; it is a little less than half as high as long."""
  u = length / 100
  top = base - 44 * u
  context.set_source_rgba(*body)
  rounded(context, x, top, length, 36 * u, 7 * u)
  context.fill()
  rounded(context, x + 26 * u, top - 4 * u, 34 * u, 8 * u, 3 * u)
  context.fill()
  context.set_source_rgba(*glass)
  for index in range(4):
    rounded(context, x + (7 + index * 17) * u, top + 6 * u, 14 * u, 12 * u, 2 * u)
    context.fill()
  # The windscreen slants.
  context.move_to(x + 76 * u, top + 6 * u)
  context.line_to(x + 90 * u, top + 6 * u)
  context.curve_to(x + 93 * u, top + 6 * u, x + 95 * u, top + 9 * u, x + 95.5 * u, top + 20 * u)
  context.line_to(x + 76 * u, top + 20 * u)
  context.close_path()
  context.fill()
  context.rectangle(x + 6 * u, top + 24 * u, 66 * u, 2.6 * u)
  context.fill()
  context.set_source_rgba(*lamp)
  rounded(context, x + 93 * u, top + 25 * u, 6 * u, 4.5 * u, 2 * u)
  context.fill()
  for wheel in (21, 77):
    context.set_source_rgba(*glass)
    context.arc(x + wheel * u, base - 8 * u, 11 * u, 0, 2 * math.pi)
    context.fill()
    context.set_source_rgba(*body)
    context.arc(x + wheel * u, base - 8 * u, 8.2 * u, 0, 2 * math.pi)
    context.fill()
    context.set_source_rgba(*glass)
    context.arc(x + wheel * u, base - 8 * u, 3 * u, 0, 2 * math.pi)
    context.fill()


def icon(picture):
  picture.fill(YELLOW)

  def draw(context):
    # From the front.
    context.set_source_rgba(*INK, 1)
    for side in (5.2, 29.8):
      rounded(context, side, 13.5, 3, 7, 1.5)
      context.fill()
    for wheel in (9.5, 23.5):
      rounded(context, wheel, 28, 5, 5.5, 1.6)
      context.fill()
    rounded(context, 7.5, 5, 23, 26, 4.5)
    context.fill()
    context.set_source_rgba(*YELLOW, 1)
    rounded(context, 10, 11.5, 18, 10, 2)
    context.fill()
    rounded(context, 13, 7.3, 12, 2.4, 1.2)
    context.fill()
    for lamp in (12.4, 25.6):
      context.arc(lamp, 26.2, 1.7, 0, 2 * math.pi)
      context.fill()
    bird(context, 18.6, 21.5, 8.6, INK + (1,), BRICK + (1,))

  picture.paint(draw)


def logo(picture):
  def draw(context):
    bus(context, 1, 38.5, 48, INK + (1,), YELLOW + (1,), BRICK + (1,))
    word(context, "MERULA", 58, 31.5, 25, "Bebas Neue", INK + (1,), spacing=1.9, weight=cairo.FONT_WEIGHT_BOLD)
    word(context, "SHUTTLE", 58.5, 40.4, 8, "Lato", rgb("6b4700") + (1,), spacing=4.3, weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


def house(context, x, base, width, height, gable):
  context.move_to(x, base)
  context.line_to(x, base - height)
  context.line_to(x + width / 2, base - height - gable)
  context.line_to(x + width, base - height)
  context.line_to(x + width, base)
  context.close_path()
  context.fill()


def footer(picture):
  def draw(context):
    base = 13.2
    context.set_source_rgba(*INK, 1)
    context.set_line_width(0.8)
    context.move_to(0.6, base + 0.5)
    context.line_to(285.4, base + 0.5)
    context.stroke()
    for x, width, height, gable in (
      (3, 7, 6, 3), (11, 5, 8.5, 2), (17, 8, 5, 3.5), (26.5, 4, 9, 3.6), (32, 7, 6.5, 2.5), (40, 6, 4.5, 2.6)):
      house(context, x, base, width, height, gable)
    context.set_source_rgba(*YELLOW, 1)
    for x, y in ((5.6, 8.4), (13, 6.4), (13, 9.2), (20, 9.4), (28, 6.4), (35, 8.3), (42.2, 9.8)):
      context.rectangle(x, y, 1.3, 1.5)
      context.fill()
    context.set_source_rgba(*INK, 1)
    context.set_line_width(0.9)
    for index in range(24):
      x = 54 + index * 7.4
      if 126 < x < 166:
        continue
      context.arc(x, 9.4, 0.75, 0, 2 * math.pi)
      context.fill()
    bus(context, 131, base, 29, INK + (1,), YELLOW + (1,), BRICK + (1,))
    for x, size in ((244, 7.6), (256, 5.4), (270, 9)):
      tent(context, x, base, size, INK, rgb("d99a00"))

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "footer": (286, 15, footer, dict(transparent=True, colours=32)),
  "icon": (38, 38, icon, dict(colours=32)),
  "logo": (160, 50, logo, dict(transparent=True, colours=32)),
}
