"""The texts of each kind of notice, from the best to the plainest.

By kind: `calls`, `events`, `roads`, `services`, `dangers`; `events` and `services` also draw on `calls`,
`services` on `dangers`. They stand on `own_sentences` (the office's own, whole), `titles`, `prose`, `places`
and `times`, each on those behind it. `general`, `outlines` and `beginnings` serve several kinds.
"""
