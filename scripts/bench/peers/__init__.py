"""The same twenty slides made with this project and with its peers, built and opened side by side.

`python -m scripts.bench.peers`; slow (installs every peer under `.cache/peers/`), so not a part of `make bench`.
"""
