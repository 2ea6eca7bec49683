"""The CNNs over frames: every family of torchvision's, and our own small one."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import torchvision.models
from safetensors.torch import save_file
from torch import Tensor, nn

from otio_autoedit.errors import OptionError, WeightsError
from otio_autoedit.models.backbone import backbone, backbone_names
from otio_autoedit.models.shots import as_input, network_from
from otio_autoedit.models.weight_files import ENVIRONMENT, load_weights
from otio_autoedit.models.zoo import networks

# name, channels of its maps, map of the smallest picture, channels of each scale
FAMILIES = [
    ("alexnet", 256, (1, 1), (64, 192, 256, 256)),
    ("convnext_tiny", 768, (1, 1), (96, 192, 384, 768)),
    ("densenet121", 1024, (1, 1), (64, 256, 512, 1024, 1024)),
    ("efficientnet_b0", 1280, (1, 1), (16, 24, 40, 112, 1280)),
    ("googlenet", 1024, (1, 1), (64, 192, 480, 832, 1024)),
    ("inception_v3", 2048, (1, 1), (64, 192, 288, 768, 2048)),
    ("mnasnet0_5", 1280, (1, 1), (8, 16, 24, 48, 1280)),
    ("mobilenet_v2", 1280, (1, 1), (16, 24, 32, 96, 1280)),
    ("mobilenet_v3_small", 576, (1, 1), (16, 16, 24, 48, 576)),
    ("regnet_x_400mf", 400, (1, 1), (32, 32, 64, 160, 400)),
    ("resnet18", 512, (1, 1), (64, 64, 128, 256, 512)),
    ("resnext50_32x4d", 2048, (1, 1), (64, 256, 512, 1024, 2048)),
    ("shufflenet_v2_x0_5", 1024, (1, 1), (24, 24, 48, 96, 1024)),
    ("squeezenet1_1", 512, (1, 1), (64, 128, 256, 512)),
    ("vgg11", 512, (1, 1), (64, 128, 256, 512, 512, 512)),
    ("wide_resnet50_2", 2048, (1, 1), (64, 256, 512, 1024, 2048)),
]


def state_of(name: str, seed: int = 0) -> dict[str, Tensor]:
    """Weights in torchvision's layout, drawn here: without those of the classifier, for speed."""
    draw = torch.Generator().manual_seed(seed)
    extras = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with torch.device("cpu" if name.startswith("regnet") else "meta"):
        net = torchvision.models.get_model(name, weights=None, **extras)
    state = {}
    for key, value in net.state_dict().items():
        if key.startswith(("classifier", "fc")):
            continue
        if value.ndim > 1:
            spread = math.sqrt(2 / value[0].numel())
            state[key] = torch.randn(value.shape, generator=draw) * spread
        elif key.endswith(("weight", "running_var")):
            state[key] = 0.5 + torch.rand(value.shape, generator=draw)
        else:
            state[key] = torch.zeros(value.shape, dtype=value.dtype)
    return state


def pictures(count: int, height: int, width: int) -> Tensor:
    draw = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (count, 3, height, width), dtype=torch.uint8, generator=draw)


