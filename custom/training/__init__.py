"""Handlers that make training repeatable and resumable."""
