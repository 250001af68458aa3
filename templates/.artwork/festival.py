"""Festival: blackbirds sit on five wires as notes on a staff, in front of the setting sun."""

import math

import cairocffi as cairo
import numpy as np

from picture import rgb, word

NIGHT, VIOLET, HONEY = rgb("1c0f3f"), rgb("2d1260"), rgb("ffc46b")
INK = rgb("150a30")
# What the sun does to the sky, and how it looks when it has gone.
DUSK = [(0, "1d1150"), (0.3, "5b1f7d"), (0.55, "b72f78"), (0.78, "f0643f"), (1, "ffb950")]
DARK = [(0, "0b0a26"), (0.35, "151344"), (0.7, "27215f"), (1, "473a7c")]


def bird(context, x, y, size, body, beak, facing=1, sings=False):
  """A blackbird seen from the side, its feet at `x`, `y`."""
  context.save()
  context.translate(x, y)
  context.scale(size * facing, size)
  context.rotate(-0.16 if sings else 0)
  context.set_source_rgba(*body)
  context.set_line_width(0.055)
  for leg in (-0.08, 0.05):
    context.move_to(leg, -0.12)
    context.line_to(leg + 0.03, 0.03)
    context.stroke()
  context.move_to(-1.06, 0.04)
  context.line_to(-1.0, -0.15)
  context.curve_to(-0.7, -0.34, -0.46, -0.62, -0.18, -0.80)
  context.curve_to(-0.1, -1.03, 0.22, -1.1, 0.36, -0.93)
  context.curve_to(0.42, -0.84, 0.4, -0.74, 0.34, -0.66)
  context.curve_to(0.38, -0.4, 0.2, -0.12, -0.1, -0.08)
  context.curve_to(-0.36, -0.05, -0.56, -0.12, -0.7, -0.14)
  context.close_path()
  context.fill()
  context.set_source_rgba(*beak)
  if sings:
    for points in (((0.31, -0.98), (0.66, -1.04), (0.38, -0.87)), ((0.38, -0.87), (0.62, -0.78), (0.36, -0.78))):
      context.move_to(*points[0])
      for point in points[1:]:
        context.line_to(*point)
      context.close_path()
      context.fill()
  else:
    context.move_to(0.33, -0.97)
    context.curve_to(0.46, -0.95, 0.58, -0.9, 0.68, -0.84)
    context.line_to(0.38, -0.79)
    context.close_path()
    context.fill()
  context.arc(0.19, -0.9, 0.055, 0, 2 * math.pi)
  context.fill()
  context.set_source_rgba(*body)
  context.arc(0.195, -0.9, 0.03, 0, 2 * math.pi)
  context.fill()
  context.restore()


def sky(picture, stops, top, horizon):
  """Colours from `top` down to the horizon, and the last one below."""
  place = np.clip((picture.y - top) / (horizon - top), 0, 1)
  colours = np.array([rgb(colour) for _, colour in stops], np.float32)
  planes = [np.interp(place, [at for at, _ in stops], colours[:, i]) for i in range(3)]
  picture.fill(np.stack(planes, axis=-1).astype(np.float32))


def rays(picture, x, y, count, colour, amount, reach):
  """Beams that fan out from a point."""
  angle = np.arctan2(picture.y - y, picture.x - x)
  distance = np.hypot(picture.x - x, picture.y - y)
  beam = 0.5 + 0.5 * np.tanh(np.sin(angle * count) * distance * 0.16)
  picture.tint(rgb(colour), beam * np.exp(-((distance / reach) ** 2)) * amount)


