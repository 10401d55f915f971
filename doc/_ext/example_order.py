"""The order of the examples in the gallery."""

from sphinx_gallery.sorting import FileNameSortKey

ORDER = (
    "plot_first_prediction.py",
    "plot_given_events.py",
    "plot_pretrain_and_type.py",
    "plot_bids_dataset.py",
    "plot_braindecode_loop.py",
    "plot_other_electrodes.py",
)


class ExampleOrder(FileNameSortKey):
    """Put the examples that most users look for first, and the others after them by name."""

    def __call__(self, filename):
        """Give the key that a file is sorted by."""
        place = ORDER.index(filename) if filename in ORDER else len(ORDER)
        return place, filename
