"""Run braindecode's own tests of its models on ASGPF.

``python benchmarks/braindecode_tests.py CHECKOUT [PYTEST OPTIONS]``, where CHECKOUT is a clone of
braindecode at any tag. braindecode has no way to register a model of another package for its
tests, so ASGPF is put into its tables before they are collected; the tests, and braindecode
itself where the clone holds it, are those of the clone.
"""

import sys
from pathlib import Path

import pytest

TESTS = Path("test") / "unit_tests" / "models"
NAME = "ASGPF"
# Two tests look the model up in the tables of braindecode's documentation. One wants
# torch.jit.script, from which braindecode exempts by name its models whose forward returns
# features or logits, as ours does.
NOT_APPLICABLE = ("categorization", "modality", "torch_script")


class Registration:
    """A plugin of pytest that makes the model one of braindecode's."""

    @staticmethod
    def pytest_configure(config):
        """Enter the model into every table that the tests go through."""
        import braindecode.models
        from braindecode.models import util

        from mne_asgpf.models import ASGPF

        setattr(braindecode.models, NAME, ASGPF)
        needed = ["n_outputs", "n_chans", "n_times", "sfreq"]
        util.models_mandatory_parameters.append((NAME, needed, None))
        util._summary_table.loc[NAME] = ""


def main(arguments):
    """Run the tests and give pytest's exit code."""
    if not arguments or not (Path(arguments[0]) / TESTS).is_dir():
        print(f"give a clone of braindecode, a folder that holds {TESTS}", file=sys.stderr)
        return 2
    checkout = Path(arguments[0]).resolve()
    sys.path.insert(0, str(checkout))  # where it holds braindecode itself
    selected = " and not ".join([NAME, *NOT_APPLICABLE])
    options = ["-k", selected, "-p", "no:cacheprovider", "--rootdir", str(checkout)]
    # What a test of braindecode warns of is braindecode's business.
    options += ["-c", "/dev/null", "-W", "ignore", *arguments[1:]]
    return pytest.main([str(checkout / TESTS), *options], plugins=[Registration()])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
