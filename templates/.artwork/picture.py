import subprocess

import cairocffi as cairo
import numpy as np
from PIL import Image, ImageFilter

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

  def save(self, path, colours=None, grain=0.0, transparent=False, dither=1.0):
    """Writes a PNG. Few `colours` make it small, and so does little `dither`, which hides that they are few."""
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
      options = ["--force", "--strip", "--speed", "1", f"--floyd={dither}", "--output", path]
      subprocess.run(["pngquant", *options, str(colours), "--", path], check=True)
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
