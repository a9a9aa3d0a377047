"""The run `export`, from weights to files that open where none of this project's code is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigParser, ConfigWorkflow
from safetensors.torch import load_file

from custom.networks.dynamic_unet import DynamicUNet
from tests.conftest import RunPython

SHAPE = [1, 1, 31, 31, 3]
SMALL = {"n_filters": 2, "network_def#n_dense_convolutions": 1, "input_shape": SHAPE}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "model.pt"
    torch.manual_seed(0)
    torch.save(DynamicUNet(n_filters=2, n_dense_convolutions=1).state_dict(), file)
    return file


@pytest.fixture
def run(run_config: Callable[..., Path], weights: Path) -> Callable[..., Path]:
    def export(**options) -> Path:
        return run_config("export", **{**SMALL, "weights": str(weights), **options})

    return export


def test_the_files_open_elsewhere_and_compute_the_same(
    run: Callable[..., Path], weights: Path, tmp_path: Path, run_python: RunPython
) -> None:
    folder = run()
    forms = ["model.onnx", "model.safetensors", "model.ts"]
    assert sorted(file.name for file in folder.iterdir()) == ["export.json", *forms]
    code = (
        "import json, onnxruntime, torch\n"
        "from safetensors import safe_open\n"
        "extra = {'metadata.json': '', 'inference.json': ''}\n"
        "network = torch.jit.load('model.ts', _extra_files=extra)\n"
        "torch.manual_seed(1)\n"
        f"image = torch.rand({SHAPE})\n"
        "with torch.no_grad(): by_torchscript = network(image)\n"
        "session = onnxruntime.InferenceSession('model.onnx', providers=['CPUExecutionProvider'])\n"
        "by_onnx = torch.from_numpy(session.run(None, {'image': image.numpy()})[0])\n"
        "torch.save([image, by_torchscript, by_onnx], 'seen.pt')\n"
        "with safe_open('model.safetensors', 'pt') as file: told = file.metadata()\n"
        "config, summary = json.loads(extra['inference.json']), json.loads(told['network'])\n"
        "print(json.dumps([config['n_filters'], summary['n_filters']]))"
    )
    ended = run_python("-c", code, folder=folder)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert json.loads(ended.stdout.splitlines()[-1]) == [2, 2]
    image, *corrected = torch.load(folder / "seen.pt", weights_only=True)
    network = DynamicUNet(n_filters=2, n_dense_convolutions=1).eval()
    network.load_state_dict(torch.load(weights, weights_only=True))
    with torch.no_grad():
        for elsewhere in corrected:
            torch.testing.assert_close(elsewhere, network(image), rtol=1e-4, atol=1e-6)
    tensors = load_file(folder / "model.safetensors")
    torch.testing.assert_close(tensors, dict(network.state_dict()), rtol=0, atol=0)


def test_bad_settings_leave_nothing(refused: Callable[..., str]) -> None:
    assert "some of [torchscript, onnx, safetensors]" in refused(formats=["tensorflow"])
    assert "fit the network" in refused(n_filters=3)


def test_all_networks_of_the_bundle_are_built_as_training_builds_them(repository: Path) -> None:
    configs = repository / "bundle" / "configs"
    export, training = (ConfigParser.load_config_file(str(configs / f"{name}.yaml")) for name in ("export", "train"))
    names = ("network_def", "network_name", "image_keys", "in_channels", "dynamic", "dense_connection", "n_filters")
    assert {name: export[name] for name in names} == {name: training[name] for name in names}


def test_the_tensorrt_overlay_leaves_all_but_the_network(repository: Path, tmp_path: Path) -> None:
    """Parsed where neither a GPU nor TensorRT is: all of the pipeline but what runs the engine."""
    configs = repository / "bundle" / "configs"
    files = [str(configs / name) for name in ("inference.yaml", "inference_trt.yaml")]
    overlaid, plain = ConfigParser(), ConfigParser()
    overlaid.read_config(files)
    plain.read_config(files[0])
    changed = {key for key in overlaid.get() if overlaid.get(key) != plain.get(key)}
    assert changed == {"imports", "device", "weights", "network"}
    assert set(plain["imports"]) < set(overlaid["imports"])
    overlaid["imports"] = plain["imports"]
    overlaid["network"] = None
    overlaid.read_meta(str(configs / "metadata.json"))
    overlaid["bundle_root"] = str(configs.parent)
    assert type(overlaid.get_parsed_content("preprocessing").transforms[0]).__name__ == "LoadImaged"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="TensorRT needs an NVIDIA GPU, and none is here")
def test_the_tensorrt_engine_computes_what_the_network_computes(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch_tensorrt", reason="torch_tensorrt is not installed")
    from monai.bundle import trt_export

    configs = repository / "bundle" / "configs"
    trt_export(
        net_id="network_def",
        filepath=str(tmp_path / "model_trt.ts"),
        ckpt_file=str(configs.parent / "models" / "model.pt"),
        meta_file=str(configs / "metadata.json"),
        config_file=str(configs / "inference.yaml"),
        precision="fp32",
        dynamic_batchsize=[1, 1, 1],
    )
    workflow = ConfigWorkflow(
        [str(configs / name) for name in ("inference.yaml", "inference_trt.yaml")],
        workflow_type="inference",
        logging_file=False,
        weights=str(tmp_path / "model_trt.ts"),
    )
    workflow.initialize()
    network = workflow.network_def.cuda().eval()
    network.load_state_dict(torch.load(configs.parent / "models" / "model.pt", weights_only=True))
    image = torch.rand(1, 1, 70, 70, 50, device="cuda")
    with torch.no_grad():
        torch.testing.assert_close(
            workflow.parser.get_parsed_content("network")(image), network(image), atol=1e-3, rtol=0
        )