@pytest.mark.parametrize(("name", "channels", "least_map", "scales"), FAMILIES)
def test_one_of_each_family_runs(
    name: str, channels: int, least_map: tuple[int, int], scales: tuple[int, ...]
) -> None:
    net = backbone(name, "maps", state_of(name))
    height, width = net.smallest
    assert (net.channels, net.level_channels) == (channels, scales)
    frames = pictures(3, height, width)
    maps = net.features(frames, chunk=2)
    assert maps.shape == (3, channels, *least_map)
    assert maps.isfinite().all()
    assert maps.std() > 0
    assert net.features(frames[:0]).shape == (0, channels, *least_map)
    wide = net.pyramid(pictures(1, 96, 128))
    assert tuple(level.shape[1] for level in wide) == scales
    assert all(a.shape[2] > b.shape[2] for a, b in pairwise(wide))
    if height > 1:
        with pytest.raises(OptionError, match=f"at least {width}x{height}, not {width}x1"):
            net.features(frames[:, :, :1])


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "mobilenet_v2", "googlenet"])
def test_vectors_are_what_the_classifier_of_torchvision_is_given(name: str) -> None:
    state = state_of(name)
    extras = {"aux_logits": False, "init_weights": False, "transform_input": True}
    whole = torchvision.models.get_model(name, **(extras if name == "googlenet" else {}))
    head = "fc" if hasattr(whole, "fc") else "classifier"
    setattr(whole, head, nn.Identity())
    whole.load_state_dict({k: v for k, v in state.items() if not k.startswith("aux")})
    preset = torchvision.models.get_model_weights(name).DEFAULT.transforms()
    frames = pictures(2, 64, 96)
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (preset.mean, preset.std))
    with torch.no_grad():
        expected = whole.eval()((frames / 255 - mean) / std)
    vectors = backbone(name, "vectors", state).features(frames)
    torch.testing.assert_close(vectors, expected, rtol=1e-3, atol=1e-5)


def test_the_small_one_gives_the_shot_network_s_features() -> None:
    frames = pictures(9, 27, 48)
    net, maps = backbone("small"), backbone("small", "maps")
    shot_cnn = network_from(load_weights("shots"))[0].backbone
    with torch.no_grad():
        seen = as_input(frames.permute(0, 2, 3, 1)[None])
        expected = shot_cnn(seen, seen[:, :1]).vector[0]
    assert net.channels == expected.shape[1] == 96
    torch.testing.assert_close(net.features(frames, chunk=4), expected, atol=1e-5, rtol=0)
    assert maps.features(frames).shape == (9, maps.channels, 4, 6)
    assert maps.features(frames[:0]).shape == (0, maps.channels, 4, 6)
    assert net.features(frames[:0]).shape == (0, 96)
    assert [tuple(x.shape[2:]) for x in maps.pyramid(frames)] == [(14, 24), (7, 12), (4, 6)]


def test_a_film_in_pieces_gives_the_features_of_the_whole() -> None:
    frames = pictures(10, 40, 64)
    for net in (backbone("small"), backbone("resnet18", "maps", state_of("resnet18"))):
        whole = net.features(frames)
        scale = whole.abs().max()
        pieces = [
            net.features(frames[start : start + 3], frames[start - 1] if start else None)
            for start in range(0, 10, 3)
        ]
        for found in (torch.cat(pieces), net.features(frames / 255)):
            torch.testing.assert_close(found / scale, whole / scale, atol=1e-5, rtol=0)


def test_the_small_one_can_be_rebuilt_from_its_own_weights() -> None:
    frames = pictures(3, 27, 48)
    trained = backbone("small", "maps")
    again = backbone("small", "maps", trained.trunk.cnn.state_dict())
    assert torch.equal(again.features(frames), trained.features(frames))
    assert trained.state_dict().keys() == backbone("small", weights=None).state_dict().keys()
    with pytest.raises(WeightsError, match="do not fit the backbone 'small'"):
        backbone("small", "maps", {"vector.weight": torch.zeros(1)})


def test_larger_frames_are_shrunk_for_the_small_one() -> None:
    frames = pictures(2, 27, 48)
    large = frames.repeat_interleave(4, 2).repeat_interleave(4, 3)
    net = backbone("small")
    torch.testing.assert_close(net.features(large), net.features(frames), atol=1e-5, rtol=0)
    with pytest.raises(OptionError, match="at least 48x27, not 48x26"):
        net.features(frames[:, :, :26])


