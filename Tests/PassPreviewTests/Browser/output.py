"""What is left when the preview has ended: a picture, and a page to keep."""

import hashlib
import json
import pathlib
import subprocess
import zipfile

from PIL import Image

from barcodes import NAMES
from browser import Look, Preview
from fixtures import HOSTILE, MESSAGES, barcode, field, images, pass_json
from safety import PLANTED
from scan import scan


def passmint(program, environment, *arguments):
    return subprocess.run(
        [program, "preview", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def look(report, browser, program, environment, folder):
    folder = pathlib.Path(folder)
    picture(report, program, environment, folder)
    kept(report, browser, program, environment, folder)
    finished(report, browser, program, environment, folder)


def picture(report, program, environment, folder):
    scale = 3
    for name in ("bar-QR", "bar-PDF417-alt"):
        path = folder.parent / f"{name}.png"
        run = passmint(program, environment, folder / f"{name}.pkpasstemplate", "--output", path)
        if not report.check(
            f"--output {path.name} makes a picture", run.returncode == 0 and path.exists(), run.stderr
        ):
            continue
        image = Image.open(path)
        # The card with 16 points around it.
        wanted = (390 * scale, (501 + 32) * scale)
        report.check(f"{path.name} has the size of the card at @{scale}x", image.size == wanted, (image.size, wanted))
        flat = Image.new("RGB", image.size, (255, 255, 255))
        flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
        format = name.removeprefix("bar-").removesuffix("-alt")
        found = scan(flat)
        report.check(
            f"the barcode in {path.name} can be read",
            found and (found["format"], found["text"]) == (NAMES[format], MESSAGES[format]),
            found,
        )
    missing = {**environment, "PATH": str(folder.parent / "empty")}
    run = passmint(
        program,
        {**missing, "PASSMINT_CHROMIUM": ""},
        folder / "bar-QR.pkpasstemplate",
        "--output",
        folder.parent / "none.png",
    )
    report.check(
        "without a Chromium it says so", run.returncode == 3 and "hromium" in run.stderr, (run.returncode, run.stderr)
    )
    report.check("and leaves nothing behind", not (folder.parent / "none.png").exists())


def kept(report, browser, program, environment, folder):
    path = folder.parent / "live.html"
    run = passmint(program, environment, folder / "live.pkpasstemplate", "--output", path)
    if not report.check("--output live.html makes a page", run.returncode == 0 and path.exists(), run.stderr):
        return
    look = Look(browser, scale=2)
    address = path.as_uri()
    look.open(address)
    found = look.measure()
    report.near("the kept page draws the card", found["width"], 358)
    report.check("the kept page shows the ticket", any(f["value"]["text"] == "Ana Moreau" for f in found["fields"]))
    code = scan(look.picture(".card.front .barcode"))
    report.check("its barcode can be read", code and code["text"] == "0041177203958116", code)
    look.select("sample", "zz <b onclick=alert(5)>&")
    texts = look.page.eval_on_selector_all(".card.front .value", "all => all.map(el => el.textContent)")
    report.check("another ticket can be chosen in it, markup as text", HOSTILE in texts, texts)
    look.radio("state", "voided")
    report.check("and another state", look.measure()["state"] == "voided")
    look.radio("side", "back")
    report.check("and the back", look.page.locator(".card.back").first.is_visible())
    planted = look.page.evaluate(PLANTED)
    report.check("no element or handler of a ticket's in it", planted == [], planted)
    report.check("it opens no dialog", look.dialogs == [], look.dialogs)
    look.page.goto("about:blank")
    foreign = [url for url in look.requests if url != address and not url.startswith(("data:", "blob:", "about:"))]
    report.check("it asks for nothing but itself", foreign == [], foreign)
    report.check("it has no error in the console", look.complaints == [], look.complaints)
    look.close()
    path = folder.parent / "scales.html"
    run = passmint(program, environment, folder / "scales.pkpasstemplate", "--output", path)
    look = Look(browser)
    look.open(path.as_uri())
    strip = look.page.locator(".card.front .strip").evaluate("el => el.naturalWidth")
    report.check("its images are in it", strip == 1125, strip)
    look.close()


def finished(report, browser, program, environment, folder):
    """A pass that others made: signed by OpenSSL, packed by Python."""
    work = folder.parent
    subprocess.run(
        [program, "certs", "example", work / "certificates"], check=True, capture_output=True, env=environment
    )
    fields = {
        "headerFields": [field("gate", "Gate", "B4", changeMessage="Gate changed to %@")],
        "primaryFields": [field("event", "Event", HOSTILE)],
        "secondaryFields": [field("holder", "Name", "Ana Moreau")],
        "backFields": [field("terms", "Terms", "See https://example.org/terms")],
    }
    document = pass_json("generic", fields, [barcode("Aztec", "00-47")], serialNumber="1")
    files = {**images("icon", 38, 38, (0, 0, 0)), "pass.json": json.dumps(document).encode()}
    files["manifest.json"] = json.dumps(
        {name: hashlib.sha1(data).hexdigest() for name, data in files.items()}
    ).encode()
    (work / "manifest.json").write_bytes(files["manifest.json"])
    certificates = work / "certificates"
    subprocess.run(
        [
            "openssl",
            "cms",
            "-sign",
            "-binary",
            "-in",
            work / "manifest.json",
            "-signer",
            certificates / "pass.pem",
            "-inkey",
            certificates / "key.pem",
            "-certfile",
            certificates / "intermediate.pem",
            "-outform",
            "DER",
            "-out",
            work / "signature",
        ],
        check=True,
        capture_output=True,
    )
    files["signature"] = (work / "signature").read_bytes()
    with zipfile.ZipFile(work / "others.pkpass", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    preview = Preview(program, work / "others.pkpass", environment)
    try:
        look = Look(browser, scale=2)
        look.open(preview.url)
        found = look.measure()
        report.check("a finished pass of anyone's is drawn", found["style"] == "generic", found["style"])
        texts = [one["value"]["text"] for one in found["fields"]]
        report.check("with its texts, markup as text", HOSTILE in texts and "Ana Moreau" in texts, texts)
        report.check("no element of the pass's in the page", look.page.evaluate(PLANTED) == [])
        code = scan(look.picture(".card.front .barcode"))
        report.check("with its barcode", code and (code["format"], code["text"]) == ("Aztec", "00-47"), code)
        look.page.select_option('[name="notification"]', index=1)
        banner = look.page.inner_text("#notification")
        report.check("and the change that it would tell", "Gate changed to B4" in banner, banner)
        look.radio("side", "back")
        link = look.page.locator(".card.back a").first.get_attribute("href")
        report.check("and links on its back", link == "https://example.org/terms", link)
        report.check("without an error in the console", look.complaints == [], look.complaints)
        look.close()
    finally:
        preview.end()
