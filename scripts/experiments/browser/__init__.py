"""The descent in a browser: on the reader's own machine, by the same kernels."""
