"""The texts of each kind of notice, from the best to the plainest.

By kind: `calls`, `events`, `roads`, `services`, `dangers`. These stand on `office` (its sentences as a text),
`titles`, `prose` (its words as a citizen reads them), `places` and `times`, each on those behind it.
"""
