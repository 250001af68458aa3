#!/usr/bin/env python3
"""Looks at `passmint preview` through a real browser.

    run.py PASSMINT FOLDER TEMPLATES

Writes its own templates into FOLDER, previews them and the ones of TEMPLATES, and prints one line of JSON for each
thing that was looked at. With PASSMINT_SCREENSHOT=FILE it also takes the picture for the README.
"""

import os
import pathlib
import sys

from playwright.sync_api import sync_playwright

import access
import barcodes
import browser as browsers
import choices
import editing
import fixtures
import layout
import output
import panel
import safety
import shapes
import shipped
import words


def main():
    program, folder, templates = sys.argv[1:]
    folder = pathlib.Path(folder, "templates")
    fixtures.write(folder)
    report = browsers.Report(sys.stdout)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PASSMINT_")}
    preview = browsers.Preview(program, folder, environment)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=["--no-sandbox"])
            for group, scale, module in (
                ("layout", 1, layout),
                ("shapes", shapes.SCALE, shapes),
                ("barcodes", 2, barcodes),
                ("choices", 1, choices),
                ("words", 1, words),
                ("panel", 1, panel),
                ("editing", 1, editing),
                ("access", 1, access),
                ("safety", 1, safety),
            ):
                look = browsers.Look(browser, scale=scale)
                report.run(group, module.look, look, preview)
                look.close()
            report.run("output", output.look, browser, program, environment, folder)
            report.run("shipped", shipped.look, browser, program, environment, templates)
            browser.close()
    finally:
        preview.end()


if __name__ == "__main__":
    main()
