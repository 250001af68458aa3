"""Keyboard alone, and eyes that need contrast."""

CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  canvas.canvas.width = canvas.canvas.height = 1
  const rgba = color => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data
    return [red, green, blue, alpha / 255]
  }
  const over = (top, under) => [0, 1, 2].map(n => top[n] * top[3] + under[n] * (1 - top[3])).concat(1)
  const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  const ground = el => {
    const layers = []
    for (let at = el; at; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.backgroundImage !== 'none') return null
      layers.push(rgba(style.backgroundColor))
      if (layers.at(-1)[3] === 1) break
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 1])
  }
  const opacity = el => el ? Number(getComputedStyle(el).opacity) * opacity(el.parentElement) : 1
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let count = 0
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const isOption = node.parentElement.tagName === 'OPTION'
    const el = isOption ? node.parentElement.closest('select') : node.parentElement
    if (!node.textContent.trim() || el.closest('.card, script, style, template')) continue
    if (isOption && !node.parentElement.selected || !el.checkVisibility({ visibilityProperty: true })) continue
    const style = getComputedStyle(el), back = ground(el), text = node.textContent.trim().slice(0, 40)
    if (!back) { found.push([text, 'on a picture']); continue }
    const ink = rgba(style.color)
    ink[3] *= opacity(el)
    const [a, b] = [light(over(ink, back)), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05)
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    count += 1
    if (ratio < (large ? 3 : 4.5)) found.push([text, Math.round(ratio * 100) / 100, style.color, el.tagName])
  }
  return { count, found }
}"""

FOCUSED = """() => {
  const el = document.activeElement
  if (!el || el === document.body) return null
  const box = el.getBoundingClientRect()
  const marked = el => {
    const style = el && getComputedStyle(el)
    const isOutlined = style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    return Boolean(isOutlined || style && style.boxShadow !== 'none')
  }
  return {
    name: el.getAttribute('name'), key: el.dataset.key ?? null, visible: box.width > 0 && box.height > 0,
    // The mark of a radio button may be on what stands for it.
    ring: marked(el) || marked(el.nextElementSibling), said: document.querySelector('#inspector')?.innerText ?? '' }
}"""


def look(report, look, preview):
    keyboard(report, look, preview)
    pages = {
        "the page": preview.address("live"),
        "a page with findings": preview.address("long"),
        "the back": preview.address("live", side="back"),
        "a voided pass": preview.address("live", state="voided"),
        "the gallery": preview.address(),
    }
    for name, address in pages.items():
        # The gallery is light always.
        for page in ("light",) if name == "the gallery" else ("light", "dark"):
            look.page.emulate_media(color_scheme=page)
            look.open(address if name == "the gallery" else f"{address}{'&' if '?' in address else '?'}page={page}")
            if name != "the gallery":
                look.page.focus(".field:visible")
            found = look.page.evaluate(CONTRAST)
            report.check(
                f"{name}, {page}: all texts have a contrast of 4.5",
                found["count"] > 0 and found["found"] == [],
                found,
            )
    look.page.emulate_media(color_scheme="light")
    light, dark = (
        look.open(preview.address("live", page=page)).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for page in ("light", "dark")
    )
    report.check("the dark page is dark", light != dark, (light, dark))


def keyboard(report, look, preview):
    look.open(preview.address("live"))
    stops = []
    for _ in range(60):
        look.page.keyboard.press("Tab")
        stop = look.page.evaluate(FOCUSED)
        if stop is None or (len(stops) > 1 and stop["name"] and stop["name"] == stops[0]["name"]):
            break
        stops.append(stop)
    names = {stop["name"] for stop in stops} - {None}
    wanted = {"sample", "language", "state", "side", "notification", "width", "scale", "page"}
    report.check("Tab reaches every control", wanted <= names, sorted(wanted - names))
    keys = [stop["key"] for stop in stops if stop["key"]]
    report.check("Tab reaches every field of the front", keys == ["gate", "event", "holder", "seat"], keys)
    report.check(
        "what has the focus is seen to have it",
        all(stop["visible"] and stop["ring"] for stop in stops),
        [s for s in stops if not (s["visible"] and s["ring"])],
    )
    said = {stop["key"]: stop["said"] for stop in stops if stop["key"]}
    report.check(
        "the inspector shows a field's Liquid", "{{ holder.name }}" in said.get("holder", ""), said.get("holder")
    )
    report.check("the inspector shows the ticket's value", "Ana Moreau" in said.get("holder", ""), said.get("holder"))
    report.check("the inspector shows the field's place", "pass.json:" in said.get("gate", ""), said.get("gate"))
    look.page.hover('.card.front [data-key="event"]')
    hovered = look.page.inner_text("#inspector")
    report.check("pointing at a field shows the same", "{{ event.name }}" in hovered, hovered)
    look.page.focus('[name="state"][value="valid"]')
    look.choose(lambda: look.page.keyboard.press("ArrowRight"))
    state = look.measure()["state"]
    report.check("the arrow keys switch the state", state == "used", state)
    look.page.focus('[name="side"][value="front"]')
    look.choose(lambda: look.page.keyboard.press("ArrowRight"))
    report.check(
        "and the side",
        look.page.locator(".card.back").first.is_visible()
        and not look.page.locator(".card.front").first.is_visible(),
    )
    back = []
    for _ in range(60):
        look.page.keyboard.press("Tab")
        stop = look.page.evaluate(FOCUSED)
        if stop is None:
            break
        back.append(stop["key"])
    report.check("Tab reaches every field of the back", [key for key in back if key] == ["holder_back", "site"], back)
    look.open(preview.address())
    links = []
    for _ in range(5):
        look.page.keyboard.press("Tab")
        links.append(look.page.evaluate("[document.activeElement.tagName, document.activeElement.pathname ?? '']"))
    report.check(
        "Tab goes from template to template in the gallery",
        all(tag == "A" for tag, _ in links) and len({path for _, path in links}) == 5,
        links,
    )
    look.open(preview.address())
    names = look.page.eval_on_selector_all("#gallery > li[data-name]:not(.broken)", "all => all.map(li => li.dataset.name)")[:3]
    opened = []
    for name in names:
        look.open(preview.address())
        look.page.click(f'#gallery li[data-name="{name}"] > a')
        look.page.wait_for_selector("#controls")
        opened.append(look.page.evaluate("document.documentElement.dataset.subject"))
    report.check("a click on a card of the gallery opens its template", opened == names and names, (names, opened))
    look.page.click("#heading a")
    look.page.wait_for_selector("#gallery")
    report.check("from a template a link leads back to the gallery", True)
    look.open(preview.address("live"))
    nameless = look.page.eval_on_selector_all(
        "#controls select, #controls input",
        "all => all.filter(el => !el.labels.length && !el.ariaLabel).map(el => el.name)",
    )
    report.check("every control has a name", nameless == [], nameless)
