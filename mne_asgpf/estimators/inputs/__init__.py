"""Conversion of the estimators' input, recordings or windows of any kind, to windows."""
