"""Time-synchronous event files of TUSZ v1: ``.tse`` and ``.tse_bi``.

One line per event of the whole recording: start, stop, label, confidence.
"""

from .label_rows import label_row, tile


def read_tse(text):
    """Read the events of a ``.tse`` or ``.tse_bi``, which states neither duration nor channels."""
    rows = []
    for number, line in text.lines:
        if "=" in line or line.startswith("#"):
            text.check_version(number, line, "tse")
            continue
        with text.leaving_out(number):
            fields = line.split()
            if len(fields) != 4:
                raise text.malformed(
                    number, f"has {len(fields)} fields, not start, stop, label, confidence"
                )
            rows.append(label_row(text, number, *fields))
    return rows, None, ()


def format_tse(events, duration, montage, name):
    """Write events as the text of a ``.tse`` file, which holds no channels."""
    rows = tile(events, duration)
    lines = [f"{start:.4f} {stop:.4f} {label} {p:.4f}" for start, stop, label, p in rows]
    return "\n".join(["version = tse_v1.0.0", "", *lines, ""])
