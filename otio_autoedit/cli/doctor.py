"""``otio-autoedit doctor``: what is installed, what OTIO finds, what to do about the rest."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence

from otio_autoedit.cli.arguments import CommandParser
from otio_autoedit.cli.health import Finding, examine
from otio_autoedit.cli.speaking import Speaker

EXAMPLES = ("", "--json")


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``doctor``."""
    result = CommandParser(
        "doctor",
        "what is installed, what OTIO finds, what to do about what is missing",
        EXAMPLES,
        "Exit code 1 where something is broken.",
    )
    result.add_argument("--json", action="store_true", help="as JSON, for scripts")
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Look at everything and say what was found."""
    findings = examine()
    if given.json:
        print(json.dumps([_as_json(one) for one in findings], indent=1))
    else:
        print("\n".join(_lines(findings)))
    return 1 if any(one.state == "broken" for one in findings) else 0


def _lines(findings: Sequence[Finding]) -> list[str]:
    signs = {"good": "   ", "missing": " - ", "broken": " ! "}
    wide = max(len(one.name) for one in findings)
    lines: list[str] = []
    for one in findings:
        lines.append(f"{signs[one.state]}{one.name:<{wide}}  {one.text}")
        if one.remedy:
            lines.append(f"   {'':<{wide}}  -> {one.remedy}")
    broken = sum(one.state == "broken" for one in findings)
    lines.append("")
    lines.append(f"{broken} to mend (marked !)" if broken else "all well")
    return lines


def _as_json(one: Finding) -> dict[str, str]:
    return {"name": one.name, "state": one.state, "text": one.text, "remedy": one.remedy}
