"""The visitor's chat widget and the page it is shown on: static files, and the module that hands them out."""
