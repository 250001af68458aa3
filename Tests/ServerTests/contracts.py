"""schemathesis' opinion of a running service: does it keep to its contracts?

Reads {"url", "apiKey", "known": {"tenantId", "fileId", ...}} from stdin; `known` holds, by path parameter, what the
service knows, and under "METHOD /path" what one operation needs instead. Holds the service to the document it serves
and to those in `Contracts`, prints how each operation answered, and ends with 1 if one answer is outside its contract.

Every run sends the same requests: they are drawn without chance and nothing is remembered. As a module this file is
what schemathesis loads into its own process.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "positive_data_acceptance", "negative_data_rejection", "ignored_auth",
    "unsupported_method", "allow_header_conformance", "unknown_tenant", "type_as_accepted", "allow_as_documented",
]
# Of requests that keep to the contract, some name what is not there; everything else has to be taken.
CONFIGURATION = """
seed = 1
continue-on-failure = true
workers = 1
warnings = false
[cache]
enabled = false
[output.truncation]
enabled = false
[generation]
deterministic = true
database = "none"
max-examples = %(examples)d
no-shrink = true
with-security-parameters = false
[phases.coverage]
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]
[phases.stateful]
enabled = false
[phases.fuzzing.extra-data-sources]
responses = false
[phases.fuzzing.error-feedback]
enabled = false
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "404", "409"]
[checks.negative_data_rejection]
expected-statuses = ["400", "404", "405", "413", "415"]
"""
EXAMPLES = 10
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def judge(question, name, document, accepts):
    """Runs schemathesis on one contract. Answers what was wrong, and each operation's statuses with their counts."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "contract.json").write_text(json.dumps(document))
        (folder / "configuration.toml").write_text(CONFIGURATION % {"examples": EXAMPLES})
        task = {"known": question["known"], "accepts": accepts, "answers": str(folder / "answers.json")}
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "configuration.toml"), "--no-color",
            "run", str(folder / "contract.json"), "--url", question["url"], "--checks", ",".join(CHECKS),
            "--header", "X-API-KEY: " + question["apiKey"], "--request-timeout", "20",
        ]
        environment = {
            **os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "contracts.py"), "CONTRACTS_TASK": json.dumps(task),
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "COLUMNS": "160",
        }
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if not (folder / "answers.json").exists():
            return [f"{name}: schemathesis did not run:\n{run.stdout}{run.stderr}"], {}
        answers = json.loads((folder / "answers.json").read_text())
    faults = [] if run.returncode == 0 else [f"{name}:\n{run.stdout}{run.stderr}"]
    for path, methods in document["paths"].items():
        for method in methods.keys() & {"get", "head", "post"}:
            statuses = answers.get(f"{method.upper()} {path}", {})
            # What is never reached is not judged.
            if not any(status.startswith("2") for status in statuses):
                faults.append(f"{name}: {method.upper()} {path} never answered well: {statuses}")
    return faults, answers


def main():
    question = json.load(sys.stdin)
    with urllib.request.urlopen(question["url"] + "/openapi.json") as answer:
        own = json.load(answer)
    problem, others = "application/problem+json", ["application/json", "text/json", "text/plain"]
    contracts = [("openapi.json", own, ["*/*", problem, *others])]
    for path in sorted((HERE / "Contracts").glob("*.json")):
        # As it stands nothing can keep to it: whatever is one of the two kinds of problem is the other as well.
        text = path.read_text().replace('"oneOf"', '"anyOf"')
        contracts.append((path.name, json.loads(text), others))
    faults = []
    # All at once, as each waits for the service half of its time.
    with ThreadPoolExecutor() as pool:
        judged = [(name, pool.submit(judge, question, name, *rest)) for name, *rest in contracts]
    for name, future in judged:
        found, answers = future.result()
        faults += found
        print(f"{name}: {sum(sum(statuses.values()) for statuses in answers.values())} requests")
        for operation, statuses in sorted(answers.items()):
            print(f"  {operation}: " + ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items())))
    print("\n".join(faults) if faults else "every answer keeps to its contract")
    sys.exit(1 if faults else 0)


