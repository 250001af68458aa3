"""Positions and sizes on a phone 390 points wide, as measured on pictures of real ones."""

# template: what is measured, in points from the card's corner. Rows: (label top, value top, label size, value size).
ROWS = {
    "event": {
        "header": (12.2, 24, 11, 18),
        "primary": (70.3, 84, 11, 20),
        "secondary": (122.3, 135, 11, (15, 17)),
        "auxiliary": (170.7, 183.5, 11, (14, 15)),
    },
    "generic": {
        "header": (12.2, 24, 11, 18),
        "primary": (78.3, 97, 11, 28),
        "secondary": (176.5, 189, 11, (15, 17)),
        "auxiliary": (220.6, 233, 11, 15),
    },
    "boarding": {"header": (12.2, 24, 11, 18), "primary": (70.3, 87, 11, 28)},
    # Over the strip the value stands above its label.
    "store": {
        "header": (12.2, 24, 11, 18),
        "primary": (145, 88, 15, (58, 60)),
        "secondary": (215, 233, 11, (24, 26)),
    },
    "coupon": {
        "header": (12.2, 24, 11, 18),
        "primary": (145, 88, 15, (58, 60)),
        "secondary": (215, 233, 11, (24, 26)),
    },
}
STRIPS = {"event-strip": 94, "store": 137, "coupon": 137}
# template: width and height of the white box.
BOXES = {
    "event": (156, 156),
    "event-alt": (156, 171),
    "boarding": (150, 150),
    "boarding-alt": (150, 165),
    "generic": (150, 150),
    "generic-alt": (150, 165),
    "coupon": (152, 152),
    "coupon-alt": (152, 167),
    "store": (160, 160),
    "store-alt": (160, 175),
    "bar-Code128": (258, 75),
    "bar-Code128-alt": (258, 90),
    "bar-PDF417": (268, 83),
    "bar-PDF417-alt": (268, 98),
}
# Of a size, three points would be a lot.
SIZE = 1.5


def fields(found, row):
    return [field for field in found["fields"] if field["row"] == row]


def look(report, look, preview):
    for name in sorted({*ROWS, *STRIPS, *BOXES}):
        found = look.open(preview.address(name)).measure()
        report.near(f"{name}: the card is 358 wide", found["width"], 358)
        report.near(f"{name}: the card is about 501 high", found["height"], 501)
        if name in ROWS:
            rows(report, name, found)
        if name in STRIPS:
            strip(report, name, found)
        if name in BOXES:
            box(report, name, found)
    styles(report, look, preview)
    crowded(report, look, preview)
    widths(report, look, preview)


def rows(report, name, found):
    if name != "coupon":  # whose corners are scallops
        report.near(f"{name}: corners have a radius of 12", found["radius"], 12)
    report.near(f"{name}: the logo text has a size of 18", found["logoText"] and found["logoText"]["size"], 18, SIZE)
    report.check(f"{name}: the logo text is semibold", found["logoText"] and found["logoText"]["weight"] >= 600)
    for row, (label_top, value_top, label_size, value_size) in ROWS[name].items():
        drawn = fields(found, row)
        if not report.check(f"{name}: there is a row of {row} fields", drawn, [f["row"] for f in found["fields"]]):
            continue
        first, last = drawn[0], drawn[-1]
        report.near(f"{name}: top of the {row} label", first["label"] and first["label"]["y"], label_top)
        report.near(f"{name}: top of the {row} value", first["value"] and first["value"]["y"], value_top)
        report.near(f"{name}: size of the {row} label", first["label"] and first["label"]["size"], label_size, SIZE)
        report.near(f"{name}: size of the {row} value", first["value"] and first["value"]["size"], value_size, SIZE)
        sizes = {field["value"]["size"] for field in drawn}
        report.check(f"{name}: {row} fields share one size", len(sizes) == 1, sizes)
        if row == "header":
            label, value = last["label"], last["value"]
            report.near(f"{name}: header fields stand at the right margin of 14", value["inkRight"], 358 - 14)
            report.check(f"{name}: the header label is semibold", label["weight"] >= 600, label["weight"])
            report.check(
                f"{name}: the header label is in capitals", label["text"] == label["text"].upper(), label["text"]
            )
        else:
            report.near(f"{name}: {row} fields start at the left margin of 14", first["value"]["left"], 14)
    if name == "boarding":
        report.near("boarding: the transit icon is 34 wide", found["transit"] and found["transit"]["width"], 34)
        transit = found["transit"] or {"x": 0, "width": 0}
        report.near("boarding: the transit icon is in the middle", transit["x"] + transit["width"] / 2, 179)
        second = fields(found, "primary")[-1]
        report.near("boarding: the destination ends at the right margin", second["value"]["inkRight"], 358 - 14)
        auxiliary, secondary = fields(found, "auxiliary"), fields(found, "secondary")
        report.check(
            "boarding: auxiliary fields stand above secondary ones",
            auxiliary and secondary and auxiliary[0]["y"] < secondary[0]["y"],
        )
        report.check("boarding: five auxiliary fields are drawn", len(auxiliary) == 5, len(auxiliary))


