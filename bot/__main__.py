"""The `ashar` command: each of its commands is a module of `bot.commands`."""

import sys

import typer

from bot.commands import exporting, inviting, keeping, places, posting, running, showing
from bot.commands.failing import FAILED, explain

UNUSED = ("pygments", "rich", "tornado")
"""What libraries load if it is there, and nothing here uses: 10 MB and 0.1 s of each start."""

app = typer.Typer(
    name="ashar",
    help="A Telegram bot in which villages decide what they need. Settings are the environment "
    "variables ASHAR_… or lines of .env; .env.example lists them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(running.run)
app.command()(showing.demo)
app.command()(running.migrate)
app.command()(inviting.invite)
app.command()(posting.poster)
app.command()(keeping.backup)
app.command()(keeping.restore)

directory = typer.Typer(help="The directory of oblasts, rayons, aimaks and villages.")
directory.command("import")(places.import_file)
app.add_typer(directory, name="places", no_args_is_help=True)

record = typer.Typer(help="What can be taken out for reports.")
record.command("votes")(exporting.votes)
app.add_typer(record, name="export", no_args_is_help=True)


@directory.callback()
def _directory() -> None:
    """Keeps `import` a command of its own."""


@record.callback()
def _record() -> None:
    """Keeps `votes` a command of its own."""


def main() -> None:
    """Runs the command line; exit codes: 0 done, 1 refused or failed, 2 wrong arguments."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        app(prog_name="ashar")
    except Exception as error:
        print(f"ashar: {explain(error)}", file=sys.stderr)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
