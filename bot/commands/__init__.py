"""Groups of commands of `rls`."""
