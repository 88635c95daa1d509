"""A Comune's page as sentences and parts that can be read: no labels, no lost line breaks."""
