"""What a folder holds, so that tests can tell whether it changed."""


def content(folder):
    """Give the bytes of each file, by its path in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}