def ridge(context, width, base, points, colour):
  """A line of hills: points that a soft curve goes through."""
  context.move_to(-5, base)
  context.line_to(*points[0])
  for (x0, y0), (x1, y1) in zip(points, points[1:]):
    context.curve_to((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1)
  context.line_to(width + 5, base)
  context.close_path()
  context.set_source_rgba(*colour, 1)
  context.fill()


def firs(context, seed, left, right, ground, least, most, colour):
  chance = np.random.default_rng(seed)
  context.set_source_rgba(*colour, 1)
  x = left
  while x < right:
    height = chance.uniform(least, most)
    width, foot = height * 0.36, ground(x)
    for part in range(3):
      top, bottom = foot - height * (1 - part * 0.27), foot - height * (0.5 - part * 0.27)
      spread = width * (0.45 + part * 0.28)
      context.move_to(x, top)
      context.line_to(x + spread, bottom + 1)
      context.line_to(x - spread, bottom + 1)
      context.close_path()
      context.fill()
    x += width * chance.uniform(0.7, 1.6)


def tent(context, x, y, size, side, front):
  """A big top: stripes of canvas up to a mast with a pennant."""
  context.set_source_rgba(*side, 1)
  context.move_to(x - size, y)
  context.line_to(x - size * 0.9, y - size * 0.36)
  context.curve_to(x - size * 0.5, y - size * 0.44, x - size * 0.16, y - size * 0.66, x, y - size * 1.02)
  context.curve_to(x + size * 0.16, y - size * 0.66, x + size * 0.5, y - size * 0.44, x + size * 0.9, y - size * 0.36)
  context.line_to(x + size, y)
  context.close_path()
  context.fill()
  context.set_source_rgba(*front, 1)
  for left, right in ((-0.62, -0.3), (0.0, 0.3), (0.6, 0.9)):
    context.move_to(x, y - size * 1.02)
    context.curve_to(
      x + left * size * 0.3, y - size * 0.62, x + left * size * 0.7, y - size * 0.44, x + left * size, y - size * 0.37)
    context.line_to(x + left * size * 1.08, y)
    context.line_to(x + right * size * 1.08, y)
    context.line_to(x + right * size, y - size * 0.37)
    context.curve_to(
      x + right * size * 0.7, y - size * 0.44, x + right * size * 0.3, y - size * 0.62, x, y - size * 1.02)
    context.close_path()
    context.fill()
  context.set_source_rgba(*side, 1)
  context.set_line_width(size * 0.05)
  context.move_to(x, y - size)
  context.line_to(x, y - size * 1.34)
  context.stroke()
  context.set_source_rgba(*HONEY, 1)
  context.move_to(x, y - size * 1.34)
  context.line_to(x + size * 0.34, y - size * 1.25)
  context.line_to(x, y - size * 1.16)
  context.close_path()
  context.fill()


def stars(context, width, height, count):
  chance = np.random.default_rng(3)
  for _ in range(count):
    x, y = chance.uniform(0, width), chance.uniform(0, 1) ** 1.6 * height
    context.set_source_rgba(1, 0.95, 0.86, chance.uniform(0.15, 0.85) * (1 - y / height * 0.8))
    context.arc(x, y, chance.uniform(0.3, 0.85), 0, 2 * math.pi)
    context.fill()


def wires(context, count, gap, left, right, sag, colour, width, lean=0.0):
  """The staff: from a height at the left edge to one at the right, hanging in between. Says where each wire is."""
  (x0, y0), (x1, y1) = left, right
  context.set_source_rgba(*colour, 1)
  context.set_line_width(width)
  for index in range(count):
    a, b = y0 + index * gap, y1 + index * (gap + lean)
    context.move_to(x0, a)
    context.curve_to(x0 + (x1 - x0) / 3, a + sag, x0 + (x1 - x0) * 2 / 3, b + sag, x1, b)
    context.stroke()


def on_wire(part, index, gap, left, right, sag, lean=0.0):
  """The point of a wire at a part of its length."""
  (x0, y0), (x1, y1) = left, right
  a, b = y0 + index * gap, y1 + index * (gap + lean)
  weights = ((1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part ** 2 * (1 - part), part ** 3)
  return x0 + (x1 - x0) * part, sum(w * v for w, v in zip(weights, (a, a + sag, b + sag, b)))


# The melody: part of the wire, which wire, facing.
MELODY = [
  (0.14, 3, 1), (0.235, 2, 1), (0.31, 2, -1), (0.43, 4, 1), (0.60, 1, 1), (0.68, 1, -1), (0.775, 0, 1), (0.90, 2, -1)]


def artwork(picture):
  width, horizon, sun = 358, 292, (179, 226)
  sky(picture, DUSK, -20, horizon)
  rays(picture, *sun, 14, "ffd27a", 0.3, 230)
  x, y = picture.x, picture.y
  distance = np.hypot(x - sun[0], y - sun[1])
  picture.tint(rgb("ffe0a0"), np.exp(-((distance / 92) ** 2)) * 0.7)
  picture.shine(lambda c: stars(c, width, 150, 90))

  def disc(context):
    gradient = cairo.LinearGradient(0, sun[1] - 62, 0, sun[1] + 62)
    gradient.add_color_stop_rgba(0, *rgb("fff3c9"), 1)
    gradient.add_color_stop_rgba(0.55, *rgb("ffd36b"), 1)
    gradient.add_color_stop_rgba(1, *rgb("ff8a4a"), 1)
    context.set_source(gradient)
    context.arc(*sun, 62, 0, 2 * math.pi)
    context.fill()

  def far(context):
    ridge(context, width, 460, [(-5, 276), (45, 262), (100, 281), (160, 268), (225, 284), (300, 258), (363, 274)],
          rgb("a93273"))
    ridge(context, width, 460, [(-5, 288), (70, 292), (130, 279), (210, 296), (280, 282), (363, 290)], rgb("74256c"))

  def ground(at):
    return 306 + 7 * math.sin(at / 48 + 1.1)

  def near(context):
    firs(context, 5, -6, 96, ground, 20, 46, rgb("3a1658"))
    firs(context, 9, 276, 364, ground, 20, 50, rgb("3a1658"))
    ridge(context, width, 460, [(at, ground(at)) for at in range(-5, 372, 12)], rgb("3a1658"))

  def field(context):
    tent(context, 128, 318, 34, rgb("8e2a6d"), rgb("f58a5b"))
    tent(context, 236, 320, 27, rgb("6a236b"), rgb("ffb464"))
    tent(context, 180, 321, 20, rgb("8e2a6d"), rgb("f9d08b"))
    ridge(context, width, 460, [(-5, 330), (90, 319), (180, 323), (270, 318), (363, 328)], NIGHT)

  def crowd(context):
    chance = np.random.default_rng(21)
    context.set_source_rgba(*NIGHT, 1)
    for _ in range(120):
      at = chance.uniform(60, 306)
      foot = 324 + chance.uniform(-2, 2)
      context.arc(at, foot - 4.4, 1.25, 0, 2 * math.pi)
      context.fill()
      context.rectangle(at - 1.2, foot - 3.2, 2.4, 6)
      context.fill()
      if chance.uniform() < 0.4:
        context.set_line_width(0.75)
        context.move_to(at + 0.8, foot - 2.6)
        context.line_to(at + chance.uniform(1, 3), foot - 7.5)
        context.stroke()

  def lights(context, size=1.0):
    for start, end in (((22, 300), (128, 283)), ((128, 283), (236, 292)), ((236, 292), (338, 298))):
      for step in range(11):
        part = step / 10
        at = start[0] + (end[0] - start[0]) * part
        level = start[1] + (end[1] - start[1]) * part + 13 * 4 * part * (1 - part)
        context.set_source_rgba(*rgb("ffe3a3"), 1)
        context.arc(at, level, 0.95 * size, 0, 2 * math.pi)
        context.fill()

  staff = dict(gap=15, left=(-6, 104), right=(364, 62), sag=26, lean=-1.2)
  picture.shine(disc, blur=9, gain=0.7)
  picture.paint(disc)
  picture.paint(far)
  picture.tint(rgb("ffb066"), np.exp(-(((y - 292) / 16) ** 2)) * np.exp(-(((x - 179) / 110) ** 2)) * 0.5)
  picture.paint(near)
  picture.paint(field)
  picture.paint(crowd)
  picture.shine(lights, gain=1)
  picture.shine(lambda c: lights(c, 2.4), blur=2.2, gain=0.9)
  picture.paint(lambda c: wires(c, 5, colour=INK, width=1.1, **staff))

  def birds(context):
    for part, wire, facing in MELODY:
      at = on_wire(part, wire, **staff)
      bird(context, *at, 17, INK + (1,), HONEY + (1,), facing, sings=part == 0.60)

  picture.paint(birds)
  # Wallet writes over the top and over the last quarter.
  picture.tint(rgb("150b3a"), np.clip((46 - y) / 60, 0, 1) * 0.6)
  picture.tint(NIGHT, np.clip((y - 322) / 14, 0, 1))

  def lake(context):
    """What is left of the sun on the water."""
    chance = np.random.default_rng(4)
    for row in range(15):
      level = 337 + row * 3.4 + row ** 1.5 * 0.25
      for _ in range(3):
        half = chance.uniform(6, 26) * (1 - row / 26)
        middle = sun[0] + chance.uniform(-34, 34) * (1 - row / 22)
        context.set_source_rgba(*rgb("ff9a5c"), 0.24 * (1 - row / 15))
        context.set_line_width(1.1)
        context.move_to(middle - half, level)
        context.line_to(middle + half, level)
        context.stroke()

  picture.paint(lake)


def scene(picture, stops, sun_colours, hills, glow):
  """The same evening, wide and low, its left side quiet for the name of the event."""
  x, y = picture.x, picture.y
  # The sun stands low: long names reach over the upper half, and white letters need a dark sky.
  sun, horizon = (286, 83), 76
  sky(picture, [(at ** 0.62, colour) for at, colour in stops], -6, horizon + 8)
  rays(picture, *sun, 14, glow, 0.17, 120)
  distance = np.hypot(x - sun[0], y - sun[1])
  picture.tint(rgb(glow), np.exp(-((distance / 34) ** 2)) * 0.6)

  def disc(context):
    gradient = cairo.LinearGradient(0, sun[1] - 27, 0, sun[1] + 16)
    for at, colour in zip((0, 0.55, 1), sun_colours):
      gradient.add_color_stop_rgba(at, *rgb(colour), 1)
    context.set_source(gradient)
    context.arc(*sun, 27, 0, 2 * math.pi)
    context.fill()

  def land(context):
    ridge(context, 375, 110, [(-5, 74), (60, 68), (130, 76), (205, 69), (268, 76), (335, 66), (380, 73)], rgb(hills[0]))
    ridge(context, 375, 110, [(-5, 84), (90, 86), (170, 79), (250, 87), (320, 80), (380, 85)], rgb(hills[1]))
    tent(context, 264, 92, 12, rgb(hills[2]), rgb(hills[3]))
    tent(context, 285, 93, 8, rgb(hills[2]), rgb(hills[4]))
    tent(context, 338, 93, 14, rgb(hills[2]), rgb(hills[3]))
    ridge(context, 375, 110, [(-5, 94), (100, 90), (200, 92), (290, 90.5), (380, 93)], NIGHT)

  staff = dict(gap=6.4, left=(-6, 33), right=(381, 9), sag=7, lean=-0.4)
  picture.shine(disc, blur=5, gain=0.6)
  picture.paint(disc)
  picture.paint(land)
  # Dark on the left for the words, the wires run on above it.
  picture.tint(VIOLET, 0.9 / (1 + np.exp((x - 0.35 * y - 128) / 22)))
  before = picture.colour.copy()
  picture.paint(lambda c: wires(c, 5, colour=INK, width=0.8, **staff))
  amount = (0.25 + 0.75 / (1 + np.exp(-(x - 170) / 18)))[..., None]
  picture.colour = before * (1 - amount) + picture.colour * amount

  def birds(context):
    for part, wire, facing in ((0.56, 3, 1), (0.635, 2, 1), (0.72, 4, 1), (0.80, 1, -1), (0.875, 0, 1), (0.95, 2, -1)):
      bird(context, *on_wire(part, wire, **staff), 8.6, INK + (1,), HONEY + (1,), facing, sings=part == 0.72)

  picture.paint(birds)
  picture.tint(VIOLET, np.clip((y - 92) / 6, 0, 1))


def strip(picture):
  scene(
    picture, DUSK, ("fff3c9", "ffd36b", "ff8a4a"), ("a93273", "5b2068", "8e2a6d", "f58a5b", "ffb464"), "ffd27a")


def icon(picture):
  sky(picture, DUSK, -4, 40)
  picture.tint(rgb("ffe0a0"), np.exp(-((np.hypot(picture.x - 20, picture.y - 24) / 15) ** 2)) * 0.8)

  def draw(context):
    context.set_source_rgba(*rgb("ffd978"), 1)
    context.arc(19, 21, 12.5, 0, 2 * math.pi)
    context.fill()
    context.set_source_rgba(*INK, 1)
    context.set_line_width(1.3)
    context.move_to(0, 31)
    context.curve_to(12, 33, 26, 32, 38, 28.5)
    context.stroke()
    bird(context, 19.5, 31.8, 20, INK + (1,), rgb("ff9a3c") + (1,), sings=True)

  picture.paint(draw)


def logo(picture):
  def draw(context):
    context.set_source_rgba(*HONEY, 1)
    context.arc(19, 24, 15, 0, 2 * math.pi)
    context.fill()
    bird(context, 19, 35.5, 21, INK + (1,), rgb("e8502e") + (1,), sings=True)
    word(context, "MERULA", 42, 31.5, 26, "Bebas Neue", (1, 1, 1, 1), spacing=2.6, weight=cairo.FONT_WEIGHT_BOLD)
    word(context, "FESTIVAL", 42.6, 40.6, 8, "Lato", HONEY + (1,), spacing=4.2, weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


def primary_logo(picture):
  def draw(context):
    context.set_source_rgba(*HONEY, 1)
    context.arc(13.5, 14.5, 12, 0, 2 * math.pi)
    context.fill()
    bird(context, 13.5, 23.8, 17, INK + (1,), rgb("e8502e") + (1,), sings=True)
    word(context, "MERULA", 32, 23.5, 25, "Bebas Neue", (1, 1, 1, 1), spacing=2.2, weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


def secondary_logo(picture):
  def draw(context):
    context.set_source_rgba(*HONEY, 1)
    for index, height in enumerate((4, 8, 5.5, 9.5, 6.5)):
      context.rectangle(1 + index * 2.6, 10.6 - height, 1.5, height)
      context.fill()
    word(context, "ON LAKE ORSIN", 17, 10.2, 9.6, "Lato", (1, 1, 1, 1), spacing=1.7, weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "artwork": (358, 448, artwork, dict(colours=128, dither=0.25)),
  "strip": (375, 98, strip, dict(colours=128, dither=0.3)),
  "icon": (38, 38, icon, dict(colours=96)),
  "logo": (160, 50, logo, dict(transparent=True, colours=48)),
  "primaryLogo": (126, 30, primary_logo, dict(transparent=True, colours=48)),
  "secondaryLogo": (135, 12, secondary_logo, dict(transparent=True, colours=32)),
}
