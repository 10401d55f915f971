"""What happens during a training, as skorch callbacks and collaborators of the estimators."""
