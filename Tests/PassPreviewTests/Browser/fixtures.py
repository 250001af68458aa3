"""Templates made for the tests: one for each thing to be measured, with pictures drawn here."""

import copy
import datetime
import json
import pathlib
import struct
import zlib

# Dark, strong and not grey, so that pixels of the card tell themselves from the page's and from black and white.
CARD = (120, 20, 60)
MESSAGE = "0041177203958116"
# What the browser takes for now.
NOON = datetime.datetime(2027, 1, 15, 12, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def png(width, height, color):
    """A picture of one colour, or of `color(x, y)`."""
    paint = color if callable(color) else lambda x, y: color
    rows = b"".join(
        (
            b"\0" + b"".join(bytes(paint(x, y)) for x in range(width))
            if callable(color)
            else b"\0" + bytes(color) * width
        )
        for y in range(height)
    )

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def images(name, width, height, color):
    """A picture in the three scales, sizes in points."""
    return {
        f"{name}{suffix}.png": png(width * scale, height * scale, color)
        for scale, suffix in ((1, ""), (2, "@2x"), (3, "@3x"))
    }


def field(key, label, value, **more):
    return {"key": key, "label": label, "value": value, **more}


def barcode(format="QR", message=MESSAGE, encoding="iso-8859-1", alt=None):
    made = {"format": "PKBarcodeFormat" + format, "message": message, "messageEncoding": encoding}
    return made if alt is None else {**made, "altText": alt}


def pass_json(style, groups, barcodes=None, **more):
    made = {
        "formatVersion": 1,
        "passTypeIdentifier": "pass.org.example.tickets",
        "teamIdentifier": "EXAMPLE123",
        "serialNumber": "{{ pass.serial_number }}",
        "organizationName": "Sorana",
        "description": "Ticket",
        "logoText": "Sorana",
        "backgroundColor": "rgb(%d, %d, %d)" % CARD,
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(255, 220, 180)",
        "barcodes": [barcode()] if barcodes is None else barcodes,
        **more,
        style: groups,
    }
    return {key: value for key, value in made.items() if value is not None}


def groups(primary=1, secondary=2, auxiliary=2, header=1, **more):
    """So many fields of each kind, short enough for nothing to be shrunk."""
    made = {}
    for kind, count in (("header", header), ("primary", primary), ("secondary", secondary), ("auxiliary", auxiliary)):
        made[kind + "Fields"] = [field(f"{kind}{n}", f"Label {n}", f"Hx{n}") for n in range(count)]
    made["backFields"] = [field("terms", "Terms", "No returns.\nDoors close at the hour.")]
    return {**made, **more}


SAMPLE = {"ticket": {"id": "1", "movement": "2", "barcode": MESSAGE, "state": "PRINTED"}}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE_EVENT = "\"><svg onload=alert(3)>' </script><b id=hostile>&lt;i&gt;"
# Shaped like one, and nobody's.
PUBLIC_KEY = "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
STRIP = images("strip", 375, 144, (30, 140, 90))
THUMBNAIL = images("thumbnail", 90, 90, (230, 200, 40))

MESSAGES = {
    "QR": MESSAGE,
    "PDF417": "ABC-00123/4567 Zürich",
    "Aztec": "00012345678901234567890123456789012345678901234567",
    "Code128": "ST-0047-11a",
    "Code39": "ST-0047 11",
    "Codabar": "A0012345678B",
    "EAN13": "4006381333931",
    "I2of5": "00123456789012",
}


def words():
    """Dates, numbers and money in four languages."""
    day = dict(dateStyle="PKDateStyleShort", timeStyle="PKDateStyleNone", isRelative=True)
    fields = groups(header=0, secondary=0, auxiliary=0)
    fields["primaryFields"] = [field("event", "label_event", "event_name")]
    fields["secondaryFields"] = [
        field("yesterday", "Y", (NOON - DAY).isoformat(), **day),
        field("today", "T", NOON.isoformat(), **day),
        field("tomorrow", "M", (NOON + DAY).isoformat(), **day),
    ]
    fields["auxiliaryFields"] = [
        field("price", "P", 1234.5, currencyCode="EUR"),
        field("count", "N", 1234567.25, numberStyle="PKNumberStyleDecimal"),
        field("share", "S", 0.25, numberStyle="PKNumberStylePercent"),
    ]
    fields["backFields"] = [
        field(
            "when",
            "W",
            "2027-01-15T19:30:00+01:00",
            dateStyle="PKDateStyleFull",
            timeStyle="PKDateStyleShort",
            ignoresTimeZone=True,
        )
    ]
    names = {
        "en": ("Event", "Winter Gala"),
        "fr": ("Spectacle", "Gala d’hiver"),
        "de": ("Veranstaltung", "Wintergala"),
        "ar": ("العرض", "حفل الشتاء"),
    }
    files = {
        f"{language}.lproj/pass.strings": f'"label_event" = "{label}";\n"event_name" = "{name}";\n'.encode()
        for language, (label, name) in names.items()
    }
    return pass_json("eventTicket", fields), files


def live():
    """What a ticket says, in every place of a pass, with a field that tells of its change."""
    fields = {
        "headerFields": [field("gate", "Gate", "{{ seat.entrance }}", changeMessage="Gate changed to %@")],
        "primaryFields": [field("event", "Event", "{{ event.name }}")],
        "secondaryFields": [field("holder", "Name", "{{ holder.name }}")],
        "auxiliaryFields": [field("seat", "Seat", "{{ seat.number }}")],
        "backFields": [
            field("holder_back", "Name", "{{ holder.name }}"),
            field("site", "Site", "see", attributedValue="<a href='javascript:alert(4)'>{{ holder.name }}</a>"),
        ],
    }
    made = pass_json(
        "eventTicket",
        fields,
        [barcode(message="{{ ticket.barcode }}", alt="{{ holder.name }}")],
        expirationDate="{{ event.end }}",
    )
    ticket = {
        **SAMPLE,
        "event": {"name": "Winter Gala", "start": "2027-01-15T19:30:00+01:00", "end": "2027-01-15T22:00:00+01:00"},
        "holder": {"first_name": "Ana", "last_name": "Moreau"},
        "seat": {"entrance": "B4", "number": "21"},
    }
    hostile = copy.deepcopy(ticket)
    hostile["event"]["name"] = HOSTILE_EVENT
    hostile["holder"] = {"last_name": HOSTILE}
    hostile["seat"]["entrance"] = "<i>4</i>"
    return made, {"plain": ticket, "zz <b onclick=alert(5)>&": hostile}


def flawed():
    """A little of everything that the panel tells of."""
    fields = groups(secondary=1, auxiliary=5)
    fields["auxiliaryFields"] = [field(f"a{n}", f"L{n}", f"V{n}") for n in range(5)]
    fields["primaryFields"] = [field("event", "label_event", "Winter Gala")]
    files = {
        **images("strip", 125, 60, (30, 140, 90)),
        "background2x.png": png(9, 9, (0, 0, 0)),
        "en.lproj/pass.strings": b'"label_event" = "Event";\n',
        "fr.lproj/pass.strings": b'"other" = "autre";\n',
    }
    return pass_json("eventTicket", fields), files


def everything():
    """Name of a template → (pass.json, other files, samples)."""
    event, strip = groups(secondary=3, auxiliary=4), groups(secondary=2, auxiliary=0)
    logo = images("logo", 50, 50, (250, 250, 250))
    made = {
        "event": (pass_json("eventTicket", event), logo),
        "event-strip": (pass_json("eventTicket", groups(secondary=3, auxiliary=4)), STRIP),
        "event-thumbnail": (pass_json("eventTicket", event), THUMBNAIL),
        "event-background": (pass_json("eventTicket", event), images("background", 180, 220, (40, 60, 200))),
        "event-row-1": (
            pass_json(
                "eventTicket",
                {**event, "auxiliaryFields": [field(f"a{n}", "L", f"V{n}", row=n // 4) for n in range(8)]},
            ),
            {},
        ),
        "generic": (pass_json("generic", groups()), THUMBNAIL),
        "store": (pass_json("storeCard", strip), STRIP),
        "coupon": (pass_json("coupon", strip), STRIP),
        "boarding": (
            pass_json(
                "boardingPass", {**groups(primary=2, secondary=3, auxiliary=5), "transitType": "PKTransitTypeAir"}
            ),
            {},
        ),
        "white": (
            pass_json(
                "generic",
                groups(),
                backgroundColor="rgb(255, 255, 255)",
                foregroundColor="rgb(0, 0, 0)",
                labelColor="rgb(90, 90, 90)",
            ),
            {},
        ),
        "poster": (
            pass_json(
                "eventTicket",
                event,
                preferredStyleSchemes=["posterEventTicket", "eventTicket"],
                semantics={
                    "eventType": "PKEventTypeGeneric",
                    "eventName": "Winter Gala",
                    "venueName": "Sorana",
                    "venueRegionName": "Lyon",
                    "venueRoom": "Great Hall",
                    "eventStartDate": "2027-01-15T19:30:00+01:00",
                },
                nfc={"message": "1", "encryptionPublicKey": PUBLIC_KEY, "requiresAuthentication": True},
            ),
            images("artwork", 358, 448, (20, 90, 120)),
        ),
        "long": (
            pass_json(
                "eventTicket",
                {
                    "primaryFields": [field("event", "Event", "Nights of the Mediterranean: Songs from Both Shores")],
                    "secondaryFields": [
                        field(
                            "hall",
                            "A label that is far too long for the third of a card",
                            "Chamber Hall at the Cloister",
                        ),
                        field("doors", "Doors", "Half past seven in the evening"),
                        field("start", "Start", "20:00"),
                    ],
                    "auxiliaryFields": [field(f"a{n}", f"L{n}", f"V{n}") for n in range(5)],
                },
                [barcode(alt="An alternative text that is far longer than the code it stands below of")],
            ),
            {},
        ),
        "scales": (
            pass_json("storeCard", strip),
            {
                "strip.png": png(375, 144, (200, 0, 0)),
                "strip@2x.png": png(750, 288, (0, 200, 0)),
                "strip@3x.png": png(1125, 432, (0, 0, 200)),
            },
        ),
    }
    for style in ("event", "boarding", "generic", "coupon", "store"):
        document = copy.deepcopy(made[style][0])
        document["barcodes"] = [barcode(alt=MESSAGE)]
        made[style + "-alt"] = (document, made[style][1])
    for format, message in MESSAGES.items():
        for suffix, alt in (("", None), ("-alt", message)):
            made[f"bar-{format}{suffix}"] = (
                pass_json("eventTicket", groups(secondary=1, auxiliary=0), [barcode(format, message, alt=alt)]),
                {},
            )
    made["bar-none"] = (pass_json("eventTicket", event, []), {})
    made["bar-undrawable"] = (pass_json("eventTicket", event, [barcode("EAN13", "12x")]), {})
    made["words"] = words()
    made["flawed"] = flawed()
    everything = {name: (document, files, {"one": SAMPLE}) for name, (document, files) in made.items()}
    document, samples = live()
    for name in ("live", "typing"):
        everything[name] = (document, {}, samples)
    return everything


def write(folder):
    """Writes all of them into a folder of templates."""
    icons = images("icon", 38, 38, (200, 40, 90))
    for name, (document, files, samples) in everything().items():
        place = pathlib.Path(folder, name + ".pkpasstemplate")
        for path, data in {**icons, **files}.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)
        (place / "samples").mkdir()
        for sample, ticket in samples.items():
            (place / "samples" / f"{sample}.json").write_text(json.dumps(ticket, ensure_ascii=False, indent=1))
        (place / "pass.json").write_text(json.dumps(document, ensure_ascii=False, indent=1))
