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
    """How the validation set is split off, as in :class:`~mne_asgpf.estimators.PatientSplit`."""

    test_size: Annotated[float, Field(gt=0, lt=1)]
    random_state: NonNegativeInt | None
    min_patients: NonNegativeInt = 2


class Parameters(_Strict):
    """The parameters of an estimator, named as in :class:`~mne_asgpf.ASGPFClassifier`."""

    channels: Annotated[list[str], Field(min_length=1)]
    sfreq: PositiveFloat
    clip_len: Annotated[float, Field(ge=1, le=3600)]
    max_missing: NonNegativeInt
    adaptation: Literal["recording", "patient"] | None
    # This and all following fields are omitted if their values cannot be stored.
    augmentation: Literal["published", "varied"] | None = None
    random_state: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    lr: NonNegativeFloat = _NOT_STATED
    gradient_clip: PositiveFloat = _NOT_STATED
    max_epochs: NonNegativeInt = _NOT_STATED
    batch_size: int = _NOT_STATED
    # The name in torch.optim.
    optimizer: Annotated[str, Field(pattern="^[A-Za-z]+$")] = _NOT_STATED
    train_split: Split | None = None
    # Options of the optimiser, the criterion and the data loaders.
    of_parts: dict[
        Annotated[
            str,
            Field(pattern=r"^((optimizer|criterion)__\w+|iterator_train__(shuffle|drop_last))$"),
        ],
        _Scalar,
    ] = Field(default_factory=dict)


class PretrainerParameters(Parameters):
    """The parameters of a pre-trainer."""

    objective: str
    forecast_len: PositiveFloat | None = None  # Seconds.


class ClassifierParameters(Parameters):
    """The parameters of a classifier."""

    scheme: Literal[4, 8]
    background: NonNegativeFloat
    first_clip_only: bool
    # As requested; the items of a dict.
    class_weight: (
        Literal["balanced"] | list[tuple[bool | int | float | str, NonNegativeFloat]] | None
    ) = None
    calibrate: bool = _NOT_STATED
    patience: NonNegativeInt | None = _NOT_STATED
    min_batches: NonNegativeInt = _NOT_STATED
    freeze: Literal["encoder"] | NonNegativeInt | None = None
    unfreeze_every: NonNegativeInt | None = None
    encoder_lr: NonNegativeFloat | None = None


class ModuleOptions(BaseModel):
    """Options of a module, with limits on sizes that are not limited by tensors."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    # Other options are checked when the module is built.
    n_layers: Annotated[int, Field(le=100)] | None = None
    n_propagation_steps: Annotated[int, Field(ge=1, le=1000)] | None = None
    n_times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    input_window_seconds: Annotated[float, Field(gt=0, le=3600)] | None = None
    sfreq: Annotated[float, Field(gt=0, le=100_000)] | None = None


class Normalisation(_Strict):
    """Mean and standard deviation of the ln of amplitudes in microvolts, for all or each bin."""

    mean: float | list[float]
    std: PositiveFloat | list[PositiveFloat]


class SeizureClass(_Strict):
    """The description of a class."""

    name: str  # The full name.
    szcore: str  # The event code of SzCORE.
    labels: list[str]  # The labels of TUSZ in it.


class Recording(_Strict):
    """A recording in the training data, or all windows of a patient if recordings are unknown."""

    # Of its file (of the original file, for the signal store) or, without a file, of its signals.
    sha256: Digest
    hash_of: Literal["file", "signals"]
    patient: Digest | None  # The salted hash of the id; None if the patient is unknown.
    seconds: NonNegativeFloat  # Length of the recording.
    windows: NonNegativeInt  # Number of windows cut from it.


class TrainingData(_Strict):
    """The recordings that one estimator was trained or calibrated on."""

    estimator: Literal["pretrainer", "classifier", "calibration"]
    salt: str  # The salt of the hashes of patients' ids.
    recordings: list[Recording]


class ModelMetadata(_Strict):
    """The metadata of any model."""

    sha256: Digest  # Of model.json itself, made with zeros in place of this hash.
    format: Literal["mne_asgpf"]
    schema_version: Literal[4]
    versions: dict[str, str]  # Of the packages that wrote it.
    weights_sha256: Digest  # Of model.safetensors.
    # The output for a fixed input (checkpoints/reference_output.py).
    reference_output: Annotated[list[float], Field(min_length=1)]
    unit: Literal["V"]  # Of the signals it takes.
    normalisation: Normalisation
    module: ModuleOptions
    training_data: list[TrainingData]
    history: list[dict[str, _Scalar]]  # The results of every epoch.
    metrics: dict[str, _Scalar]  # The results of the epoch of these weights.
    notes: dict[str, Any]  # By its author.


class CalibrationData(_Strict):
    """The predictions of a classifier for its validation patients, and its temperature."""

    temperature: PositiveFloat  # The divisor of the logits.
    # Calibrated, of each window.
    probabilities: Annotated[list[list[Annotated[float, Field(ge=0, le=1)]]], Field(min_length=1)]
    codes: list[NonNegativeInt]  # The index of the true class of each.
    patients: list[NonNegativeInt]  # The patient of each, as a number: ids are not kept.

    @model_validator(mode="after")
    def _rows_are_windows(self):
        """Refuse what does not have a row a window and a column a class."""
        (width, *others) = {len(row) for row in self.probabilities}
        lengths = {len(self.probabilities), len(self.codes), len(self.patients)}
        if others or len(lengths) > 1 or max(self.codes) >= width:
            raise ValueError("its windows or classes do not go together")
        return self


class PretrainerMetadata(ModelMetadata):
    """The metadata of a pre-trainer."""

    kind: Literal["pretrainer"]
    estimator: PretrainerParameters


class ClassifierMetadata(ModelMetadata):
    """The metadata of a classifier."""

    kind: Literal["classifier"]
    estimator: ClassifierParameters
    # In the order of the logits.
    classes: Annotated[list[str] | list[bool] | list[int] | list[float], Field(min_length=1)]
    taxonomy: dict[str, SeizureClass]  # The descriptions of the classes that are seizures.
    per_recording: bool  # Whether it was fitted with one class per recording.
    class_weights: list[NonNegativeFloat] | None = None  # In the loss.
    calibration: CalibrationData | None = None  # None without validation patients.
    event_rule: EventRule


class Head(BaseModel):
    """The fields that are equal in all versions of the schema."""

    model_config = ConfigDict(strict=True)

    format: Literal["mne_asgpf"]
    schema_version: int


METADATA: TypeAdapter = TypeAdapter(
    Annotated[PretrainerMetadata | ClassifierMetadata, Field(discriminator="kind")]
)
