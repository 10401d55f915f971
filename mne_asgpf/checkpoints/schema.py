"""What model.json of a checkpoint says of its model: the schema."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    TypeAdapter,
)

#: The version of this schema. Whoever changes it raises this number.
SCHEMA_VERSION = 4

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Scalar = float | int | str | bool | None
_NOT_STATED: Any = None


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Split(_Strict):
    """How a validation set is split off.

    Parameters
    ----------
    test_size : float
        As in :class:`~mne_asgpf.estimators.PatientSplit`, like the next.
    random_state : int | None
        Where the draw starts from.
    """

    test_size: Annotated[float, Field(gt=0, lt=1)]
    random_state: NonNegativeInt | None


class Parameters(_Strict):
    """The parameters of an estimator: what it does with EEG, and how it is trained.

    Parameters
    ----------
    channels : list of str
        As in :class:`~mne_asgpf.ASGPFClassifier`, like all that follow.
    sfreq : float
        Sampling rate in Hz.
    clip_len : float
        Seconds of a window.
    max_missing : int
        Channels that may be missing.
    adaptation : "recording" | "patient" | None
        What windows are adapted to.
    augmentation : "published" | "varied" | None
        How training windows are varied. This and all that follow are left out where they
        hold what metadata cannot.
    random_state : int | None
        Where the draws start from.
    lr, gradient_clip : float
        Learning rate at the start, largest norm of the gradient.
    max_epochs, batch_size : int
        Epochs, windows a batch.
    optimizer : str
        The name in torch.optim.
    train_split : Split | None
        How the validation set is split off.
    of_parts : dict
        Options of the optimiser, the criterion and the loading.
    """

    channels: Annotated[list[str], Field(min_length=1)]
    sfreq: PositiveFloat
    clip_len: Annotated[float, Field(ge=1, le=3600)]
    max_missing: NonNegativeInt
    adaptation: Literal["recording", "patient"] | None
    augmentation: Literal["published", "varied"] | None = None
    random_state: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    lr: NonNegativeFloat = _NOT_STATED
    gradient_clip: PositiveFloat = _NOT_STATED
    max_epochs: NonNegativeInt = _NOT_STATED
    batch_size: int = _NOT_STATED
    optimizer: Annotated[str, Field(pattern="^[A-Za-z]+$")] = _NOT_STATED
    train_split: Split | None = None
    of_parts: dict[
        Annotated[
            str,
            Field(pattern=r"^((optimizer|criterion)__\w+|iterator_train__(shuffle|drop_last))$"),
        ],
        _Scalar,
    ] = Field(default_factory=dict)


class PretrainerParameters(Parameters):
    """Those of a pre-trainer.

    Parameters
    ----------
    channels, sfreq, clip_len, max_missing, adaptation, augmentation, random_state : object
        As in :class:`Parameters`.
    lr, gradient_clip, max_epochs, batch_size, optimizer, train_split, of_parts : object
        As in :class:`Parameters`.
    objective : str
        What the encoder learned by.
    forecast_len : float | None
        Seconds to forecast.
    """

    objective: str
    forecast_len: PositiveFloat | None = None


class ClassifierParameters(Parameters):
    """Those of a classifier.

    Parameters
    ----------
    channels, sfreq, clip_len, max_missing, adaptation, augmentation, random_state : object
        As in :class:`Parameters`.
    lr, gradient_clip, max_epochs, batch_size, optimizer, train_split, of_parts : object
        As in :class:`Parameters`.
    scheme : 4 | 8
        The class scheme.
    background : float
        Background windows for each ictal one.
    first_clip_only : bool
        Whether one clip a seizure was taken.
    class_weight : "balanced" | list of tuple | None
        Weights of the classes that were asked for; of a dict, its items.
    patience : int
        Epochs without a better score after which training stops.
    freeze : "encoder" | int | None
        How many of the encoder's lowest layers keep their weights.
    unfreeze_every : int | None
        Epochs after which one more is trained.
    encoder_lr : float | None
        Learning rate of the encoder.
    """

    scheme: Literal[4, 8]
    background: NonNegativeFloat
    first_clip_only: bool
    class_weight: (
        Literal["balanced"] | list[tuple[bool | int | float | str, NonNegativeFloat]] | None
    ) = None
    patience: NonNegativeInt = _NOT_STATED
    freeze: Literal["encoder"] | NonNegativeInt | None = None
    unfreeze_every: NonNegativeInt | None = None
    encoder_lr: NonNegativeFloat | None = None


class ModuleOptions(BaseModel):
    """What a module is built with: bounds of what no tensor bounds, lest reading be endless.

    Parameters
    ----------
    n_layers, n_propagation_steps, n_times : int
        As in the models, like all further options. Building the module checks them.
    input_window_seconds, sfreq : float
        As in the models.
    **extra_data : dict
        Further options of the models.
    """

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    n_layers: Annotated[int, Field(le=100)] | None = None
    n_propagation_steps: Annotated[int, Field(ge=1, le=1000)] | None = None
    n_times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    input_window_seconds: Annotated[float, Field(gt=0, le=3600)] | None = None
    sfreq: Annotated[float, Field(gt=0, le=100_000)] | None = None


class Normalisation(_Strict):
    """Mean and standard deviation of the log-spectra.

    Parameters
    ----------
    mean, std : float | list of float
        Of ln of amplitudes in microvolts: one for all bins, or one a bin.
    """

    mean: float | list[float]
    std: PositiveFloat | list[PositiveFloat]


class SeizureClass(_Strict):
    """What a class stands for.

    Parameters
    ----------
    name : str
        The name in words.
    szcore : str
        The event code of SzCORE.
    labels : list of str
        The labels of TUSZ in it.
    """

    name: str
    szcore: str
    labels: list[str]


class Recording(_Strict):
    """One recording that a model was trained on; or all windows of a patient, if no more is known.

    Parameters
    ----------
    sha256 : str
        The hash of its file (of the one it was prepared from, for the signal store) or,
        where it has none, of its signals.
    hash_of : "file" | "signals"
        Which of the two.
    patient : str | None
        The salted hash of the patient's id
        (:mod:`~mne_asgpf.checkpoints.manifest`); None where no patient is known.
    seconds : float
        Its length.
    windows : int
        Windows that were cut from it.
    """

    sha256: Digest
    hash_of: Literal["file", "signals"]
    patient: Digest | None
    seconds: NonNegativeFloat
    windows: NonNegativeInt


class TrainingData(_Strict):
    """The recordings that one estimator was trained on.

    Parameters
    ----------
    estimator : "pretrainer" | "classifier"
        Which estimator was trained on them.
    salt : str
        What the patients' ids were hashed with.
    recordings : list of Recording
        The recordings.
    """

    estimator: Literal["pretrainer", "classifier"]
    salt: str
    recordings: list[Recording]


class ModelMetadata(_Strict):
    """What is said of any model.

    Parameters
    ----------
    sha256 : str
        The hash of model.json itself, made with zeros in place of this hash.
    format : "mne_asgpf"
        Whose checkpoint it is.
    schema_version : int
        The version of this schema.
    versions : dict of str to str
        The versions of the packages that wrote it.
    weights_sha256 : str
        The hash of model.safetensors.
    reference_output : list of float
        What the model makes of a fixed input
        (:func:`~mne_asgpf.checkpoints.reference_output.reference_output`).
    unit : "V"
        The unit of the signals it takes.
    normalisation : Normalisation
        Mean and standard deviation of its training data.
    module : ModuleOptions
        What its module is built with.
    training_data : list of TrainingData
        What each estimator was trained on.
    history : list of dict
        The figures of every epoch.
    metrics : dict
        Those of the epoch whose weights these are.
    notes : dict
        What its author noted.
    """

    sha256: Digest
    format: Literal["mne_asgpf"]
    schema_version: Literal[4]
    versions: dict[str, str]
    weights_sha256: Digest
    reference_output: Annotated[list[float], Field(min_length=1)]
    unit: Literal["V"]
    normalisation: Normalisation
    module: ModuleOptions
    training_data: list[TrainingData]
    history: list[dict[str, _Scalar]]
    metrics: dict[str, _Scalar]
    notes: dict[str, Any]


class PretrainerMetadata(ModelMetadata):
    """What is said of a pre-trainer.

    Parameters
    ----------
    sha256, format, schema_version, versions, weights_sha256, reference_output, unit : object
        As in :class:`ModelMetadata`.
    normalisation, module, training_data, history, metrics, notes : object
        As in :class:`ModelMetadata`.
    kind : "pretrainer"
        What it is.
    estimator : PretrainerParameters
        Its parameters.
    """

    kind: Literal["pretrainer"]
    estimator: PretrainerParameters


class ClassifierMetadata(ModelMetadata):
    """What is said of a classifier.

    Parameters
    ----------
    sha256, format, schema_version, versions, weights_sha256, reference_output, unit : object
        As in :class:`ModelMetadata`.
    normalisation, module, training_data, history, metrics, notes : object
        As in :class:`ModelMetadata`.
    kind : "classifier"
        What it is.
    estimator : ClassifierParameters
        Its parameters.
    classes : list
        Its classes, in the order of the logits.
    taxonomy : dict of str to SeizureClass
        What they stand for, where they are seizures.
    per_recording : bool
        Whether it was fitted with one class a recording.
    class_weights : list of float | None
        The weights that the classes have in the loss.
    """

    kind: Literal["classifier"]
    estimator: ClassifierParameters
    classes: Annotated[list[str] | list[bool] | list[int] | list[float], Field(min_length=1)]
    taxonomy: dict[str, SeizureClass]
    per_recording: bool
    class_weights: list[NonNegativeFloat] | None = None


class Head(BaseModel):
    """What every version of the schema says in the same place.

    Parameters
    ----------
    format : "mne_asgpf"
        Whose checkpoint it is.
    schema_version : int
        The version of the schema.
    """

    model_config = ConfigDict(strict=True)

    format: Literal["mne_asgpf"]
    schema_version: int


METADATA: TypeAdapter = TypeAdapter(
    Annotated[PretrainerMetadata | ClassifierMetadata, Field(discriminator="kind")]
)