def strip(report, name, found):
    where = found["strip"] or {}
    report.near(f"{name}: the strip starts at 61", where.get("y"), 61)
    report.near(f"{name}: height of the strip", where.get("height"), STRIPS[name])
    report.near(f"{name}: the strip is as wide as the card", where.get("width"), 358)


def box(report, name, found):
    width, height = BOXES[name]
    where = found["barcode"] or {}
    report.near(f"{name}: width of the barcode's box", where.get("width"), width)
    report.near(f"{name}: height of the barcode's box", where.get("height"), height)
    report.near(
        f"{name}: the barcode's box ends 12 above the card's end", found["height"] - where.get("bottom", 0), 12
    )
    report.near(f"{name}: the barcode's box is in the middle", where.get("x", 0) + where.get("width", 0) / 2, 179)
    report.near(f"{name}: the barcode's box has a radius of 5", where.get("radius"), 5, 1)
    if not name.startswith("bar-"):
        report.near(f"{name}: padding of the QR code", found["symbol"]["x"] - where["x"], 11)
    if name == "event":
        report.near("event: the QR code itself is 134 wide", found["symbol"] and found["symbol"]["width"], 134)
    report.check(
        f"{name}: an alternative text is there when the pass has one", bool(found["alt"]) == name.endswith("-alt")
    )


def styles(report, look, preview):
    wanted = {
        "event": "eventTicket",
        "generic": "generic",
        "store": "storeCard",
        "coupon": "coupon",
        "boarding": "boardingPass",
        "poster": "posterEventTicket",
    }
    for name, style in wanted.items():
        found = look.open(preview.address(name)).measure()
        report.check(f"{name}: is drawn as {style}", found["style"] == style, found["style"])
    report.check(
        "poster: its artwork is drawn", found["artwork"] and found["artwork"]["width"] > 300, found["artwork"]
    )
    found = look.open(preview.address("event-thumbnail")).measure()
    thumbnail = found["thumbnail"] or {"right": 0, "width": 0, "height": 0}
    report.near("event-thumbnail: it ends at the right margin", thumbnail["right"], 358 - 14)
    report.check(
        "event-thumbnail: it is at most 90 x 90", 0 < thumbnail["width"] <= 90.5 >= thumbnail["height"], thumbnail
    )
    report.check(
        "event-thumbnail: no text runs under it",
        all(field["value"]["inkRight"] <= thumbnail["x"] for field in fields(found, "primary")),
    )
    found = look.open(preview.address("event-row-1")).measure()
    second = fields(found, "auxiliary-1")
    report.check("event-row-1: four fields in a second row", len(second) == 4, len(second))
    report.check("event-row-1: below the first", second and second[0]["y"] > fields(found, "auxiliary")[0]["y"] + 20)
    found = look.open(preview.address("event-strip")).measure()
    drawn = fields(found, "primary")[0]
    report.check(
        "event-strip: the primary value stands on the strip",
        found["strip"]["y"] <= drawn["value"]["y"] <= found["strip"]["bottom"],
        drawn["value"],
    )
    below = fields(found, "secondary")[0]["label"]["y"] - found["strip"]["bottom"]
    report.check("event-strip: the secondary fields stand below it", 0 < below < 30, below)


def crowded(report, look, preview):
    found = look.open(preview.address("long")).measure()
    row = fields(found, "secondary")
    report.check("long: three fields of a row share one size", len({f["value"]["size"] for f in row}) == 1, row)
    report.check("long: the row was made smaller", row[0]["value"]["size"] < 15.5, row[0]["value"]["size"])
    report.check(
        "long: a label that does not fit ends in an ellipsis", row[0]["label"]["cut"] and row[0]["label"]["ellipsis"]
    )
    report.check(
        "long: an alternative text that does not fit ends in an ellipsis",
        found["alt"]["cut"] and found["alt"]["ellipsis"],
    )
    report.check("long: the fifth auxiliary field is not drawn", len(fields(found, "auxiliary")) == 4)
    report.check(
        "long: no field leaves the card", all(f["x"] >= 0 and f["right"] <= found["width"] for f in found["fields"])
    )
    notes = look.page.eval_on_selector_all("#layout li", "all => all.map(li => [li.dataset.kind, li.innerText])")
    for kind, word in (("dropped", "a4"), ("shrunk", "Event"), ("cut", "hall")):
        report.check(
            f"long: the panel says what is {kind}", any(k == kind and word in text for k, text in notes), notes
        )


def widths(report, look, preview):
    for width in (320, 430):
        found = look.open(preview.address("event", width=width)).measure()
        report.near(f"on a phone {width} wide the card is {width - 32} wide", found["width"], width - 32)
        last = fields(found, "header")[-1]
        report.near(
            f"on a phone {width} wide the header ends at the margin", last["value"]["inkRight"], width - 32 - 14
        )
        report.check(
            f"on a phone {width} wide no field leaves the card",
            all(field["x"] >= 0 and field["right"] <= found["width"] for field in found["fields"]),
        )
