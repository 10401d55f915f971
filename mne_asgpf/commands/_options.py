"""The options of the training commands, named as in the released scripts, and YAML files."""

import difflib
import math
import os
from pathlib import Path

import click

from ..errors import InputError, printable

#: Option -> parameter of the estimators. The default is that of the estimator.
PARAMETERS = {
    "num_epochs": "max_epochs",
    "lr_init": "lr",
    "train_batch_size": "batch_size",
    "max_grad_norm": "gradient_clip",
    "min_batches": "min_batches",
    "patience": "patience",
    "seed": "random_state",
    "clip_len": "clip_len",
    "output_seq_len": "forecast_len",
    "objective": "objective",
    "num_rnn_layers": "module__n_layers",
    "rnn_units": "module__n_units",
    "dropout": "module__drop_prob",
    "graph_type": "module__graph",
    "adaptation": "adaptation",
    "variant": "module__variant",
    "num_workers": "iterator_train__num_workers",
    "num_classes": "scheme",
    "background": "background",
    "freeze": "freeze",
    "encoder_lr": "encoder_lr",
    "load_model_path": "pretrained",
}
#: Names of two starting graphs in the released scripts.
GRAPH_TYPES = {"individual": "correlation", "combined": "distance"}
_GRAPHS = ["correlation", "signal_correlation", "coherence", "distance", "identity"]


# Options of only some of the commands.
_ALL = {*PARAMETERS, "fine_tune", "first_clip_only", "split"}


def _read_config(ctx, param, path):
    """Use the values of a YAML file as defaults."""
    if path is None:
        return
    import yaml

    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            path, f"is not YAML ({error})", "write one 'option: value' per line"
        ) from error
    values = {} if values is None else values
    if not isinstance(values, dict):
        raise InputError(path, "does not hold options", "write one 'option: value' per line")
    values = {str(name).replace("-", "_"): value for name, value in values.items()}
    known: dict = {}
    for one in ctx.command.params:
        if one.name != param.name:
            spellings = [one.name, *(opt.lstrip("-").replace("-", "_") for opt in one.opts)]
            known |= dict.fromkeys(spellings, one.name)
    for name in list(values):
        if name not in known and name in _ALL:
            del values[name]  # of another command that shares the file
        elif name not in known:
            near = difflib.get_close_matches(name, known)
            hint = f"write {near[0]}" if near else f"see {ctx.command_path} --help"
            raise InputError(path, f"unknown option {name!r}", hint)
    params = {one.name: one for one in ctx.command.params}
    ctx.default_map = {
        known[name]: _as_typed(path, name, value, params[known[name]])
        for name, value in values.items()
        if value is not None
    }


def _as_typed(path, name, value, param):
    """Convert a value of a file as the command line would: click is lenient with non-text."""
    if param.multiple:
        values = value if isinstance(value, list) else [value]
    else:
        values = [value]
    is_flag = getattr(param, "is_flag", False)
    for one in values:
        if isinstance(one, (dict, list)) or isinstance(one, bool) != is_flag:
            raise InputError(path, f"{name} is {value!r}", "write it as on the command line")
    typed = [one if is_flag else str(one) for one in values]
    return typed if param.multiple else typed[0]


_CONFIG = click.option(
    "--config",
    type=click.Path(),
    is_eager=True,
    expose_value=False,
    callback=_read_config,
    help="YAML file of options, such as the config.yaml of an earlier run; the command line "
    "takes precedence.",
)


names_option = click.option(
    "--include-names",
    is_flag=True,
    help="Write file names and paths to config.yaml and reports; they may identify patients.",
)
# Replaces paths in config.yaml; a run that reads it as a path raises an error.
_WITHHELD = "<withheld>"


def config_option(command):
    """Add the options --config and --include-names to a command."""
    return names_option(_CONFIG(command))


_AS_STORED = "Default: those of SRC if prepared, else the defaults of prepare."


class Finite(click.FloatRange):
    """A range of numbers, without NaN."""

    def convert(self, value, param, ctx):
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


