"""An optional language model that proposes texts; the checks have the last word."""
