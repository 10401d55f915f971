"""Time-synchronous event files of TUSZ v1: ``.tse`` and ``.tse_bi``.

One line per event of the whole recording: start, stop, label, confidence.
"""

from .label_rows import label_row, tile


def read_tse(text):
    """Read a ``.tse`` or ``.tse_bi`` file.

    Parameters
    ----------
    text : LabelText
        The file.

    Returns
    -------
    rows : list of dict
        The events, background among them.
    duration : None
        The format does not state the length of the recording.
    derivations : tuple
        Empty: the format has no channels.

    Raises
    ------
    InputError
        If a line is malformed.
    """
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
    """Write events as the text of a ``.tse`` file.

    Parameters
    ----------
    events : pandas.DataFrame
        An event table. The format holds no channels.
    duration : float
        The length of the recording in seconds.
    montage, name : str
        Ignored: the format does not store them.

    Returns
    -------
    text : str
        The content of the file.
    """
    rows = tile(events, duration)
    lines = [f"{start:.4f} {stop:.4f} {label} {p:.4f}" for start, stop, label, p in rows]
    return "\n".join(["version = tse_v1.0.0", "", *lines, ""])
