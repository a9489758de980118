"""The command `loket`. Commands parse and print; what they do is done elsewhere, and imported when called."""

import logging
from importlib import import_module

import click

_ELSEWHERE = {
    "serve": ("service.commands.serve", "serve"),
    "worker": ("service.commands.serve", "worker"),
    "classify": ("service.commands.classify", "classify"),
    "train": ("training.train", "main"),
    "recall": ("service.commands.recall", "recall"),
    "retrain": ("service.commands.retrain", "retrain"),
    "labels": ("service.commands.labels", "labels"),
    "categories": ("service.commands.categories", "categories"),
    "golden": ("service.commands.golden", "golden"),
    "watch": ("service.commands.watch", "watch"),
    "clock": ("service.commands.clock", "clock"),
    "evaluate": ("service.commands.evaluate", "evaluate"),
    "routes": ("service.commands.routes", "routes"),
    "thresholds": ("service.commands.thresholds", "threshold_table"),
    "translation": ("service.commands.translation", "translation"),
    "privacy": ("service.commands.privacy", "privacy"),
    "models": ("service.commands.models", "models"),
    "export": ("service.commands.export", "export"),
    "events": ("service.commands.events", "events"),
    "deliveries": ("service.commands.deliveries", "deliveries"),
    "db": ("service.commands.database", "db"),
    "users": ("service.commands.people", "users"),
    "keys": ("service.commands.people", "keys"),
    "journal": ("service.commands.journal", "journal"),
}


class _Lazy(click.Group):
    """Imports a command when it is asked for, so that `loket --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a first day."""
        return list(_ELSEWHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in _ELSEWHERE:
            return None
        module, attribute = _ELSEWHERE[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="loket", prog_name="loket")
def main() -> None:
    """Put multilingual contact-form inquiries on the right desk.

    Example: loket serve
    """
    # Commands tell a person what went wrong in one line; `serve` and `worker` set up their own logs.
    logging.getLogger().addHandler(logging.NullHandler())
