"""prometheus_client's reading of a metrics text from stdin, as JSON."""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

# newline="": a carriage return in a label is no end of a line.
text = open(sys.stdin.fileno(), encoding="utf-8", newline="").read()
families = [
    {
        "name": family.name, "kind": family.type, "help": family.documentation,
        "samples": [
            {"name": s.name, "labels": dict(sorted(s.labels.items())), "value": repr(s.value)} for s in family.samples
        ],
    }
    for family in text_string_to_metric_families(text)
]
json.dump(families, sys.stdout)