def test_features_come_in_eval_mode_and_forward_lets_gradients_flow() -> None:
    net = backbone("resnet18", "vectors", state_of("resnet18")).train()
    frames = pictures(4, 32, 32)
    first = net.features(frames)
    assert net.training
    torch.testing.assert_close(net.features(frames), first)
    assert not first.requires_grad
    net.eval()(frames).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_weights_are_loaded_whatever_their_classifier_has() -> None:
    state = state_of("resnet18")
    frames = pictures(1, 32, 32)
    expected = backbone("resnet18", weights=state).features(frames)
    finetuned = state | {"fc.weight": torch.zeros(7, 512), "fc.bias": torch.zeros(7)}
    torch.testing.assert_close(backbone("resnet18", weights=finetuned).features(frames), expected)
    half = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    assert backbone("resnet18", weights=half).features(frames).dtype == torch.float32


def test_pretrained_weights_come_from_the_folder_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = state_of("squeezenet1_1")
    save_file(state, tmp_path / "squeezenet1_1.safetensors")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    frames = pictures(1, 32, 32)
    torch.testing.assert_close(
        backbone("squeezenet1_1").features(frames),
        backbone("squeezenet1_1", weights=state).features(frames),
    )


def test_weights_of_densenet_s_first_files_are_understood() -> None:
    state = state_of("densenet121")
    first = {
        k.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): v for k, v in state.items()
    }
    assert first.keys() != state.keys()
    frames = pictures(1, 32, 32)
    torch.testing.assert_close(
        backbone("densenet121", weights=first).features(frames),
        backbone("densenet121", weights=state).features(frames),
    )


def test_weights_that_do_not_fit_are_told_in_one_line() -> None:
    for wrong in (state_of("squeezenet1_1"), {}, {"conv1.weight": torch.zeros(1)}):
        with pytest.raises(WeightsError, match="do not fit the backbone 'resnet18'") as told:
            backbone("resnet18", weights=wrong)
        assert "\n" not in str(told.value)
        assert "()" not in str(told.value)


def test_random_weights_are_random() -> None:
    frames = pictures(2, 64, 64)
    first, second = (backbone("shufflenet_v2_x0_5", weights=None) for _ in range(2))
    assert not torch.allclose(first.features(frames), second.features(frames))
    assert backbone("small", weights=None).features(frames).shape == (2, 96)


@pytest.mark.parametrize("name", ["vit_b_16", "swin_t", "swin_v2_b", "maxvit_t"])
def test_networks_of_patches_are_refused(name: str) -> None:
    with pytest.raises(OptionError, match=r"transformer over patches; backbones are CNNs: small"):
        backbone(name)


def test_a_wrong_name_gets_the_nearest_right_one() -> None:
    with pytest.raises(OptionError, match="did you mean 'resnet50'"):
        backbone("resnet5O")
    with pytest.raises(OptionError, match="no backbone 'fcn'"):
        backbone("fcn")
    with pytest.raises(OptionError, match="'vectors' or 'maps'"):
        backbone("resnet18", "masks")  # type: ignore[arg-type]
    names = backbone_names()
    assert names[0] == "small"
    assert not [name for name in names if name.startswith(("vit", "swin", "maxvit"))]
    tried = {name for name, *_ in FAMILIES}
    assert all(tried & set(members) for members in networks.FAMILIES["backbone"].values())


def test_what_is_no_frame_is_refused() -> None:
    net = backbone("small")
    with pytest.raises(ValueError, match=r"frames must be \(T, 3, H, W\)"):
        net.features(torch.zeros(2, 27, 48, 3))
    with pytest.raises(ValueError, match="uint8 or float"):
        net.features(torch.zeros(2, 3, 27, 48, dtype=torch.int16))


def devices() -> list[str]:
    return ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", devices())
def test_every_device_agrees_with_double_precision(device: str) -> None:
    state = state_of("resnet18")
    frames = pictures(2, 64, 64)
    exact = backbone("resnet18", weights=state).double().features(frames)
    found = backbone("resnet18", weights=state).to(device).features(frames)
    scale = exact.abs().max()
    torch.testing.assert_close(found.cpu().double() / scale, exact / scale, atol=1e-4, rtol=0)
