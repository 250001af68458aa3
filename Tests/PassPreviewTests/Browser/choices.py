"""What the person who looks can switch."""

from PIL import ImageChops


def look(report, look, preview):
    states(report, look, preview)
    images(report, look, preview)
    notification(report, look, preview)
    look.open(preview.address("live", state="used", side="back", width=430, scale=2, page="dark"))
    chosen = {
        name: look.page.evaluate(f"new FormData(document.querySelector('#controls')).get('{name}')")
        for name in ("state", "side", "width", "scale", "page")
    }
    wanted = {"state": "used", "side": "back", "width": "430", "scale": "2", "page": "dark"}
    report.check("an address keeps every choice", chosen == wanted, chosen)
    look.radio("side", "front")
    report.check("and follows them", "side=front" in look.page.url and "state=used" in look.page.url, look.page.url)
    look.select("width", "320")
    report.near("another phone changes the card", look.measure()["width"], 288)


def states(report, look, preview):
    look.open(preview.address("live"))
    report.check("a ticket is shown in its own state", look.measure()["state"] == "valid")
    valid = look.picture()
    for state in ("used", "voided", "expired"):
        look.radio("state", state)
        report.check(f"{state}: the card says so", look.measure()["state"] == state, look.measure()["state"])
        differs = ImageChops.difference(valid, look.picture()).getbbox() is not None
        # A used ticket looks as its template makes it look; this one does not care.
        report.check(
            f"{state}: the pass looks {'the same' if state == 'used' else 'another'}", differs == (state != "used")
        )
    look.radio("state", "valid")
    report.check("valid again looks as before", ImageChops.difference(valid, look.picture()).getbbox() is None)


def images(report, look, preview):
    look.open(preview.address("scales", scale=3))
    for scale, width, colour in (("2", 750, 1), ("3", 1125, 2)):
        if look.page.locator(f'[name="scale"][value="{scale}"]').is_checked():
            look.radio("scale", "2" if scale == "3" else "3")
        look.radio("scale", scale)
        natural = look.page.locator(".card.front .strip").evaluate("el => el.naturalWidth")
        report.check(f"@{scale}x shows the image of that scale", natural == width, natural)
        pixel = look.picture().getpixel((179, 150))
        report.check(f"@{scale}x is what is on the screen", max(range(3), key=lambda n: pixel[n]) == colour, pixel)


def notification(report, look, preview):
    look.open(preview.address("live"))
    banner = look.page.locator("#notification")
    report.check("without a change the lock screen is quiet", not banner.is_visible())
    options = look.page.eval_on_selector_all('[name="notification"] option', "all => all.map(el => el.innerText)")
    report.check(
        "fields with a change message can be chosen", len(options) == 2 and "gate" in options[1].lower(), options
    )
    look.page.select_option('[name="notification"]', index=1)
    report.check("the lock screen tells the change", "Gate changed to B4" in banner.inner_text(), banner.inner_text())
    report.check("and who says it", "Sorana" in banner.inner_text(), banner.inner_text())
    look.page.fill('[name="change"]', "C7")
    report.check("another value can be tried", "Gate changed to C7" in banner.inner_text(), banner.inner_text())
    look.page.select_option('[name="notification"]', index=0)
    report.check("and it is quiet again", not banner.is_visible())
