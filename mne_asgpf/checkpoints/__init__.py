"""Saved models: files without executable code, their metadata, and the hub."""
