"""An office's own sentences and lines as a citizen reads them: reworded, and judged."""
