"""Training: skorch callbacks and collaborators of the estimators."""
