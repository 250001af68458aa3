"""PNGs for the tests to scale, and what Pillow sees in the ones that come out.

  judge.py make MODE WIDTH HEIGHT [OPTION=VALUE…]   pixels on standard input, an image on standard output
  judge.py forge WIDTH HEIGHT                       a PNG that says this size and has eight pixels
  judge.py read                                     an image on standard input, "MODE WIDTH HEIGHT\\n" and RGBA after it
"""

import io
import struct
import sys
import zlib

from PIL import Image

if sys.argv[1] == "make":
    mode, width, height = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    options = dict(option.split("=") for option in sys.argv[5:])
    kind = options.pop("format", "PNG")
    image = Image.frombytes(mode, (width, height), sys.stdin.buffer.read())
    if "palette" in options:
        image = image.quantize(int(options.pop("palette")))
    made = io.BytesIO()
    image.save(made, kind)
    sys.stdout.buffer.write(made.getvalue())
elif sys.argv[1] == "forge":
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", int(sys.argv[2]), int(sys.argv[3]), 8, 0, 0, 0, 0)
    sys.stdout.buffer.write(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b""))
else:
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()))
    image.load()
    sys.stdout.buffer.write(f"{image.mode} {image.width} {image.height}\n".encode())
    sys.stdout.buffer.write(image.convert("RGBA").tobytes())
