# Draws every image of the three templates, the same bytes each time. To run it on Debian 12:
#   apt-get install libcairo2 pngquant optipng fonts-ebgaramond fonts-league-spartan fonts-bebas-neue fonts-lato
#   python3 -m venv venv && venv/bin/pip install pillow numpy cairocffi
#   venv/bin/python templates/.artwork/draw.py [concert] [museum] [match]
"""The artwork of the templates. All lengths are points; each picture is drawn once for each scale."""

import math
import subprocess
import sys
from pathlib import Path

import cairocffi as cairo
import numpy as np
from PIL import Image, ImageFilter

TEMPLATES = Path(__file__).resolve().parent.parent
OVERSAMPLING = 3


class Picture:
  """A canvas in floating point, so that light can be added up before it is clipped."""

  def __init__(self, width, height, scale):
    self.width, self.height, self.scale = width, height, scale
    self.factor = scale * OVERSAMPLING
    self.pixels = (height * self.factor, width * self.factor)
    self.colour = np.zeros(self.pixels + (3,), np.float32)
    self.alpha = np.zeros(self.pixels, np.float32)
    rows, columns = np.mgrid[0 : self.pixels[0], 0 : self.pixels[1]].astype(np.float32)
    self.x, self.y = (columns + 0.5) / self.factor, (rows + 0.5) / self.factor

  def fill(self, field):
    """Covers everything with a colour, or with one colour for each pixel."""
    self.colour[:] = field
    self.alpha[:] = 1

  def layer(self, draw, blur=0.0):
    """What `draw` paints with cairo, as colour (premultiplied) and alpha."""
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, self.pixels[1], self.pixels[0])
    context = cairo.Context(surface)
    context.scale(self.factor, self.factor)
    context.set_line_cap(cairo.LINE_CAP_ROUND)
    draw(context)
    surface.flush()
    data = np.frombuffer(bytes(surface.get_data()), np.uint8).reshape(self.pixels + (4,))
    image = Image.fromarray(data)
    if blur:
      image = image.filter(ImageFilter.GaussianBlur(blur * self.factor))
    data = np.asarray(image).astype(np.float32) / 255
    return data[..., 2::-1], data[..., 3]

  def paint(self, draw, blur=0.0, opacity=1.0):
    colour, alpha = self.layer(draw, blur)
    colour, alpha = colour * opacity, alpha * opacity
    self.colour = colour + self.colour * (1 - alpha[..., None])
    self.alpha = alpha + self.alpha * (1 - alpha)

  def shine(self, draw, blur=0.0, gain=1.0, mask=None):
    """Adds light, as a lamp does."""
    colour, _ = self.layer(draw, blur)
    light = colour * gain if mask is None else colour * gain * mask[..., None]
    self.colour = 1 - (1 - np.clip(self.colour, 0, 1)) * (1 - np.clip(light, 0, 1))

  def tint(self, colour, amount):
    """Mixes a colour in, more or less of it from pixel to pixel."""
    amount = np.clip(amount, 0, 1)[..., None]
    self.colour = self.colour * (1 - amount) + np.array(colour, np.float32) * amount

  def save(self, path, colours=None, grain=0.0, transparent=False):
    size = (self.width * self.scale, self.height * self.scale)
    planes = [self.colour[..., i] for i in range(3)] + ([self.alpha] if transparent else [])
    planes = [np.asarray(Image.fromarray(p).resize(size, Image.Resampling.BOX)) for p in planes]
    data = np.stack(planes, axis=-1)
    if transparent:
      data[..., :3] /= np.maximum(data[..., 3:], 1e-6)
    if grain:
      noise = np.random.default_rng(7).normal(0, grain, (self.height * 3, self.width * 3)).astype(np.float32)
      noise = np.asarray(Image.fromarray(noise).resize(size, Image.Resampling.BOX))
      data[..., :3] += noise[..., None]
    data = np.rint(np.clip(data, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(data).save(path)
    if colours:
      subprocess.run(
        ["pngquant", "--force", "--strip", "--speed", "1", "--output", path, str(colours), "--", path], check=True)
    subprocess.run(["optipng", "-quiet", "-o4", "-i0", "-strip", "all", path], check=True)


def rgb(text):
  return tuple(int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))


def mix(a, b, t):
  return tuple(p + (q - p) * t for p, q in zip(a, b))


def word(context, text, x, y, size, family, colour, spacing=0.0, weight=cairo.FONT_WEIGHT_NORMAL):
  """Letters with their own spacing, from a baseline; returns where the last one ends."""
  context.select_font_face(family, cairo.FONT_SLANT_NORMAL, weight)
  context.set_font_size(size)
  context.set_source_rgba(*colour)
  for letter in text:
    context.move_to(x, y)
    context.text_path(letter)
    context.fill()
    x += context.text_extents(letter)[4] + spacing
  return x - spacing


def arc_of_ellipse(context, x, y, rx, ry, start, end):
  context.save()
  context.translate(x, y)
  context.scale(rx, ry)
  context.new_sub_path()
  context.arc(0, 0, 1, start, end)
  context.restore()


# Concert: the tiers of a dark hall as one sees them from the stage; the mark is the sound hole of a violin.

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


# Museum: arches, a sun and a stone. Calm shapes, few colours, hence small files.

CREAM, CLAY, INK = rgb("f7f2e8"), rgb("b3573a"), rgb("2c2a29")


def arch(context, x, base, width, height, colour):
  context.new_path()
  context.move_to(x, base)
  context.line_to(x, base - height + width / 2)
  context.arc(x + width / 2, base - height + width / 2, width / 2, math.pi, 0)
  context.line_to(x + width, base)
  context.close_path()
  context.set_source_rgba(*colour)
  context.fill()


def museum_background(picture):
  picture.fill(CREAM)

  def draw(context):
    context.set_source_rgba(*rgb("f3dcc9"), 1)
    context.arc(150, 44, 46, 0, 2 * math.pi)
    context.fill()
    arch(context, -36, 240, 120, 190, rgb("f0e4cf") + (1,))
    arch(context, -14, 240, 76, 150, rgb("f7efe0") + (1,))
    arch(context, 96, 240, 112, 128, rgb("eae3d3") + (1,))
    arch(context, 118, 240, 68, 92, rgb("f5efe4") + (1,))

  picture.paint(draw)


def museum_thumbnail(picture):
  picture.fill(rgb("efdcc0"))

  def sun(context):
    context.set_source_rgba(*rgb("f0b35a"), 1)
    context.arc(62, 27, 15, 0, 2 * math.pi)
    context.fill()

  def building(context):
    arch(context, 6, 90, 52, 74, CLAY + (1,))
    arch(context, 14, 90, 36, 58, rgb("8f3f2a") + (1,))
    arch(context, 22, 90, 20, 42, rgb("5e2a20") + (1,))

  def floor(context):
    context.set_source_rgba(*rgb("d9bd93"), 1)
    context.rectangle(0, 79, 90, 11)
    context.fill()

  def shadow(context):
    context.set_source_rgba(*rgb("6b4a2e"), 1)
    arc_of_ellipse(context, 73, 81.2, 17, 2.2, 0, 2 * math.pi)
    context.fill()

  def plinth(context):
    context.set_source_rgba(*rgb("f8f1e4"), 1)
    context.rectangle(55.5, 66, 23, 15)
    context.fill()
    context.set_source_rgba(*rgb("dccbb0"), 1)
    context.rectangle(71.5, 66, 7, 15)
    context.fill()

  def stone(context):
    # A reclining stone with a hole in it.
    context.set_source_rgba(*INK, 1)
    context.set_fill_rule(cairo.FILL_RULE_EVEN_ODD)
    context.move_to(58, 66)
    context.curve_to(54, 55, 57, 44, 65, 38)
    context.curve_to(73, 33, 81, 40, 78, 49)
    context.curve_to(76, 55, 77, 60, 76, 66)
    context.close_path()
    arc_of_ellipse(context, 67.5, 50.5, 4.6, 6.4, 0, 2 * math.pi)
    context.fill()

  picture.paint(sun)
  picture.paint(building)
  picture.paint(floor)
  picture.paint(shadow, blur=1.4, opacity=0.5)
  picture.paint(plinth)
  picture.paint(stone)


def museum_mark(context, x, base, size):
  context.set_fill_rule(cairo.FILL_RULE_EVEN_ODD)
  for parts, colour in (((1.0, 0.64), CLAY), ((0.32,), INK)):
    context.new_path()
    for part in parts:
      left, width, top = x + size * (1 - part) / 2, size * part, base - size * 1.18 * part + size * part / 2
      context.move_to(left, base)
      context.line_to(left, top)
      context.arc(left + width / 2, top, width / 2, math.pi, 0)
      context.line_to(left + width, base)
      context.close_path()
    context.set_source_rgba(*colour, 1)
    context.fill()


def museum_icon(picture):
  picture.fill(rgb("f6ecdc"))

  def draw(context):
    context.set_source_rgba(*rgb("f0b35a"), 1)
    context.arc(28, 10.6, 4.8, 0, 2 * math.pi)
    context.fill()
    museum_mark(context, 6, 32, 21)

  picture.paint(draw)


def museum_logo(picture):
  def draw(context):
    museum_mark(context, 1, 39, 25)
    word(context, "ORVANE", 34, 30.3, 21, "League Spartan", INK + (1,), spacing=0.9, weight=cairo.FONT_WEIGHT_BOLD)
    word(context, "MUSEUM OF FORM", 34.6, 39, 7.2, "Lato", CLAY + (1,), spacing=1.38)

  picture.paint(draw)


# Match: floodlights over the pitch, and the colours of the two sides meeting.

NAVY, TEAL, CORAL = rgb("07162b"), rgb("14b8a6"), rgb("ff5a36")


def match_strip(picture):
  x, y = picture.x, picture.y
  horizon, vanish = 55.0, 258.0
  sky = np.array(rgb("0a1f3d"), np.float32) * np.ones(picture.pixels + (1,), np.float32)
  picture.fill(sky)
  picture.tint(rgb("04101f"), np.clip(1 - y / 60, 0, 1) * 0.8)
  picture.tint(rgb("2b6f9e"), np.exp(-(((y - horizon) / 22) ** 2)) * np.exp(-(((x - vanish) / 150) ** 2)) * 0.75)

  # The stand: rows of people caught by the light.
  def crowd(context):
    chance = np.random.default_rng(11)
    for row in range(9):
      level = 33 + row * 2.5
      for column in range(200):
        px = column * 1.9 + chance.uniform(-0.6, 0.6)
        tone = chance.uniform(0, 1)
        colour = TEAL if tone < 0.16 else CORAL if tone < 0.26 and px > 210 else rgb("a9c9e6")
        context.set_source_rgba(*colour, chance.uniform(0.10, 0.62))
        context.arc(px, level + chance.uniform(-0.5, 0.5), chance.uniform(0.35, 0.75), 0, 2 * math.pi)
        context.fill()

  picture.shine(crowd, gain=0.9, mask=np.exp(-(((x - vanish) / 165) ** 2)) * np.clip((y - 29) / 10, 0, 1))

  # The pitch: mown stripes that run to one point.
  pitch = y > horizon
  depth = np.maximum(y - horizon, 0.05)
  across = (x - vanish) / depth
  stripe = 0.5 + 0.5 * np.tanh(np.sin(across * 1.15) * 9 * np.clip(depth / 12, 0.1, 1))
  green = stripe[..., None] * np.array(rgb("1c7a4d"), np.float32) + (1 - stripe[..., None]) * np.array(
    rgb("125c3c"), np.float32)
  picture.colour = np.where(pitch[..., None], green, picture.colour)
  picture.tint(rgb("b9f5cf"), pitch * np.exp(-((depth / 9) ** 2)) * np.exp(-(((x - vanish) / 120) ** 2)) * 0.35)

  def lines(context):
    context.set_source_rgba(1, 1, 1, 1)
    context.set_line_width(1.1)
    arc_of_ellipse(context, vanish + 12, 84, 62, 13, 0, 2 * math.pi)
    context.stroke()
    context.set_line_width(1.3)
    context.move_to(vanish + 4, horizon)
    context.line_to(vanish + 17, 98)
    context.stroke()
    context.set_line_width(0.7)
    context.move_to(0, horizon + 0.4)
    context.line_to(375, horizon + 0.4)
    context.stroke()

  picture.paint(lines, opacity=0.5)

  # Two masts with their lamps, and the light they throw.
  masts = [(322, 6, 1.0), (196, 11, 0.6)]

  def beams(context):
    for mx, my, size in masts:
      for spread in (-130, -78, -30, 24):
        context.move_to(mx, my + 6)
        context.line_to(mx + spread * size - 26, 98)
        context.line_to(mx + spread * size + 24, 98)
        context.close_path()
        gradient = cairo.LinearGradient(mx, my, mx + spread * size, 98)
        gradient.add_color_stop_rgba(0, 0.85, 0.95, 1, 0.55)
        gradient.add_color_stop_rgba(1, 0.85, 0.95, 1, 0)
        context.set_source(gradient)
        context.fill()

  def lamps(context, grow=1.0):
    for mx, my, size in masts:
      for row in range(3):
        for column in range(5):
          context.arc(
            mx + (column - 2) * 5.2 * size, my + row * 4.6 * size + column * 0.5 * size, 1.55 * size * grow, 0,
            2 * math.pi)
          context.set_source_rgba(0.96, 0.99, 1, 1)
          context.fill()

  def poles(context):
    for mx, my, size in masts:
      context.set_source_rgba(*rgb("1d3c5c"), 1)
      context.set_line_width(2.2 * size)
      context.move_to(mx, my + 10 * size)
      context.line_to(mx, horizon - 1)
      context.stroke()
      context.set_line_width(1.2 * size)
      for row in range(3):
        context.move_to(mx - 12.5 * size, my + row * 4.6 * size - size)
        context.line_to(mx + 12.5 * size, my + row * 4.6 * size + size)
        context.stroke()

  picture.paint(poles)
  picture.shine(beams, blur=2.5, gain=0.42)
  # Dark on the left for the words; then the lamps, and the two colours as one sharp cut.
  picture.tint(NAVY, 0.93 * (1 / (1 + np.exp((x - 0.3 * y - 168) / 27))))

  picture.shine(lambda c: lamps(c, 2.2), blur=9, gain=1.6)
  picture.shine(lambda c: lamps(c, 1.8), blur=3, gain=1.2)
  picture.shine(lamps, gain=1.0)

  def slashes(context):
    for offset, width, colour in ((352, 9, TEAL), (364, 30, CORAL)):
      context.set_source_rgba(*colour, 1)
      context.move_to(offset + 14, 0)
      context.line_to(offset + 14 + width, 0)
      context.line_to(offset - 14 + width, 98)
      context.line_to(offset - 14, 98)
      context.close_path()
      context.fill()

  picture.paint(slashes, opacity=0.96)


def crest(context, x, y, size, field, colour, accent):
  """A shield with a V cut by a slanted bar."""
  def shield(inset):
    s = size - inset
    context.new_path()
    context.move_to(x - s * 0.42, y - s * 0.5)
    context.line_to(x + s * 0.42, y - s * 0.5)
    context.line_to(x + s * 0.42, y + s * 0.06)
    context.curve_to(x + s * 0.42, y + s * 0.32, x + s * 0.18, y + s * 0.46, x, y + s * 0.55)
    context.curve_to(x - s * 0.18, y + s * 0.46, x - s * 0.42, y + s * 0.32, x - s * 0.42, y + s * 0.06)
    context.close_path()

  shield(0)
  context.set_source_rgba(*colour)
  context.fill()
  shield(size * 0.13)
  context.set_source_rgba(*field)
  context.fill()
  context.save()
  shield(size * 0.13)
  context.clip()
  context.set_source_rgba(*accent)
  context.move_to(x + size * 0.02, y + size * 0.6)
  context.line_to(x + size * 0.34, y - size * 0.5)
  context.line_to(x + size * 0.60, y - size * 0.5)
  context.line_to(x + size * 0.28, y + size * 0.6)
  context.close_path()
  context.fill()
  context.restore()
  context.set_source_rgba(*colour)
  context.move_to(x - size * 0.26, y - size * 0.27)
  context.line_to(x - size * 0.115, y - size * 0.27)
  context.line_to(x, y + size * 0.11)
  context.line_to(x + size * 0.115, y - size * 0.27)
  context.line_to(x + size * 0.26, y - size * 0.27)
  context.line_to(x + size * 0.07, y + size * 0.31)
  context.line_to(x - size * 0.07, y + size * 0.31)
  context.close_path()
  context.fill()


def match_icon(picture):
  picture.fill(NAVY)
  picture.tint(rgb("15507a"), np.exp(-((np.hypot(picture.x - 30, picture.y - 4) / 22) ** 2)))
  picture.paint(lambda c: crest(c, 19, 18.4, 28, NAVY + (1,), (1, 1, 1, 1), TEAL + (1,)))


def match_logo(picture):
  def draw(context):
    crest(context, 17, 24.3, 36, NAVY + (1,), (1, 1, 1, 1), TEAL + (1,))
    word(context, "VERANE", 40, 31, 25, "Bebas Neue", (1, 1, 1, 1), spacing=1.6, weight=cairo.FONT_WEIGHT_BOLD)
    word(context, "ATHLETIC", 40.6, 40.6, 8.4, "Lato", TEAL + (1,), spacing=3.45, weight=cairo.FONT_WEIGHT_BOLD)

  picture.paint(draw)


# name: width, height, drawing, how it is saved
IMAGES = {
  "concert": {
    "strip": (375, 98, concert_strip, dict(colours=144, grain=0.0035)),
    "icon": (38, 38, concert_icon, dict(colours=128)),
    "logo": (160, 50, concert_logo, dict(transparent=True, colours=64)),
  },
  "museum": {
    "background": (180, 220, museum_background, dict(colours=32)),
    "thumbnail": (90, 90, museum_thumbnail, dict(colours=64)),
    "icon": (38, 38, museum_icon, dict(colours=32)),
    "logo": (160, 50, museum_logo, dict(transparent=True, colours=32)),
  },
  "match": {
    "strip": (375, 98, match_strip, dict(colours=256)),
    "icon": (38, 38, match_icon, dict(colours=64)),
    "logo": (160, 50, match_logo, dict(transparent=True, colours=64)),
  },
}


def main(names):
  for name in names or IMAGES:
    folder = TEMPLATES / f"{name}.pkpasstemplate"
    folder.mkdir(exist_ok=True)
    for image, (width, height, draw, options) in IMAGES[name].items():
      for scale in (1, 2, 3):
        picture = Picture(width, height, scale)
        draw(picture)
        picture.save(folder / f"{image}{'' if scale == 1 else f'@{scale}x'}.png", **options)


if __name__ == "__main__":
  main(sys.argv[1:])
