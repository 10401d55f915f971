"""Seizure typing with the Adaptive Spatio-Graph Pretraining Framework."""
