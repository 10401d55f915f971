"""``mne_asgpf check``: which files can be used, and why others cannot."""

import click


@click.command()
@click.argument("path", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, one object per file.")
@click.option("--strict", is_flag=True, help="Exit with code 1 if any file is refused.")
def check(path, as_json, strict):
    """Check every recording, of any format, and label file at or below PATH.

    Each file has one row: ok, usable (with the remedy that is applied on reading) or
    refused (with the problem and the remedy). Only headers and label files are read.
    """
    from pathlib import Path

    from ..signals import check_file, check_folder

    path = Path(path)
    checks = check_folder(path) if path.is_dir() or not path.exists() else [check_file(path)]
    if as_json:
        _print_json(checks)
    else:
        _print_table(checks, path if path.is_dir() else path.parent)
    if strict and any(check.status == "refused" for check in checks):
        click.get_current_context().exit(1)


def _print_json(checks):
    import json

    rows = [vars(check) | {"path": str(check.path)} for check in checks]
    click.echo(json.dumps(rows, indent=2))


def _print_table(checks, root):
    import sys
    from collections import Counter

    from ..errors import printable

    rows = [
        tuple(
            map(
                printable,
                (
                    str(check.path.relative_to(root)),
                    check.kind,
                    check.status,
                    check.problem,
                    check.remedy,
                ),
            )
        )
        for check in checks
    ]
    if sys.stdout.isatty():
        _print_rich(rows)
    else:
        for row in rows:
            click.echo("\t".join(row))
    counts = Counter(check.status for check in checks)
    closing = ", ".join(f"{counts[status]} {status}" for status in ("ok", "usable", "refused"))
    click.echo(f"{len(checks)} files: {closing}")


def _print_rich(rows):
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"ok": "green", "usable": "yellow", "refused": "red"}
    table = Table("file", "kind", "status", "problem", "remedy")
    for name, kind, status, problem, remedy in rows:
        # File names and labels may hold brackets, which rich would parse as markup.
        table.add_row(
            Text(name, overflow="fold"),
            kind,
            Text(status, style=colours[status]),
            Text(problem),
            Text(remedy),
        )
    Console().print(table)