def attach(task):
    """Sees to it that requests reach what there is, and adds checks that need to know the tenant."""
    import atexit
    from collections import Counter, defaultdict

    import schemathesis
    from schemathesis.core.failures import AcceptedNegativeData, Failure
    from schemathesis.core.parameters import ParameterLocation
    from schemathesis.openapi.checks import IgnoredAuth, UndefinedStatusCode

    known, accepts = task["known"], task["accepts"]
    dates = ["2027-01-15T19:30:00+01:00", "2027-01-15 19:30:00", "2027-01-15 19:30:00.0", "2028-02-29T00:00:00Z"]
    sent, answers = Counter(), defaultdict(Counter)

    def is_ours(case):
        tenant = (case.path_parameters or {}).get("tenantId")
        return tenant is None or str(tenant) == known["tenantId"]

    def repair(row, count):
        """A schema cannot say what a date is, nor that a text is more than blanks, nor count bytes."""
        row = dict(row)
        row["lastUpdate"] = dates[count % len(dates)]
        token = row["orderSecretToken"]
        if not token.strip() or len(token.encode("utf-8", "surrogatepass")) > 200:
            row["orderSecretToken"] = "2f6c1e0b9a7d4c538e1f0a2b3c4d5e6f"
        return row

    @schemathesis.hook
    def before_call(context, case, kwargs):
        operation = f"{case.operation.method.upper()} {case.path}"
        count = sent[operation]
        sent[operation] += 1
        values = {**known, **known.get(operation, {})}
        # Every tenth request asks another tenant, every third for something else that is not there. A value that cannot
        # be one, such as a text where a number belongs, is what the request is about and stays.
        for name, value in dict(case.path_parameters or {}).items():
            if case.path.startswith("/wallet/") and name != "deviceId":
                # A wrong name is a wrong token there.
                if case.meta and not case.meta.is_negative_at(ParameterLocation.PATH):
                    case.path_parameters[name] = values[name]
                continue
            rest = count % 10 == 9 if name == "tenantId" else count % 3 == 2
            if name in values and not rest and case.meta and not case.meta.is_negative_at(ParameterLocation.PATH):
                case.path_parameters[name] = values[name]
            elif name == "tenantId" and not rest and isinstance(value, str) and value and "/" not in value:
                case.path_parameters[name] = values[name]
        if case.meta and not case.meta.is_negative_at(ParameterLocation.BODY) and case.path.endswith("/secutix/orders"):
            if isinstance(case.body, dict):
                case.body = repair(case.body, count)
            elif isinstance(case.body, list):
                case.body = [repair(row, count) for row in case.body]
        if case.path.startswith("/wallet/"):
            case.headers["Authorization"] = values["authorization"]
        case.headers["Accept"] = accepts[count % len(accepts)]

    @schemathesis.hook
    def after_call(context, case, response):
        if response.request.method == case.operation.method.upper():
            answers[f"{response.request.method} {case.path}"][response.status_code] += 1

    @schemathesis.hook
    def filter_failure(context, failure, case, response):
        if case.path.startswith("/wallet/"):
            # The hook above shows the pass's token whatever is asked, and what is wrong in a path is a wrong token.
            if isinstance(failure, IgnoredAuth):
                return False
            if isinstance(failure, AcceptedNegativeData) and response.status_code == 401:
                return False
        # The specification says nothing of tenants that are not there.
        return not (response.status_code == 404 and not is_ours(case) and isinstance(failure, UndefinedStatusCode))

    def fail(case, title, message):
        raise Failure(operation=case.operation.label, title=title, message=message)

    @schemathesis.check
    def unknown_tenant(ctx, response, case):
        if not is_ours(case) and response.status_code not in (404, 405) and "/api/" in case.path:
            fail(case, "An unknown tenant is answered", f"Received: {response.status_code}\nExpected: 404")

    @schemathesis.check
    def type_as_accepted(ctx, response, case):
        if response.status_code < 400 or not response.content:
            return
        wanted = case.headers["Accept"].replace("*/*", "application/problem+json")
        found = (response.headers.get("content-type") or [""])[0].split(";")[0]
        if found not in (wanted, "text/html"):
            fail(case, "A problem comes as another type", f"Received: {found}\nAccepted: {wanted}")

    @schemathesis.check
    def allow_as_documented(ctx, response, case):
        if response.status_code != 405:
            return
        found = {method.strip() for value in response.headers.get("allow", []) for method in value.split(",")}
        documented = {method.upper() for method in case.operation.schema[case.operation.path]} & METHODS
        if found - {"HEAD"} != documented - {"HEAD"}:
            fail(case, "Allow is not what is documented", f"Received: {found}\nDocumented: {documented}")

    @schemathesis.deserializer("text/plain")
    def text(context, response):
        """A problem as text, or a text."""
        content = response.content.decode("utf-8")
        return json.loads(content) if content.startswith("{") else content

    atexit.register(lambda: pathlib.Path(task["answers"]).write_text(json.dumps(answers)))


if __name__ == "__main__":
    main()
elif "CONTRACTS_TASK" in os.environ:
    attach(json.loads(os.environ["CONTRACTS_TASK"]))
