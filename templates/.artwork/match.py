"""Match: floodlights over the pitch, and the colours of the two sides meeting."""

import math

import cairocffi as cairo
import numpy as np

from picture import arc_of_ellipse, rgb, word

NAVY, TEAL, CORAL = rgb("07162b"), rgb("14b8a6"), rgb("ff5a36")


def match_strip(picture, lit=True):
  """The evening of the match; with the floodlights out, it is the strip of a ticket that has been used."""
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

  if lit:
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

  if not lit:
    night(picture, horizon)
  picture.paint(poles)
  if lit:
    picture.shine(beams, blur=2.5, gain=0.42)
  # Dark on the left for the words; then the lamps, and the two colours as one sharp cut.
  picture.tint(NAVY, 0.93 * (1 / (1 + np.exp((x - 0.3 * y - 168) / 27))))

  if lit:
    picture.shine(lambda c: lamps(c, 2.2), blur=9, gain=1.6)
    picture.shine(lambda c: lamps(c, 1.8), blur=3, gain=1.2)
    picture.shine(lamps, gain=1.0)
  else:
    picture.paint(lamps, opacity=0.22)

  def slashes(context):
    for offset, width, colour in ((352, 9, TEAL), (364, 30, CORAL)):
      context.set_source_rgba(*colour, 1)
      context.move_to(offset + 14, 0)
      context.line_to(offset + 14 + width, 0)
      context.line_to(offset - 14 + width, 98)
      context.line_to(offset - 14, 98)
      context.close_path()
      context.fill()

  picture.paint(slashes, opacity=0.96 if lit else 0.42)


def night(picture, horizon):
  """Takes the colours away, and hangs a moon over the empty stand."""
  x, y = picture.x, picture.y
  grey = picture.colour @ np.array([0.3, 0.55, 0.15], np.float32)
  picture.colour = grey[..., None] * np.array(rgb("5f8fc4"), np.float32) * 1.05
  picture.tint(rgb("0b2346"), (y < horizon) * 0.55)
  picture.tint(rgb("6fa3d6"), np.exp(-((np.hypot(x - 276, y - 16) / 30) ** 2)) * 0.32)

  def seats(context):
    context.set_source_rgba(*rgb("4f7fb0"), 1)
    for row in range(8):
      for column in range(150):
        context.rectangle(column * 2.5 + row % 2 * 1.25, 35 + row * 2.5, 1.3, 0.9)
        context.fill()

  def moon(context):
    context.set_source_rgba(*rgb("e9f2ff"), 1)
    context.arc(276, 15.5, 7, 0, 2 * math.pi)
    context.fill()

  def stars(context):
    chance = np.random.default_rng(2)
    for _ in range(46):
      context.set_source_rgba(0.9, 0.95, 1, chance.uniform(0.2, 0.8))
      context.arc(chance.uniform(120, 375), chance.uniform(0, 28), chance.uniform(0.25, 0.6), 0, 2 * math.pi)
      context.fill()

  picture.paint(seats, opacity=0.3)
  picture.shine(stars)
  picture.shine(moon, blur=4, gain=0.7)
  picture.paint(moon)


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
  "strip": (375, 98, match_strip, dict(colours=256)),
  "images/strip-dark": (375, 98, lambda picture: match_strip(picture, lit=False), dict(colours=128, dither=0.4)),
  "icon": (38, 38, match_icon, dict(colours=64)),
  "logo": (160, 50, match_logo, dict(transparent=True, colours=64)),
}
