"""The knowledge base as a static site."""
