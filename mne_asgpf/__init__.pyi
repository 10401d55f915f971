from . import bids, channels, corpora, estimators, evaluation, events
from . import labels, models, report, simulation, viz, windows
from .bids import convert_to_bids
from .corpora import check_folder, find_recordings
from .errors import InputError
from .estimators import ASGPFClassifier, ASGPFPretrainer, read_asgpf
from .evaluation import score_clips
from .events import find_events
from .models import ASGPF, ASGPFForecaster
from .simulation import simulate_corpus
from .windows import (
    prepare_raw,
    pretraining_windows,
    read_recording,
    recording_windows,
    typed_windows,
)

__version__: str
