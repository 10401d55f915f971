"""The schema of model.json, the metadata of a saved model."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    TypeAdapter,
    model_validator,
)

from ..event_rule import EventRule

#: The version of this schema, to be raised with each change.
SCHEMA_VERSION = 4

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Scalar = float | int | str | bool | None
_NOT_STATED: Any = None


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Split(_Strict):
    """How the validation set is split off.

    Parameters
    ----------
    test_size : float
        As in :class:`~mne_asgpf.estimators.PatientSplit`.
    random_state : int | None
        Seed of the random draw.
    """

    test_size: Annotated[float, Field(gt=0, lt=1)]
    random_state: NonNegativeInt | None


class Parameters(_Strict):
    """The parameters of an estimator: for its input and for training.

    Parameters
    ----------
    channels : list of str
        As in :class:`~mne_asgpf.ASGPFClassifier`, like all others.
    sfreq : float
        Sampling rate in Hz.
    clip_len : float
        Length of a window in seconds.
    max_missing : int
        Number of channels that may be missing.
    adaptation : "recording" | "patient" | None
        The source of the typical spectrum that windows are adapted to.
    augmentation : "published" | "varied" | None
        How training windows are augmented. This and all following fields are omitted if their
        values cannot be stored.
    random_state : int | None
        Seed of the random draws.
    lr, gradient_clip : float
        Initial learning rate, maximum norm of the gradient.
    max_epochs, batch_size : int
        Maximum number of epochs, windows per batch.
    optimizer : str
        The name in torch.optim.
    train_split : Split | None
        How the validation set is split off.
    of_parts : dict
        Options of the optimiser, the criterion and the data loaders.
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
    """The parameters of a pre-trainer.

    Parameters
    ----------
    channels, sfreq, clip_len, max_missing, adaptation, augmentation, random_state : object
        As in :class:`Parameters`.
    lr, gradient_clip, max_epochs, batch_size, optimizer, train_split, of_parts : object
        As in :class:`Parameters`.
    objective : str
        The pre-training objective.
    forecast_len : float | None
        Seconds to forecast.
    """

    objective: str
    forecast_len: PositiveFloat | None = None


class ClassifierParameters(Parameters):
    """The parameters of a classifier.

    Parameters
    ----------
    channels, sfreq, clip_len, max_missing, adaptation, augmentation, random_state : object
        As in :class:`Parameters`.
    lr, gradient_clip, max_epochs, batch_size, optimizer, train_split, of_parts : object
        As in :class:`Parameters`.
    scheme : 4 | 8
        The class scheme.
    background : float
        Number of background windows per ictal window.
    first_clip_only : bool
        Whether one clip per seizure was used.
    class_weight : "balanced" | list of tuple | None
        The requested class weights; the items of a dict.
    calibrate : bool
        Whether probabilities are calibrated at the end of a fit.
    patience : int
        Epochs without improvement after which training stops.
    freeze : "encoder" | int | None
        Number of the lowest encoder layers that are frozen.
    unfreeze_every : int | None
        Epochs after which one more layer is unfrozen.
    encoder_lr : float | None
        Learning rate of the encoder.
    """

    scheme: Literal[4, 8]
    background: NonNegativeFloat
    first_clip_only: bool
    class_weight: (
        Literal["balanced"] | list[tuple[bool | int | float | str, NonNegativeFloat]] | None
    ) = None
    calibrate: bool = _NOT_STATED
    patience: NonNegativeInt = _NOT_STATED
    freeze: Literal["encoder"] | NonNegativeInt | None = None
    unfreeze_every: NonNegativeInt | None = None
    encoder_lr: NonNegativeFloat | None = None


class ModuleOptions(BaseModel):
    """Options of a module, with limits on sizes that are not limited by tensors.

    Parameters
    ----------
    n_layers, n_propagation_steps, n_times : int
        As in the models, like all other options, which are checked when it is built.
    input_window_seconds, sfreq : float
        As in the models.
    **extra_data : dict
        Other options of the models.
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
        Of ln of amplitudes in microvolts: one for all bins, or one per bin.
    """

    mean: float | list[float]
    std: PositiveFloat | list[PositiveFloat]


class SeizureClass(_Strict):
    """The description of a class.

    Parameters
    ----------
    name : str
        The full name.
    szcore : str
        The event code of SzCORE.
    labels : list of str
        The labels of TUSZ in it.
    """

    name: str
    szcore: str
    labels: list[str]


class Recording(_Strict):
    """A recording in the training data, or all windows of a patient if recordings are unknown.

    Parameters
    ----------
    sha256 : str
        The hash of its file (of the original file, for the signal store) or, without a
        file, of its signals.
    hash_of : "file" | "signals"
        Which of the two.
    patient : str | None
        The salted hash of the patient's id
        (:mod:`~mne_asgpf.checkpoints.manifest`); None if the patient is unknown.
    seconds : float
        Its length in seconds.
    windows : int
        Number of windows cut from it.
    """

    sha256: Digest
    hash_of: Literal["file", "signals"]
    patient: Digest | None
    seconds: NonNegativeFloat
    windows: NonNegativeInt


