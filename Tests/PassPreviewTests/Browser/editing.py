"""What somebody sees who saves a file while the page is open."""

import json
import shutil
import time


def value(look, key):
    return look.page.locator(f'.card.front [data-key="{key}"] .value').first.inner_text()


def look(report, look, preview):
    folder = preview.folder / "typing.pkpasstemplate"
    path = folder / "pass.json"
    good = path.read_text()
    look.open(preview.address("typing"))
    look.page.evaluate("window.stayed = true")
    saved(report, look, path, good)
    sample(report, look, folder)
    broken(report, look, path, good)
    report.check("the page was never loaded anew", look.page.evaluate("window.stayed === true"))
    kept(report, look, path, good)
    gallery(report, look, preview)


def saved(report, look, path, good):
    """The best of five, since the machine may have other things to do."""
    times = []
    for n in range(5):
        before = look.drawn()
        started = time.monotonic()
        path.write_text(good.replace('"label": "Seat"', f'"label": "Place {n}"'))
        look.wait_redrawn(before)
        times.append(time.monotonic() - started)
        label = look.page.locator('.card.front [data-key="seat"] .label').first.inner_text()
        report.check(f"saving pass.json changes the open page ({n + 1})", label.lower() == f"place {n}", label)
    report.check("the page is drawn within 300 ms of a save", min(times) < 0.3, [round(t, 3) for t in times])
    before = look.drawn()
    # As editors do: write beside, then rename.
    beside = path.with_suffix(".json~")
    beside.write_text(good.replace("Winter", "Summer"))
    beside.replace(path)
    look.wait_redrawn(before)
    label = look.page.locator('.card.front [data-key="seat"] .label').first.inner_text()
    report.check("saving by renaming changes it too", label.lower() == "seat", label)


def sample(report, look, folder):
    before = look.drawn()
    path = folder / "samples" / "plain.json"
    ticket = json.loads(path.read_text())
    ticket["seat"]["number"] = "22"
    path.write_text(json.dumps(ticket))
    look.wait_redrawn(before)
    report.check("saving a sample ticket changes it", value(look, "seat") == "22", value(look, "seat"))
    look.select("sample", "zz <b onclick=alert(5)>&")
    before = look.drawn()
    ticket["seat"]["number"] = "23"
    path.write_text(json.dumps(ticket))
    look.wait_redrawn(before)
    chosen = look.page.input_value('#controls [name="sample"]')
    report.check("what was chosen stays chosen after a save", chosen.startswith("zz"), chosen)
    look.select("sample", "plain")


def broken(report, look, path, good):
    lines = good.split("\n")
    at = next(n for n, line in enumerate(lines) if "event.name" in line)
    json_broken = "\n".join(lines[:at] + [lines[at].rstrip(",") + "}}"] + lines[at + 1 :])
    liquid_broken = good.replace("{{ event.name }}", "{{ event.name")
    unknown = good.replace("{{ event.name }}", "{{ event.nmae }}")
    for kind, text in (("JSON", json_broken), ("Liquid", liquid_broken), ("a variable", unknown)):
        path.write_text(text)
        look.page.wait_for_selector("#broken", state="visible")
        said = look.page.inner_text("#broken")
        report.check(
            f"broken {kind} is said with file and line", f"pass.json:{at + 1}" in said, f"line {at + 1}: {said}"
        )
        report.check(f"broken {kind} keeps the last good drawing", value(look, "event") == "Winter Gala")
        role = look.page.get_attribute("#broken", "role")
        report.check(f"broken {kind} is told to those who do not see it", role == "alert", role)
        before = look.drawn()
        path.write_text(good)
        look.wait_redrawn(before)
        report.check(f"mended {kind} takes the message away", look.page.locator("#broken").count() == 0)
    icons = {icon: icon.read_bytes() for icon in path.parent.glob("icon*.png")}
    for icon in icons:
        icon.unlink()
    # Wallet refuses it, but it can be drawn.
    said = '#findings li[data-code="icon-missing"][data-severity="error"]'
    look.page.wait_for_selector(said, state="visible")
    report.check(
        "a missing icon is said with its name", "icon.png" in look.page.inner_text(said), look.page.inner_text(said)
    )
    report.check("a missing icon keeps the drawing", value(look, "event") == "Winter Gala")
    for icon, data in icons.items():
        icon.write_bytes(data)
    look.page.wait_for_selector(said, state="detached")
    report.check("an icon put back takes the message away", True)


def kept(report, look, path, good):
    """Somebody who comes while the files are broken sees the last good drawing, too."""
    path.write_text(good[: len(good) // 2])
    look.page.wait_for_selector("#broken", state="visible")
    look.page.reload()
    look.page.wait_for_selector("html[data-drawn]", state="attached")
    report.check(
        "loading the page while files are broken shows what is wrong", look.page.locator("#broken").is_visible()
    )
    report.check("and the last good drawing", value(look, "event") == "Winter Gala")
    path.write_text(good)
    look.page.wait_for_selector("#broken", state="detached")


def gallery(report, look, preview):
    look.open(preview.address())
    listed = '#gallery li[data-name="added"]'
    added = preview.folder / "added.pkpasstemplate"
    shutil.copytree(preview.folder / "typing.pkpasstemplate", added)
    look.page.wait_for_selector(listed, state="visible")
    report.check("a template that is added appears in the gallery", True)
    (added / "pass.json").write_text((added / "pass.json").read_text().replace('"label": "Seat"', '"label": "Added"'))
    look.page.wait_for_selector(f'{listed} .label:text-is("Added")', state="attached")
    report.check("and is drawn anew there when it is saved", True)
    shutil.rmtree(added)
    look.page.wait_for_selector(listed, state="detached")
    report.check("and goes when it is removed", True)
