"""What the estimators take, recordings or windows of any kind, becomes one set of windows."""
