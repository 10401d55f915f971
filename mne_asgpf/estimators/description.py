"""What model.json of a checkpoint says of its model: the schema."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, TypeAdapter
from pydantic import PositiveFloat as Positive

#: The version of this schema. Whoever changes it raises this number.
SCHEMA_VERSION = 1

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Scalar = float | int | str | bool | None


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Parameters(_Strict):
    """The parameters of an estimator that decide what it does with EEG.

    Their meaning is that of the estimators' own parameters of these names.
    """

    channels: Annotated[list[str], Field(min_length=1)]
    sfreq: Positive
    clip_len: Positive
    max_missing: NonNegativeInt


class ClassifierParameters(Parameters):
    """Those of a classifier."""

    scheme: Literal[4, 8]
    background: NonNegativeFloat
    first_clip_only: bool


class Normalisation(_Strict):
    """Mean and standard deviation of the log-spectra, ln of amplitudes in microvolts."""

    mean: float
    std: Positive


class SeizureClass(_Strict):
    """What a class stands for: its name, its SzCORE code and the labels of TUSZ in it."""

    name: str
    szcore: str
    labels: list[str]


class Recording(_Strict):
    """One recording that a model was trained on.

    ``sha256`` is that of its file or, where it has none, of its signals; ``patient`` the
    salted hash of the patient's id (:mod:`~mne_asgpf.estimators.training_data`).
    """

    sha256: Digest
    hash_of: Literal["file", "signals"]
    patient: Digest | None
    seconds: NonNegativeFloat
    windows: NonNegativeInt


class TrainingData(_Strict):
    """The recordings of one stage of training."""

    stage: Literal["pretrainer", "classifier"]
    salt: str
    recordings: list[Recording]


class _Description(_Strict):
    sha256: Digest  # of model.json itself, with zeros in place of this hash
    format: Literal["mne_asgpf"]
    schema_version: Literal[1]
    versions: dict[str, str]
    weights_sha256: Digest
    smoke_vector: Annotated[list[float], Field(min_length=1)]
    unit: Literal["V"]
    normalisation: Normalisation
    module: dict[str, Any]  # what it may hold, building the module shows
    training_data: list[TrainingData]
    history: list[dict[str, _Scalar]]
    metrics: dict[str, _Scalar]
    notes: dict[str, Any]


class PretrainerDescription(_Description):
    """What is said of a pre-trainer."""

    kind: Literal["pretrainer"]
    estimator: Parameters


class ClassifierDescription(_Description):
    """What is said of a classifier."""

    kind: Literal["classifier"]
    estimator: ClassifierParameters
    classes: Annotated[
        list[str] | list[bool] | list[int] | list[float], Field(min_length=1, max_length=10_000)
    ]
    taxonomy: dict[str, SeizureClass]


class Head(BaseModel):
    """What every version of the schema says in the same place."""

    model_config = ConfigDict(strict=True)

    format: Literal["mne_asgpf"]
    schema_version: int


DESCRIPTION: TypeAdapter = TypeAdapter(
    Annotated[PretrainerDescription | ClassifierDescription, Field(discriminator="kind")]
)
