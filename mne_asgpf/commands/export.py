"""``mne_asgpf export``: a classifier for programs without torch."""

import click


@click.command()
@click.argument("model", type=click.Path())
@click.argument("out", metavar="OUT.onnx", type=click.Path())
@click.option("--overwrite", is_flag=True, help="Replace an existing file.")
def export(model, out, overwrite):
    """Write the classifier MODEL as ONNX, checked against onnxruntime.

    The metadata of the file hold the channels, sampling rate and unit of its input and the
    classes of its output. It accepts batches of any size.
    """
    from ..atomic import check_targets
    from ..estimators import read_asgpf
    from ..estimators.onnx_file import write_onnx

    check_targets([out], overwrite=overwrite)
    classifier = read_asgpf(model)
    write_onnx(classifier, out, overwrite=overwrite)
    click.echo(f"{out}: {', '.join(map(str, classifier.classes_))}")
