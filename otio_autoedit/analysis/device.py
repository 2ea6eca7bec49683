"""Which device the networks run on, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from otio_autoedit.errors import OptionError, did_you_mean

DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True, slots=True)
class Device:
    """A device by torch's name, and why it was taken, in plain words."""

    name: str
    why: str


def choose_device(wanted: str = "auto") -> Device:
    """Returns the device for ``wanted``: "auto" takes CUDA, else MPS, else the processor.

    A card may be named by its number ("cuda:1").

    Raises:
        OptionError: no such device exists, or this machine does not have it.
    """
    import torch

    kind, _, number = wanted.partition(":")
    if kind not in DEVICES or (number and not (kind == "cuda" and number.isdecimal())):
        raise OptionError(f"device {wanted!r} is unknown{did_you_mean(kind, DEVICES)}")
    if kind == "cpu":
        return Device("cpu", "asked for")
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    has_mps = bool(torch.backends.mps.is_available())
    if kind == "auto":
        if cards:
            return Device("cuda", f"found {torch.cuda.get_device_name()}")
        if has_mps:
            return Device("mps", "found Apple's graphics")
        return Device("cpu", "no CUDA card and no Apple graphics found")
    if (kind == "cuda" and int(number or 0) < cards) or (kind == "mps" and has_mps):
        return Device(wanted, "asked for")
    raise OptionError(
        f"device {wanted!r}: torch finds no such device on this machine; "
        "device=auto takes what there is"
    )


class Placement:
    """Where a network runs, and where after a device failed that nobody had asked for."""

    def __init__(self, wanted: str) -> None:
        """Args: "auto", or a device by name."""
        self.wanted = wanted
        self._device = ""
        self._failed = ""

    def choose(self, but: Device | None = None) -> Device:
        """Returns the device to run on; ``but`` stands in for Apple's graphics that were found,
        for a network that is not right there."""
        device = choose_device("cpu" if self._failed else self.wanted)
        if but is not None and self.wanted == "auto" and device.name == "mps":
            device = but
        self._device = device.name
        return replace(device, why=self._failed or device.why)

    def fall_back(self, error: RuntimeError) -> bool:
        """Returns whether to try the processor: where nobody asked for a device by name."""
        if self.wanted != "auto" or self._device in ("", "cpu"):
            return False
        text = " ".join(str(error).split())[:200] or type(error).__name__
        self._failed = f"{self._device} failed: {text}"
        return True
