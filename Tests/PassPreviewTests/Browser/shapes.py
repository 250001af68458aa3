"""Outlines and colours, which only pixels tell: notch, scallops, side cuts, corners, shine."""

import math

from fixtures import CARD
from layout import ROWS

SCALE = 3
AROUND = 8


class Outline:
    """Which pixels belong to the card, in points from its corner."""

    def __init__(self, image):
        self.image = image
        self.width = image.width / SCALE - 2 * AROUND
        self.height = image.height / SCALE - 2 * AROUND

    def pixel(self, x, y):
        return self.image.getpixel((round((x + AROUND) * SCALE), round((y + AROUND) * SCALE)))

    def card(self, x, y):
        """The page is light and the card dark red, with a light shine at its top; a shadow is grey and light."""
        red, green, blue = self.pixel(x, y)
        return red - green > 40 and green < 150

    def row(self, y, start=0.0, end=None):
        """Whether card, pixel by pixel, along a line."""
        end = self.width if end is None else end
        return [self.card(start + n / SCALE, y) for n in range(int((end - start) * SCALE))]

    def column(self, x, start, end):
        return [self.card(x, start + n / SCALE) for n in range(int((end - start) * SCALE))]


def outline(look, preview, name):
    look.open(preview.address(name))
    return Outline(look.picture(around=AROUND))


def look(report, look, preview):
    notch(report, outline(look, preview, "event"))
    coupon(report, outline(look, preview, "coupon"))
    boarding(report, outline(look, preview, "boarding"))
    corner(report, outline(look, preview, "generic"))
    shine(report, outline(look, preview, "generic"))
    for name in ("event", "generic", "store"):
        ink(report, look, preview, name)
    blur(report, look, preview)
    white(report, look, preview)


def notch(report, drawn):
    middle = drawn.width / 2
    for y in (1, 8):
        row = drawn.row(y, middle - 60, middle + 60)
        wanted = 2 * math.sqrt(40**2 - (24 + y) ** 2)
        report.near(
            f"event ticket: the notch is {wanted:.0f} wide at a depth of {y}", row.count(False) / SCALE, wanted
        )
    hole = drawn.column(middle, 0, 40)
    report.near("event ticket: the notch is 16 deep", hole.index(True) / SCALE if True in hole else None, 16)
    report.check(
        "event ticket: the card goes on beside the notch", drawn.card(middle - 40, 1) and drawn.card(middle + 40, 1)
    )


def coupon(report, drawn):
    for side, y, rows in (
        ("top", 1, [n / SCALE for n in range(-3, 12)]),
        ("bottom", drawn.height - 1, [drawn.height - n / SCALE for n in range(-3, 12)]),
    ):
        row = drawn.row(y, 20, drawn.width - 20)
        edges = [n for n in range(1, len(row)) if row[n] and not row[n - 1]]
        if not report.check(f"coupon: the {side} edge is scalloped", len(edges) > 10, len(edges)):
            continue
        report.near(
            f"coupon: period of the scallops at the {side}",
            (edges[-1] - edges[0]) / (len(edges) - 1) / SCALE,
            5.2,
            0.4,
        )
        depths = []
        for n in range(0, 60):
            x = 100 + n / SCALE
            depths.append(
                next((abs(y - (0 if side == "top" else drawn.height)) for y in rows if drawn.card(x, y)), 0)
            )
        report.near(f"coupon: depth of the scallops at the {side}", max(depths) - min(depths), 2, 1)
    report.check("coupon: its sides are straight", all(drawn.column(0.7, 210, drawn.height - 20)))


def boarding(report, drawn):
    for side, x in (("left", 0.5), ("right", drawn.width - 0.7)):
        column = drawn.column(x, 100, 150)
        cut = [100 + n / SCALE for n, card in enumerate(column) if not card]
        if not report.check(f"boarding pass: a notch on the {side}", cut):
            continue
        report.near(f"boarding pass: the {side} notch begins", cut[0], 124)
        report.near(f"boarding pass: the {side} notch ends", cut[-1], 129)


def corner(report, drawn):
    for side, x, step in (("left", 0, 1), ("right", drawn.width - 0.34, -1)):
        for edge, y, down in (("top", 0, 1), ("bottom", drawn.height - 0.34, -1)):
            along = next(n / 30 for n in range(0, 600) if drawn.card(x + step * n / 30, y + down * n / 30))
            # On the diagonal a circle of radius r leaves its square r (1 - 1/√2) before the corner.
            report.near(f"the {edge} {side} corner has a radius of 12", along / (1 - math.sqrt(0.5)), 12)


def shine(report, drawn):
    def lightness(y):
        return [found - own for found, own in zip(drawn.pixel(drawn.width / 2, y), CARD)]

    wanted = [0.13 * (1 - 2 / 48) * (255 - own) for own in CARD]
    report.check(
        "a shine of 13 % at the top edge", all(abs(a - b) < 8 for a, b in zip(lightness(2), wanted)), lightness(2)
    )
    report.check("which ends at 48", all(abs(found) <= 3 for found in lightness(52)), lightness(52))
    middle = drawn.height / 2
    edge, inside = drawn.pixel(0.5, middle), drawn.pixel(3, middle)
    report.check("the edge is a little darker", sum(edge) < sum(inside), (edge, inside))


def ink(report, look, preview, name):
    """The capitals themselves, not the boxes that the browser says they are in."""
    found = look.open(preview.address(name)).measure()
    drawn = Outline(look.picture(around=AROUND))
    for row, (label_top, value_top, _, _) in ROWS[name].items():
        one = next(field for field in found["fields"] if field["row"] == row)
        for kind, top in (("label", label_top), ("value", value_top)):
            left, right = (round(edge * SCALE) for edge in (one[kind]["left"], one[kind]["inkRight"]))
            bright = (
                y / SCALE
                for y in range(round((top - 3.4) * SCALE), round((top + 9) * SCALE))
                if any(sum(drawn.pixel(x / SCALE, y / SCALE)) > 560 for x in range(left, right))
            )
            report.near(f"{name}: the capitals of the {row} {kind} begin", next(bright, None), top)


def blur(report, look, preview):
    look.open(preview.address("event-background"))
    where = look.page.locator(".card.front .background").first
    report.check(
        "the background of an event ticket is blurred", "blur(" in where.evaluate("el => getComputedStyle(el).filter")
    )
    look.open(preview.address("event-strip"))
    where = look.page.locator(".card.front .strip").first
    report.check("a strip is sharp", "blur(" not in where.evaluate("el => getComputedStyle(el).filter"))


def white(report, look, preview):
    found = look.open(preview.address("white")).measure()["barcode"]
    drawn = Outline(look.picture(around=AROUND))
    inside, outside = drawn.pixel(found["x"] + 2, found["y"] + 75), drawn.pixel(found["x"] - 2, found["y"] + 75)
    report.check(
        "on a white pass the barcode's box is not seen", inside == outside == (255, 255, 255), (inside, outside)
    )
