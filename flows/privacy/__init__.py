"""Citizens' data as the Comune must account for it: lists, exports, erasure, keys, the register."""
