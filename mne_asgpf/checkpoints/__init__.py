"""Saved models: files that run no code, what they say of a model, and the hub."""
