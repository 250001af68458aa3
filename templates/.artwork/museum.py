"""Museum: arches, a sun and a stone. Calm shapes, few colours, hence small files."""

import math

import cairocffi as cairo

from picture import arc_of_ellipse, rgb, word

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


def museum_mark(context, x, base, size, outer=CLAY, inner=INK):
  context.set_fill_rule(cairo.FILL_RULE_EVEN_ODD)
  for parts, colour in (((1.0, 0.64), outer), ((0.32,), inner)):
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


# name: width, height, drawing, how it is saved
IMAGES = {
  "background": (180, 220, museum_background, dict(colours=32)),
  "thumbnail": (90, 90, museum_thumbnail, dict(colours=64)),
  "icon": (38, 38, museum_icon, dict(colours=32)),
  "logo": (160, 50, museum_logo, dict(transparent=True, colours=32)),
}
