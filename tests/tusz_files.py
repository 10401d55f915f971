"""Recordings of a corpus in TUSZ's layouts, with their label files."""

from edf_files import set_field, write_edf

from mne_asgpf.corpora import write_annotation_file
from mne_asgpf.event_table import make_event_table

V2 = "edf/train/aaaaapks/s001_2002/02_tcp_le/aaaaapks_s001_t000.edf"
CALM = "edf/dev/aaaaaaac/s003_2015/01_tcp_ar/aaaaaaac_s003_t001.edf"
V1 = "edf/train/01_tcp_ar/002/00000258/s002_2003_07_21/00000258_s002_t004.edf"
BARE = "edf/eval/aaaaaaad/s001_2001/01_tcp_ar/aaaaaaad_s001_t000.edf"


def tusz_recording(path, kinds, *seizures):
    """Write an EDF and label files of some kinds; seizures are (onset, duration, label)."""
    write_edf(path, sfreq=256, auxiliary=("BURSTS", "EEG EKG1-REF"))
    set_field(path, 8, 80, f"{path.name[:8]} F 01-JAN-1960 {path.name[:8]} Age:92")
    for kind in kinds:
        channels = () if kind != "csv" else ("FP1-F7", "F7-T3")
        rows = [
            {"onset": onset, "duration": duration, "label": label, "channels": channels}
            for onset, duration, label in seizures
        ]
        if kind == "csv_bi":
            rows = [row | {"label": "seiz"} for row in rows]
        write_annotation_file(path.with_suffix(f".{kind}"), make_event_table(rows), duration=20.0)
    return path