class TrainingData(_Strict):
    """The recordings that one estimator was trained or calibrated on.

    Parameters
    ----------
    estimator : "pretrainer" | "classifier" | "calibration"
        The estimator that was trained on them, or the calibration of a trained one.
    salt : str
        The salt of the hashes of patients' ids.
    recordings : list of Recording
        The recordings.
    """

    estimator: Literal["pretrainer", "classifier", "calibration"]
    salt: str
    recordings: list[Recording]


class ModelMetadata(_Strict):
    """The metadata of any model.

    Parameters
    ----------
    sha256 : str
        The hash of model.json itself, made with zeros in place of this hash.
    format : "mne_asgpf"
        The format of the checkpoint.
    schema_version : int
        The version of this schema.
    versions : dict of str to str
        The versions of the packages that wrote it.
    weights_sha256 : str
        The hash of model.safetensors.
    reference_output : list of float
        The output of the model for a fixed input
        (:func:`~mne_asgpf.checkpoints.reference_output.reference_output`).
    unit : "V"
        The unit of the signals it takes.
    normalisation : Normalisation
        Mean and standard deviation of its training data.
    module : ModuleOptions
        The options of its module.
    training_data : list of TrainingData
        The training data of each estimator.
    history : list of dict
        The results of every epoch.
    metrics : dict
        The results of the epoch of these weights.
    notes : dict
        Notes by its author.
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


class CalibrationData(_Strict):
    """What a classifier says of its validation patients.

    Parameters
    ----------
    temperature : float
        What its logits are divided by.
    probabilities : list of list of float
        The calibrated class probabilities of the validation windows.
    codes : list of int
        The class that each is truly of, by its place among the classes.
    patients : list of int
        The patient that each is of, by a number that says no more.
    """

    temperature: PositiveFloat
    probabilities: Annotated[list[list[Annotated[float, Field(ge=0, le=1)]]], Field(min_length=1)]
    codes: list[NonNegativeInt]
    patients: list[NonNegativeInt]

    @model_validator(mode="after")
    def _rows_are_windows(self):
        """Refuse what does not have a row a window and a column a class."""
        (width, *others) = {len(row) for row in self.probabilities}
        lengths = {len(self.probabilities), len(self.codes), len(self.patients)}
        if others or len(lengths) > 1 or max(self.codes) >= width:
            raise ValueError("its windows or classes do not go together")
        return self


class PretrainerMetadata(ModelMetadata):
    """The metadata of a pre-trainer.

    Parameters
    ----------
    sha256, format, schema_version, versions, weights_sha256, reference_output, unit : object
        As in :class:`ModelMetadata`.
    normalisation, module, training_data, history, metrics, notes : object
        As in :class:`ModelMetadata`.
    kind : "pretrainer"
        The kind of model.
    estimator : PretrainerParameters
        Its parameters.
    """

    kind: Literal["pretrainer"]
    estimator: PretrainerParameters


class ClassifierMetadata(ModelMetadata):
    """The metadata of a classifier.

    Parameters
    ----------
    sha256, format, schema_version, versions, weights_sha256, reference_output, unit : object
        As in :class:`ModelMetadata`.
    normalisation, module, training_data, history, metrics, notes : object
        As in :class:`ModelMetadata`.
    kind : "classifier"
        The kind of model.
    estimator : ClassifierParameters
        Its parameters.
    classes : list
        Its classes, in the order of the logits.
    taxonomy : dict of str to SeizureClass
        The descriptions of the classes that are seizures.
    per_recording : bool
        Whether it was fitted with one class per recording.
    class_weights : list of float | None
        The weights of the classes in the loss.
    calibration : CalibrationData | None
        What validation patients taught of its probabilities; None where there were none.
    event_rule : EventRule
        How its probabilities become events; None in files older than that.
    """

    kind: Literal["classifier"]
    estimator: ClassifierParameters
    classes: Annotated[list[str] | list[bool] | list[int] | list[float], Field(min_length=1)]
    taxonomy: dict[str, SeizureClass]
    per_recording: bool
    class_weights: list[NonNegativeFloat] | None = None
    calibration: CalibrationData | None = None
    event_rule: EventRule


class Head(BaseModel):
    """The fields that are equal in all versions of the schema.

    Parameters
    ----------
    format : "mne_asgpf"
        The format of the checkpoint.
    schema_version : int
        The version of the schema.
    """

    model_config = ConfigDict(strict=True)

    format: Literal["mne_asgpf"]
    schema_version: int


METADATA: TypeAdapter = TypeAdapter(
    Annotated[PretrainerMetadata | ClassifierMetadata, Field(discriminator="kind")]
)
