"""Files that hold their own hash, by which damage is noticed."""

import hashlib

#: Stands in the hash's place while it is made.
NO_SEAL = b"0" * 64


def seal(content, before):
    """Put a file's own hash into its place.

    Parameters
    ----------
    content : bytes
        The file, with :data:`NO_SEAL` or a hash in the place.
    before : bytes
        What comes right before the place, for the first time in the file.

    Returns
    -------
    sealed : bytes
        The file with its hash, which is the same file if it was sealed and nothing changed.

    Raises
    ------
    ValueError
        If there is no such place.
    """
    start = content.index(before) + len(before)
    end = start + len(NO_SEAL)
    digest = hashlib.sha256(content[:start] + NO_SEAL + content[end:]).hexdigest()
    return content[:start] + digest.encode() + content[end:]
