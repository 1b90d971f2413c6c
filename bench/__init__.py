"""Measurements side by side with stock Rasa."""
