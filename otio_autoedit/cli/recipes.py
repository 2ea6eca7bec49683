"""``otio-autoedit recipes``: the recipes that ``cut`` knows, and their options."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence

from otio_autoedit.cli.arguments import CommandParser, columns
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.edit.recipes import Recipe, recipe, recipe_text, recipes
from otio_autoedit.options import Option, plain, takes

EXAMPLES = ("", "sports", "sports > my-recipe.toml", "my-recipe.toml --options", "shots --json")


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``recipes``."""
    result = CommandParser("recipes", "the recipes that cut knows, and their options", EXAMPLES)
    result.add_argument("recipe", nargs="?", help="print one to copy: a name, or a .toml file")
    result.add_argument(
        "--options",
        action="store_true",
        help="show its options instead",
    )
    result.add_argument("--json", action="store_true", help="as JSON, for scripts")
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """List them, or show one."""
    shown = [recipe(given.recipe)] if given.recipe else recipes()
    if given.json:
        print(json.dumps([_as_json(one) for one in shown], indent=1))
    elif given.recipe:
        print(describe(shown[0]) if given.options else recipe_text(given.recipe).rstrip())
    else:
        print(columns([(one.name, one.summary) for one in shown]))
        speaker.say("\notio-autoedit recipes NAME prints one to copy; --options shows its options")
    return 0


def describe(shown: Recipe) -> str:
    """A recipe and its options, for a person."""
    rows = [
        (option.flag, takes(option).replace("`", ""), _default(option), option.help)
        for option in shown.all_options
    ]
    head = ("option", "takes", "default", "what it does")
    needs = f"needs: {', '.join(shown.needs)}" if shown.needs else "needs no network"
    return f"{shown.name}: {shown.summary}\n{needs}\n\n{columns(rows, head)}".replace("`", "")


def _default(option: Option) -> str:
    if isinstance(option.default, bool):
        return "yes" if option.default else "no"
    return "" if option.default is None else str(plain(option.default))


def _as_json(shown: Recipe) -> dict[str, object]:
    return {
        "name": shown.name,
        "summary": shown.summary,
        "needs": list(shown.needs),
        "options": [
            {
                "name": option.name,
                "kind": option.kind,
                "default": plain(option.default),
                "choices": list(option.choices),
                "help": option.help,
            }
            for option in shown.all_options
        ],
    }
