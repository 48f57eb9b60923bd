"""Lints and renders charts with Helm's own engine. Reads [{chart, name, values}] as JSON, and writes the manifests of each."""

import json
import sys

from helm_python.chart import Chart, lint

answers = []
for asked in json.load(sys.stdin):
    report = lint(asked["chart"], asked["values"], strict=True, kube_version="v1.30.0")
    found = [message for message in report["messages"] if message["severity"] > 1]
    if found or report["errors"]:
        sys.exit(f"{asked['chart']}: {found} {report['errors']}")
    chart = Chart.load(asked["chart"])
    chart.validate_schema(asked["values"])
    answers.append(chart.render(asked["values"], name=asked["name"], namespace="databases", is_install=True))
json.dump(answers, sys.stdout)
