"""``mne_asgpf export``: a classifier for programs without torch."""

import click


@click.command()
@click.argument("model", type=click.Path())
@click.argument("out", metavar="OUT.onnx", type=click.Path())
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def export(model, out, overwrite):
    """Write the classifier MODEL as ONNX, checked against onnxruntime.

    The file says in its metadata which channels, rate and unit it takes and which classes it
    gives. It takes any number of clips at a time.
    """
    from ..atomic import check_targets
    from ..estimators import read_asgpf
    from ..estimators.onnx_file import write_onnx

    check_targets([out], overwrite=overwrite)
    classifier = read_asgpf(model)
    write_onnx(classifier, out, overwrite=overwrite)
    click.echo(f"{out}: {', '.join(map(str, classifier.classes_))}")
