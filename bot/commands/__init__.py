"""Groups of `rls` commands."""
