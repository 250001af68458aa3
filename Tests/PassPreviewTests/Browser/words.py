"""Dates, numbers and money as a phone in each language writes them; Babel's copy of Unicode's tables is the judge."""

import datetime
import re
import unicodedata

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from fixtures import NOON

RELATIVE = {
    "en": ("Yesterday", "Today", "Tomorrow"),
    "fr": ("Hier", "Aujourd’hui", "Demain"),
    "de": ("Gestern", "Heute", "Morgen"),
    "ar": ("أمس", "اليوم", "غدًا"),
}


def plain(text):
    """Without marks of direction, all spaces and digits alike."""
    text = re.sub("[\u200e\u200f\u061c]", "", text)
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    return re.sub(r"\s", " ", text).replace("'", "’").replace("٬", ",").replace("٫", ".")


def look(report, look, preview):
    look.page.clock.set_fixed_time(NOON)
    look.open(preview.address("words"))
    offered = look.page.eval_on_selector_all('[name="language"] option', "all => all.map(el => el.value)")
    report.check("every language of the template can be chosen", set(offered) == set(RELATIVE), offered)
    for language, relative in RELATIVE.items():
        look.open(preview.address("words", language=language))
        found = {field["key"]: field for field in look.measure()["fields"]}
        said = {key: plain(field["value"]["text"]) for key, field in found.items()}
        days = tuple(said[key].lower() for key in ("yesterday", "today", "tomorrow"))
        report.check(
            f"{language}: yesterday, today and tomorrow are words", days == tuple(w.lower() for w in relative), days
        )
        numbers = {"ar": "ar_EG"}.get(language, language)
        for key, wanted in (
            ("price", format_currency(1234.5, "EUR", locale=numbers)),
            ("count", format_decimal(1234567.25, locale=numbers)),
            ("share", format_percent(0.25, locale=numbers)),
        ):
            wanted = plain(wanted).replace("٪", "%")
            report.check(f"{language}: {key} is {wanted}", said[key].replace("٪", "%") == wanted, said[key])
        report.check(
            f"{language}: texts are translated",
            said["event"]
            == {"en": "Winter Gala", "fr": "Gala d’hiver", "de": "Wintergala", "ar": "حفل الشتاء"}[language],
            said["event"],
        )
        look.radio("side", "back")
        # Editions of the tables differ in the Arabic comma.
        when = plain(look.page.locator('.card.back [data-key="when"] .value').inner_text()).replace("،", "")
        day = plain(format_date(datetime.date(2027, 1, 15), "full", locale=language)).replace("،", "")
        report.check(f"{language}: a long date is {day}", when.startswith(day) and re.search("(7|19):30", when), when)
        look.radio("side", "front")
    right_to_left(report, look, preview)


def right_to_left(report, look, preview):
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        look.open(preview.address("words", language=language))
        found = look.measure()
        said = look.page.locator(".card.front").get_attribute("dir")
        report.check(f"{language}: the card's direction is {direction}", said == direction, said)
        primary = next(field for field in found["fields"] if field["key"] == "event")
        if direction == "rtl":
            report.near("ar: the primary value starts at the right margin", primary["value"]["inkRight"], 358 - 14)
            report.near("ar: and its label", primary["label"]["inkRight"], 358 - 14)
        else:
            report.near("en: the primary value starts at the left margin", primary["value"]["left"], 14)
        row = [field["x"] for field in found["fields"] if field["row"] == "secondary"]
        report.check(f"{language}: a row runs {direction}", row == sorted(row, reverse=direction == "rtl"), row)
        report.check(
            f"{language}: the page itself stays as it is",
            look.page.locator("#controls").evaluate("el => getComputedStyle(el).direction") == "ltr",
        )
