"""The networks: a CNN over frames, an RNN over time, heads that say what they mean.

    thumbnails I_t -> backbone f_t -> temporal h_t -> heads -> transitions

`shots` puts the parts together; `weights/` holds what was trained, one model card each; `train/`
makes the weights and `evaluate/` measures them. Importing this package loads no torch: the record
`transition.Transition` is for everybody, the networks for whoever asks.
"""
