"""ASGPF as a pipeline of moabb: ``moabb --pipelines examples/moabb`` finds it.

moabb hands over arrays in microvolts, without the channels' names. The first step makes volts of
them; name the channels (``channels=``) where one dataset is evaluated, so that the model knows
where they are, and say the rate of its epochs.
"""

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from mne_asgpf import ASGPFClassifier

SFREQ = 128  # Hz; of the paradigm: LeftRightImagery(resample=SFREQ)


def volts(microvolts):
    """Turn moabb's unit into mne's."""
    return 1e-6 * microvolts


PIPELINE = {
    "name": "ASGPF",
    "paradigms": ["LeftRightImagery", "MotorImagery"],
    "pipeline": make_pipeline(
        FunctionTransformer(volts),
        ASGPFClassifier(sfreq=SFREQ, augmentation=None, max_epochs=20, random_state=0, verbose=0),
    ),
}
