"""standardwebhooks' opinion of requests: reads [{"body": …, "headers": {…}}] and secrets from stdin, and says for each
request and secret whether it is good."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

given = json.load(sys.stdin)
verdicts = []
for request in given["requests"]:
    row = []
    for secret in given["secrets"]:
        try:
            Webhook(secret).verify(request["body"], request["headers"])
            row.append(True)
        except WebhookVerificationError:
            row.append(False)
    verdicts.append(row)
json.dump(verdicts, sys.stdout)
