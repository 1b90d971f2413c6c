"""RLS Guide: answers questions about restless legs syndrome and magnesium from a curated, cited knowledge base."""

import os

# Nothing phones home, and TensorFlow (which Rasa imports and nothing here uses) keeps quiet.
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
