"""Messaging apps: one queue, one worker, and an app each."""
