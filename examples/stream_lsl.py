"""
Type a stream of the Lab Streaming Layer
========================================

mne-lsl (``pip install "mne_asgpf[lsl]"``) replays a recording as an amplifier would send it, and
receives the stream. Run this as ``python stream_lsl.py MODEL recording.edf [SECONDS]``. To
connect to an amplifier, remove the player and use the name of your own stream. This is research
software: do not act on its output.
"""

import sys
import time

import mne
from mne_lsl.player import PlayerLSL
from mne_lsl.stream import StreamLSL

from mne_asgpf import ASGPFStream, read_asgpf

mne.set_log_level("warning")
seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 60
raw = mne.io.read_raw(sys.argv[2])
classifier = read_asgpf(sys.argv[1])

with PlayerLSL(raw, name="replayed EEG", annotations=False):
    stream = StreamLSL(bufsize=5, name="replayed EEG").connect(timeout=10)
    # The player sends volts; get_channel_units() returns the unit of an amplifier.
    typed = ASGPFStream(classifier, stream.info)
    print(f"Probabilities come {typed.latency:g} s after the end of their second.")
    end, newest = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        time.sleep(0.25)
        data, timestamps = stream.get_data(exclude=())
        for row in typed.push(data[:, timestamps > newest]).to_dict("records"):
            said = {name: f"{p:.2f}" for name, p in row.items() if name.startswith("p_")}
            print(f"{row['time']:g} s:", row["reason"] or said, flush=True)
        newest = timestamps[-1]
    stream.disconnect()
