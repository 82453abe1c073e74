"""The talk's generator: measure → records → render → pages."""
