"""The confidence and the rule for events that a classifier learns from patients not trained on."""

import click

from ..errors import InputError, printable
from ..labels import BACKGROUND
from ..report.model_report import confidence_facts
from ..windows.recording_metadata import recording_metadata


def fit_events_of_validation(classifier, raws):
    """Fit the rule for events on the recordings of the validation patients of the last fit."""
    patients = classifier.validation_patients_
    if patients is None:
        click.echo(
            "The rule for events is not fitted: no known patients were left out of the training, "
            "which sets some aside if there are ten. Fit it to others: mne_asgpf calibrate."
        )
        return
    known = zip(raws, recording_metadata(raws), strict=True)
    fit_events(classifier, [raw for raw, about in known if about["patient"] in patients])


def fit_events(classifier, raws):
    """Fit the rule for events, or say why it stays as it was."""
    if BACKGROUND in classifier.classes_:
        try:
            classifier.fit_events(raws)
        except InputError as error:
            click.echo(printable(f"The rule for events is not fitted: {error.problem}."))


def tell_confidence(classifier):
    """Print what a classifier learned from patients not trained on."""
    for name, value in confidence_facts(classifier).items():
        click.echo(f"{name}: {value}")
