"""Speed and size goals, printed and never failed on: `make bench`."""