seed_option = click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Random seed.",
)
threshold_option = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="Seizure probability that starts an event; default: as fitted with the model.",
)
min_confidence_option = click.option(
    "--min-confidence",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Events of lower confidence are called 'not sure'.",
)
coverage_option = click.option(
    "--coverage",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="List the types that each event may be of, sets that contain the true one with this "
    "probability; requires a calibrated model.",
)
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    help="cpu, cuda, cuda:1, ...; auto: a CUDA GPU if there is one.",
)
_FORM = (
    click.option("--channels", help="Channels, by name, separated by commas. " + _AS_STORED),
    click.option("--sfreq", type=Finite(0, min_open=True), help="Hz. " + _AS_STORED),
)
label_option = click.option(
    "--label",
    "labels",
    metavar="THEIRS=OURS",
    multiple=True,
    help="Meaning of another label, such as 'Focal seizure=fnsz'. May be repeated.",
)
_TRAINING = (
    *_FORM,
    click.option("--num-epochs", type=click.IntRange(1), help="Epochs."),
    click.option("--lr-init", type=Finite(0, min_open=True), help="Learning rate."),
    click.option("--train-batch-size", type=click.IntRange(1), help="Windows per batch."),
    click.option("--max-grad-norm", type=Finite(0, min_open=True), help="Maximum gradient norm."),
    click.option("--num-rnn-layers", type=click.IntRange(1), help="Number of recurrent layers."),
    click.option("--rnn-units", type=click.IntRange(1), help="Width of the hidden states."),
    click.option("--dropout", type=Finite(0, 1), help="Dropout."),
    click.option(
        "--graph-type",
        type=click.Choice([*GRAPH_TYPES, *_GRAPHS]),
        help="Starting graph; individual means correlation, combined means distance.",
    ),
    click.option("--variant", type=click.Choice(["repaired", "released", "light"])),
    click.option(
        "--clip-len",
        "--max-seq-len",
        "clip_len",
        type=click.IntRange(1),
        help="Length of a window in seconds.",
    ),
    click.option(
        "--adaptation",
        type=click.Choice(["recording", "patient"]),
        help="Remove the typical spectrum of each recording or patient from its windows.",
    ),
    click.option(
        "--data-augment/--no-data-augment",
        default=None,
        help="Vary training windows. Default: in train only; contrastive objectives vary clips.",
    ),
    seed_option,
    click.option(
        "--num-workers",
        default=0,
        show_default=True,
        type=click.IntRange(0),
        help="Number of processes that load windows.",
    ),
    click.option(
        "--jobs", default=1, show_default=True, help="Number of recordings to prepare in parallel."
    ),
    device_option,
    click.option(
        "--mixed-precision",
        type=click.Choice(["no", "bf16", "fp16"]),
        help="Precision of the forward pass; requires accelerate.",
    ),
    click.option(
        "--accumulate",
        default=1,
        show_default=True,
        type=click.IntRange(1),
        help="Batches per optimiser step; requires accelerate if not 1.",
    ),
    click.option("--compile/--no-compile", default=False, help="Compile the cells."),
    click.option("--overwrite", is_flag=True, help="Start again if OUT holds a model."),
    config_option,
)


def echo_row(*fields):
    """Print a path and other fields as one line, separated by tabs."""
    click.echo("\t".join(printable(str(field)) for field in fields))


def label_map(labels):
    """Convert the values of ``--label``, ``THEIRS=OURS``, to a dict."""
    meanings = {}
    for text in labels:
        theirs, equals, ours = text.rpartition("=")
        if not (theirs and equals and ours):
            raise click.BadParameter(
                f"{text!r} is not of the form THEIRS=OURS", param_hint="--label"
            )
        meanings[theirs.strip()] = ours.strip()
    return meanings


def training_options(command):
    """Add the training options to a command."""
    for option in reversed(_TRAINING):
        command = option(command)
    return command


def estimator_parameters(options):
    """Convert options (None if not given) to the parameters of an estimator."""
    parameters = {
        parameter: options[name]
        for name, parameter in PARAMETERS.items()
        if options.get(name) is not None
    }
    if "module__graph" in parameters:
        graph = parameters["module__graph"]
        parameters["module__graph"] = GRAPH_TYPES.get(graph, graph)
    if options["data_augment"] is not None:
        parameters["augmentation"] = "varied" if options["data_augment"] else None
    if options["compile"]:
        parameters["compile"] = True
    return parameters


def write_config(path, options, estimator=None):
    """Write the options of a run as a YAML file, which ``--config`` reads."""
    # The estimator provides the values of options that were not given. Paths are withheld unless
    # --include-names is given, so that options with paths have to be given again.
    import inspect

    import yaml

    from ..atomic import write_text
    from ..models.options import SIZES

    known = {} if estimator is None else estimator.get_params(deep=False)
    if hasattr(estimator, "module_"):  # fitted: a pre-trained encoder sets its own
        brought = estimator.module_.shared_options | estimator.module_.sizes
        known = {f"module__{name}": value for name, value in brought.items()} | known
    elif known and known.get("pretrained") is None:
        given = inspect.signature(estimator.module_class).parameters
        variant = known.get("module__variant", given["variant"].default)
        defaults = {name: parameter.default for name, parameter in given.items()}
        for name, value in (defaults | SIZES[variant]).items():
            known.setdefault(f"module__{name}", value)
    resolved = {}
    for name, value in options.items():
        if value is None and name in PARAMETERS:
            value = known.get(PARAMETERS[name])
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # for integer options
        resolved[name] = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not options.get("include_names"):
        for one in click.get_current_context().command.params:
            if isinstance(one.type, click.Path) and (value := resolved.get(one.name)):
                many = isinstance(value, (list, tuple))
                resolved[one.name] = [_WITHHELD] * len(value) if many else _WITHHELD
    if "output_seq_len" in resolved and resolved["output_seq_len"] is None:
        resolved["output_seq_len"] = resolved["clip_len"]
    write_text(path, yaml.safe_dump(resolved, sort_keys=False))
