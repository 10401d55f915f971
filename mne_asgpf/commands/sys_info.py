"""The versions of packages for a bug report."""

import platform
from importlib.metadata import PackageNotFoundError, requires, version

import click


@click.command()
def sys_info():
    """Show the versions of everything that a bug report should name."""
    lines = {
        "mne_asgpf": version("mne_asgpf"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": _device(),
        **_requirements(),
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        click.echo(f"{name:{width}}  {value}")


def _requirements():
    """Read the requirements from the package metadata, so that there is only one list."""
    from packaging.requirements import Requirement

    found = {}
    for requirement in map(Requirement, requires("mne_asgpf") or ()):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            number = version(requirement.name)
        except PackageNotFoundError:
            found[requirement.name] = "not installed"
            continue
        if not requirement.specifier.contains(number, prereleases=True):
            number += f"  (outside {requirement.specifier})"
        found[requirement.name] = number
    return found


def _device():
    try:
        import torch
    except (ImportError, OSError) as error:
        return f"unknown, torch cannot be imported: {error}"
    if torch.cuda.is_available():
        return f"cuda, {torch.cuda.get_device_name()}"
    if torch.backends.mps.is_available():
        return "mps"
    return f"cpu, {torch.get_num_threads()} threads"
