"""`ipdl model`: prints the resolved model as JSON."""

from __future__ import annotations

import argparse

from ipdl.commands import destination, findings, inputs, usage


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Prints what the files mean, every name resolved, as JSON for other tools: protocols,\n"
        "messages, types, documentation, places. docs/model.md explains the keys.",
        """
ipdl model PFoo.ipdl
ipdl model -I protocols protocols/*.ipdl -o model.json
ipdl model PFoo.ipdl | jq -r '.files[].protocol.messages[]?.name'
""",
    )
    inputs.add_reading(parser)
    destination.add_option(parser)


def run(arguments: argparse.Namespace) -> int:
    import json  # here, so that --help need not load it

    from ipdl import model_json
    from ipdl.reporter import Reporter

    reporter = Reporter()
    compilation = inputs.compiled(arguments, reporter)
    if not reporter.has_errors():
        units = list(compilation.units.values())
        document = model_json.document(compilation.roots, units, arguments.prelude)
        destination.put(json.dumps(document, indent=2) + "\n", arguments.output, reporter)
    return findings.show(reporter)
