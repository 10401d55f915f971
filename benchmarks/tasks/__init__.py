"""A table of tasks: the same windows and the same patient-wise folds for every system."""
