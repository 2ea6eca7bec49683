"""The networks: a CNN over frames, an RNN over time, heads that say what they mean.

    frames I_i -> backbone f_i -> temporal h_i -> heads -> transitions, boxes, masks, scores

`shots` is the network that ships, made of `shot_cnn`, `shot_rnn` and a head of `heads`.
`window_stream` runs any of them on films of any length. `zoo` has the networks of others by name;
`train/` makes weights, `weights/` holds them, one model card each, `evaluate/` measures them.
Importing this package loads no torch: the record `transition.Transition` is for everybody, the
networks for whoever asks.
"""
