"""Concert: the tiers of a dark hall as one sees them from the stage; the mark is the sound hole of a violin."""

import math

import numpy as np

from picture import arc_of_ellipse, mix, rgb, word

GOLD = rgb("f3cf8e")
TIERS = [(46 + 37 * i, 14 + 17.5 * i) for i in range(7)]
HALL = (306, -14)


def concert_strip(picture):
  x, y = picture.x, picture.y
  ground = np.array(rgb("0b0810"), np.float32) * np.ones(picture.pixels + (1,), np.float32)
  picture.fill(ground)
  distance = np.hypot((x - HALL[0]) / 1.9, y - 6)
  picture.tint(rgb("5a2418"), np.exp(-((distance / 62) ** 2)) * 0.95)
  picture.tint(rgb("c8702c"), np.exp(-((distance / 24) ** 2)) * 0.8)
  picture.tint(rgb("2a1426"), np.exp(-(((x - 90) / 120) ** 2)) * np.exp(-(((y - 100) / 60) ** 2)) * 0.7)

  near = np.exp(-(((x - HALL[0]) / 160) ** 2))
  words = 1 - 0.45 * np.clip((y - 38) / 26, 0, 1)  # the name of the event stands over the lower half
  for index, (rx, ry) in enumerate(TIERS):
    light = 1 - index / len(TIERS)

    def fascia(context, rx=rx, ry=ry, light=light):
      depth = 6.5
      arc_of_ellipse(context, *HALL, rx, ry, 0.02, math.pi - 0.02)
      context.set_line_width(depth)
      context.set_source_rgba(*mix(rgb("1c0d16"), rgb("82371f"), light ** 1.2), 1)
      context.stroke()

    def shade(context, rx=rx, ry=ry):
      arc_of_ellipse(context, HALL[0], HALL[1] + 7.5, rx + 3, ry, 0.02, math.pi - 0.02)
      context.set_line_width(8)
      context.set_source_rgba(0, 0, 0, 1)
      context.stroke()

    def edge(context, rx=rx, ry=ry):
      arc_of_ellipse(context, HALL[0], HALL[1] - 3.1, rx, ry, 0.02, math.pi - 0.02)
      context.set_line_width(0.7)
      context.set_source_rgba(*GOLD, 1)
      context.stroke()

    def lamps(context, rx=rx, ry=ry, index=index, size=1.0, colour=rgb("ffd591")):
      count = 11 + 5 * index
      for step in range(count):
        angle = math.pi * (step + 0.5) / count
        lx, ly = HALL[0] + rx * math.cos(angle), HALL[1] + ry * math.sin(angle) + 0.4
        context.arc(lx, ly, size * (0.62 + 0.09 * index), 0, 2 * math.pi)
        context.set_source_rgba(*colour, 1)
        context.fill()

    picture.paint(shade, blur=2.2, opacity=0.62)
    before = picture.colour.copy()
    picture.paint(fascia)
    side = (0.16 + 0.84 * near)[..., None]
    picture.colour = before * (1 - side) + picture.colour * side
    picture.shine(edge, gain=0.25 + 0.55 * light, mask=near * words)
    picture.shine(edge, blur=1.8, gain=0.9 * light, mask=near * words)
    picture.shine(lamps, gain=1.0, mask=near ** 1.5 * words)
    picture.shine(lambda c: lamps(c, size=2.6, colour=rgb("ff9d45")), blur=2.4, gain=0.85, mask=near * words)

  # The left half carries the name of the event: keep it quiet. The lower edge melts into the pass.
  picture.tint(rgb("0d0912"), 0.8 / (1 + np.exp((x - 150 - 0.35 * (y - 49)) / 24)))
  picture.tint(rgb("140d1a"), np.clip((y - 84) / 14, 0, 1) ** 2)


def concert_mark(context, x, y, size, colour):
  """A sound hole, which is also an S: one stroke that swells in the middle, and a round eye at each end."""
  def half(sign):
    context.move_to(x, y)
    # Down the outside of the stem, around the foot, back along its inside.
    context.curve_to(
      x + sign * size * 0.20, y + sign * size * 0.14, x + sign * size * 0.24, y + sign * size * 0.44,
      x - sign * size * 0.02, y + sign * size * 0.485)
    context.curve_to(
      x - sign * size * 0.13, y + sign * size * 0.50, x - sign * size * 0.22, y + sign * size * 0.45,
      x - sign * size * 0.235, y + sign * size * 0.37)
    context.curve_to(
      x - sign * size * 0.17, y + sign * size * 0.43, x - sign * size * 0.09, y + sign * size * 0.45,
      x - sign * size * 0.03, y + sign * size * 0.425)
    context.curve_to(
      x + sign * size * 0.10, y + sign * size * 0.37, x + sign * size * 0.06, y + sign * size * 0.20,
      x - sign * size * 0.075, y + sign * size * 0.055)
    context.close_path()

  context.set_source_rgba(*colour)
  for sign in (1, -1):
    half(sign)
    context.fill()
    context.arc(x - sign * size * 0.165, y + sign * size * 0.345, size * 0.082, 0, 2 * math.pi)
    context.fill()
  # The two halves meet in a lozenge, with the small notch of the real thing on either side.
  context.move_to(x - size * 0.082, y + size * 0.062)
  context.line_to(x - size * 0.082, y - size * 0.10)
  context.line_to(x + size * 0.082, y - size * 0.062)
  context.line_to(x + size * 0.082, y + size * 0.10)
  context.close_path()
  context.fill()
  context.set_line_width(size * 0.03)
  context.move_to(x - size * 0.155, y + size * 0.012)
  context.line_to(x + size * 0.155, y - size * 0.012)
  context.stroke()


def concert_icon(picture):
  distance = np.hypot(picture.x - 19, picture.y - 17)
  picture.fill(rgb("140d1a"))
  picture.tint(rgb("7a3320"), np.exp(-((distance / 15) ** 2)) * 0.9)
  mark = lambda c: concert_mark(c, 19, 19, 31, GOLD + (1,))
  picture.shine(mark, blur=2.2, gain=0.6)
  picture.paint(mark)


def concert_logo(picture):
  def draw(context):
    concert_mark(context, 11.5, 26, 40, GOLD + (1,))
    word(context, "SORANA", 29, 28.4, 20.5, "EB Garamond 12", (1, 0.96, 0.9, 1), spacing=2.1)
    word(context, "CONCERT HALL", 29.8, 39, 7.1, "Lato", GOLD + (1,), spacing=3.0)

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "strip": (375, 98, concert_strip, dict(colours=144, grain=0.0035)),
  "icon": (38, 38, concert_icon, dict(colours=128)),
  "logo": (160, 50, concert_logo, dict(transparent=True, colours=64)),
}
