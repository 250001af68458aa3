"""What the side panel says about a template."""


def look(report, look, preview):
    look.open(preview.address("flawed", language="fr"))
    findings = look.page.eval_on_selector_all(
        "#findings li", "all => all.map(li => [li.dataset.code, li.dataset.severity, li.innerText])"
    )
    codes = {code: (severity, text) for code, severity, text in findings}
    severity, text = codes.get("too-many-fields", ("", ""))
    report.check("a finding has its severity", severity == "warning" and "Warning" in text, findings)
    report.check(
        "its place with line and column", "pass.json:" in text and "/eventTicket/auxiliaryFields" in text, text
    )
    report.check("and its hint", "Move some to the back" in text, text)
    severity, text = codes.get("barcode-fixed", ("", ""))
    report.check("an error is called one", severity == "error" and "Error" in text, findings)
    severities = [severity for _, severity, _ in findings]
    report.check("errors stand first", severities == sorted(severities) and len(severities) > 2, severities)
    _, text = codes.get("image-name", ("", ""))
    report.check("an image of a wrong name is found", "background2x.png" in text, findings)
    notes = look.page.eval_on_selector_all("#layout li", "all => all.map(li => [li.dataset.kind, li.innerText])")
    for kind, word, name in (
        ("cropped", "strip", "what is cropped of a strip"),
        ("image", "strip", "an image that is drawn too large"),
        ("dropped", "a4", "a field that is dropped"),
        ("translation", "label_event", "a translation that is missing"),
    ):
        report.check(f"it says {name}", any(k == kind and word in text for k, text in notes), notes)
    look.page.hover('#findings li[data-code="too-many-fields"]')
    look.select("language", "en")
    notes = look.page.eval_on_selector_all("#layout li", "all => all.map(li => [li.dataset.kind, li.innerText])")
    report.check(
        "a language that has the text says nothing", not any(kind == "translation" for kind, _ in notes), notes
    )
    variables(report, look, preview)


def variables(report, look, preview):
    look.open(preview.address("live", sample="plain"))
    rows = dict(
        look.page.eval_on_selector_all(
            "#variables tbody tr", "all => all.map(tr => [tr.cells[0].innerText, tr.cells[1].innerText])"
        )
    )
    wanted = {"holder.name": "Ana Moreau", "seat.entrance": "B4", "ticket.barcode": "0041177203958116"}
    for name, value in wanted.items():
        report.check(f"the table of variables has {name}", rows.get(name) == value, rows.get(name))
    report.check(
        "and those that the ticket does not have",
        "tariff.name" in rows and rows["tariff.name"] in ("–", ""),
        rows.get("tariff.name"),
    )
