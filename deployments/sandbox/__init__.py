"""A Comune to rehearse on, loopback only: its web site, an alert archive, a Cloud API and five phones.

It imports nothing of ours, so that its verdicts prove something.
"""
