#!/usr/bin/env python3
"""Renders every case of cases.json with python-liquid and holds the result against `expect`.

Exit status 1 when a case comes out differently without saying why (`differs`), when a case that says so comes out the
same after all, or when a case marked `fails` does not fail.

What python-liquid does not have is added here from other people's code, so that it is judged too: money and the names
of days and months come from Babel's copy of Unicode's locale data, time zones from Python's zoneinfo.
"""

import os
import time

os.environ["TZ"] = "UTC"
time.tzset()

import datetime  # noqa: E402
import json  # noqa: E402
import pathlib  # noqa: E402
import re  # noqa: E402
import sys  # noqa: E402
import zoneinfo  # noqa: E402
from decimal import ROUND_HALF_UP, Decimal, localcontext  # noqa: E402

import babel  # noqa: E402
import babel.dates  # noqa: E402
import babel.numbers  # noqa: E402
import liquid  # noqa: E402
from liquid.builtin.filters.misc import _to_date, date as liquid_date  # noqa: E402
from liquid.filter import liquid_filter, with_environment  # noqa: E402


def environment(case):
    env = liquid.Environment()
    tag = case.get("language", "en").replace("-", "_")
    locale = babel.Locale.parse(tag)
    translations = case.get("translations", {})

    @liquid_filter
    def money(value, currency=None):
        amount = value
        if isinstance(value, dict):
            amount, currency = value.get("amount"), currency or value.get("currency")
        if amount is None or amount == "":
            return ""
        with localcontext() as context:
            context.rounding = ROUND_HALF_UP
            return babel.numbers.format_currency(Decimal(str(amount)), currency, locale=locale)

    @liquid_filter
    def translate(key):
        return translations.get(key, key)

    def names(fmt, moment):
        """Puts the names of the locale in place of the directives for names."""
        table = {
            "A": lambda: babel.dates.format_date(moment, "EEEE", locale),
            "a": lambda: babel.dates.format_date(moment, "E", locale),
            "B": lambda: babel.dates.format_date(moment, "MMMM", locale),
            "b": lambda: babel.dates.format_date(moment, "MMM", locale),
        }

        def put(match):
            text = table[match[2]]()
            return (text.upper() if match[1] == "^" else text).replace("%", "%%")

        return re.sub(r"%(\^?)([AaBb])", put, fmt)

    @with_environment
    @liquid_filter
    def date(value, fmt, zone=None, *, environment):
        # Its cache takes the same instant in another zone for the same date.
        _to_date.cache_clear()
        moment = None if value in ("now", "today") or value is None else _to_date(value)
        if moment is not None:
            if "timeZone" in case and moment.tzinfo is None:
                moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(case["timeZone"]))
            if zone is not None:
                moment = (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).astimezone(
                    zoneinfo.ZoneInfo(zone)
                )
            value = moment
            if tag != "en" and isinstance(fmt, str):
                fmt = names(fmt, moment)
            _to_date.cache_clear()
        return liquid_date(value, fmt, environment=environment)

    env.add_filter("money", money)
    env.add_filter("translate", translate)
    env.add_filter("t", translate)
    env.add_filter("date", date)
    return env


def revived(value):
    """{"$date": text} stands for a date, which JSON cannot say."""
    if isinstance(value, dict):
        if set(value) == {"$date"}:
            return datetime.datetime.fromisoformat(value["$date"])
        return {name: revived(member) for name, member in value.items()}
    if isinstance(value, list):
        return [revived(item) for item in value]
    return value


def render(case):
    try:
        return environment(case).from_string(case["template"]).render(**revived(case.get("data", {})))
    except Exception as error:  # whatever it is, it is no output
        return error


def main():
    path = pathlib.Path(__file__).with_name("cases.json")
    cases = json.loads(path.read_text(encoding="utf-8"))
    wrong = 0
    for case in cases:
        result = render(case)
        failed = isinstance(result, Exception)
        agrees = failed if case.get("fails") else not failed and result == case["expect"]
        if agrees == ("differs" not in case):
            continue
        wrong += 1
        wanted = "an error" if case.get("fails") else repr(case["expect"])
        got = f"{type(result).__name__}: {result}" if failed else repr(result)
        note = " (marked as different, but is not)" if agrees else ""
        print(f"{case['name']}{note}\n  template {case['template']!r}\n  expected {wanted}\n  judge    {got}")
    different = sum("differs" in case for case in cases)
    print(f"{len(cases)} cases, {different} different on purpose, {wrong} wrong (python-liquid {liquid.__version__})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
