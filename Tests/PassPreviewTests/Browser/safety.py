"""Words of tickets are never markup; nobody but this machine is asked or answered."""

import http.client
import urllib.parse

from fixtures import HOSTILE, HOSTILE_EVENT

PLANTED = """() => [...document.querySelectorAll('*')].filter(el =>
    [...el.attributes].some(a => /^on/i.test(a.name) || /^javascript:/i.test(a.value)) || el.id === 'hostile'
    || el.tagName === 'SCRIPT' && el.id !== 'images' && /alert/.test(el.textContent)
  ).map(el => el.outerHTML.slice(0, 200))"""


def look(report, look, preview):
    look.open(preview.address("live", sample="zz <b onclick=alert(5)>&"))
    planted(report, look, "the page")
    texts = look.page.eval_on_selector_all(
        ".card.front .value, .card.front .alt-text", "all => all.map(el => el.textContent)"
    )
    report.check("a script in a name is shown as text", HOSTILE in texts, texts)
    report.check("markup in the event's name is shown as text", HOSTILE_EVENT in texts, texts)
    report.check("a marked-up gate is shown as text", "<i>4</i>" in texts, texts)
    options = look.page.eval_on_selector_all('[name="sample"] option', "all => all.map(el => el.textContent)")
    report.check("markup in a sample's file name is shown as text", "zz <b onclick=alert(5)>&" in options, options)
    table = look.page.eval_on_selector_all("#variables td", "all => all.map(el => el.textContent)")
    report.check("and as text in the table of variables", HOSTILE in table, [text for text in table if "<" in text])
    for key in ("holder", "event", "gate"):
        look.page.focus(f'.card.front [data-key="{key}"]')
        said = look.page.inner_text("#inspector")
        report.check(f"and as text beside the field {key}", "<" in said, said)
    look.page.select_option('[name="notification"]', index=1)
    banner = look.page.inner_text("#notification")
    report.check("and as text in the notification", "<i>4</i>" in banner, banner)
    look.radio("side", "back")
    back = look.page.eval_on_selector_all(".card.back .value", "all => all.map(el => el.textContent)")
    report.check("and as text on the back", HOSTILE in back, back)
    links = look.page.eval_on_selector_all(".card.back a", "all => all.map(el => el.href)")
    report.check(
        "a link of a pass never runs a script", not any("javascript" in link.lower() for link in links), links
    )
    planted(report, look, "after all switches")
    look.open(preview.address())
    planted(report, look, "the gallery")
    report.check("no dialog ever opened", look.dialogs == [], look.dialogs)
    headers(report, preview)
    quiet(report, look, preview)


def planted(report, look, where):
    found = look.page.evaluate(PLANTED)
    report.check(f"no element or handler of a ticket's in {where}", found == [], found)


def answer(preview, host, path="/", method="GET"):
    connection = http.client.HTTPConnection(preview.host, timeout=60)
    connection.putrequest(method, path, skip_host=True)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def headers(report, preview):
    port = urllib.parse.urlsplit(preview.url).port
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "127.0.0.1:1", ""):
        for path in ("/", "/p/live", "/events"):
            status = answer(preview, host, path).status
            report.check(f"the Host {host!r} is refused at {path}", status == 421, status)
    own = answer(preview, preview.host)
    report.check("its own Host is answered", own.status == 200, own.status)
    report.check("nothing is there under other names", answer(preview, preview.host, "/p/none").status == 404)
    for path in ("/p/..%2f..%2f/image/passwd", "/p/live/image/..%2f..%2fpass.json", "/%00", "/p/%ff%fe"):
        status = answer(preview, preview.host, path).status
        report.check(f"nothing is there at {path}", 400 <= status < 500, status)
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in open(table).readlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[1].endswith(f":{port:04X}"):
                listening.append(parts[1])
    report.check("it listens to this machine only", listening == [f"0100007F:{port:04X}"], listening)


def quiet(report, look, preview):
    """Everything that the pages of this run asked for and complained about."""
    foreign = [url for url in look.requests if not url.startswith((preview.url + "/", "data:", "blob:"))]
    report.check("the page asks no other host", foreign == [] and len(look.requests) > 3, foreign)
    report.check("the page has no error in the console", look.complaints == [], look.complaints)
