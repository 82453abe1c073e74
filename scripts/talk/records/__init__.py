"""Records: the only thing kept of a measurement, and the only thing pages are made from."""
