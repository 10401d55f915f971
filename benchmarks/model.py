"""Speed and memory of the models: every size, task, stage, batch and precision.

Run it with ``python benchmarks/model.py [--quick] [--json FILE]``. Rates are medians of
interleaved rounds and stand beside what this machine's own matrix product reaches in the
same rounds; floating point operations are counted by formula (the propagation, what is
read into it and out of it); "learner" is the graph learners' share of a training step. On
the CPU, memory (Linux) is what a fresh process grows by. All input is random.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import product

import braindecode
import torch
from torch.nn.functional import cross_entropy
from torch.utils._python_dispatch import TorchDispatchMode

import mne_asgpf
from mne_asgpf.channels import ELECTRODES
from mne_asgpf.models import ASGPF, ASGPFForecaster

N_CHANS, SFREQ, SECONDS = len(ELECTRODES), 200, 12
_PUBLISHED_SIZES = {"n_units": 64, "n_bins": 100, "n_propagation_steps": 5}
#: Name -> options of the models.
MODELS = {
    "default": {},
    "light": {"variant": "light"},
    "large": _PUBLISHED_SIZES,  # the repaired model at the published sizes
    "released": {"variant": "released"},
}
_LAYERS = {"classify": 2, "forecast": 3}  # published
CUDA = torch.cuda.is_available()
DEVICE = torch.device("cuda" if CUDA else "cpu")


@dataclass(frozen=True)
class Case:
    """One thing to measure."""

    model: str
    task: str
    stage: str
    batch: int
    precision: str
    mode: str

    def make_model(self):
        """Build the model."""
        torch.manual_seed(0)
        make, n_windows = {"classify": (ASGPF, 1), "forecast": (ASGPFForecaster, 2)}[self.task]
        n_times = n_windows * SECONDS * SFREQ
        options = {"n_outputs": 4} if self.task == "classify" else {}
        options |= MODELS[self.model]
        if self.model == "large":
            options["n_layers"] = _LAYERS[self.task]
        options["chs_info"] = [{"ch_name": name} for name in ELECTRODES]
        return make(n_times=n_times, sfreq=SFREQ, **options).to(DEVICE)

    def make_run(self):
        """Build what is timed: a forward pass or a training step without the optimiser."""
        model = self.make_model().train(self.stage == "train")
        if self.mode == "onnx":
            return in_onnxruntime(model, self.batch)
        if self.mode != "eager":
            for cell in cells(model):
                cell.compile(dynamic=False)
        x = 3e-5 * torch.randn(self.batch, N_CHANS, model.n_times, device=DEVICE)
        y = torch.arange(self.batch, device=DEVICE) % 4
        half = torch.autocast(DEVICE.type, torch.bfloat16, enabled=self.precision == "bf16")

        def forward():
            with torch.no_grad(), half:
                model(x)

        def train():
            model.zero_grad()
            with half:
                output = model(x)
                classify = self.task == "classify"
                loss = cross_entropy(output, y) if classify else model.loss(output)
            loss.backward()

        run = train if self.stage == "train" else forward
        return graphed(run) if self.mode == "graph" else run

    @property
    def flops(self):
        """Count the operations of the propagation's products, for one clip."""
        sizes = self.make_model().sizes
        n_units, n_layers = sizes["n_units"], sizes["n_layers"]
        widths = [sizes["n_bins"] + n_units, *[2 * n_units] * (n_layers - 1)]
        n_steps, is_light = sizes["n_propagation_steps"], self.model == "light"
        flops = sum(_flops_of_a_cell(width, n_units, n_steps, is_light) for width in widths)
        both_halves = 1 if self.task == "classify" else 2
        return flops * SECONDS * both_halves * (3 if self.stage == "train" else 1)


def _flops_of_a_cell(width, n_units, n_steps, is_light):
    """Count those of a cell whose input and state are ``width`` wide together."""

    def steps(width):
        return n_steps * (9 * width**2 + 2 * N_CHANS * width)

    if is_light:
        return 2 * N_CHANS * (width * n_units + steps(n_units) + 4 * n_units**2)
    return 2 * N_CHANS * (2 * steps(width) + 3 * width * n_units)


def cells(model):
    """Give the cells of a model."""
    parts = model.encoder.cells, getattr(model, "decoder", torch.nn.Module()).children()
    kind = type(model.encoder.cells[0])
    return [part for group in parts for part in group if isinstance(part, kind)]


def graphed(run):
    """Capture a run in a CUDA graph."""
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def in_onnxruntime(model, batch):
    """Export the inference graph; run it as the other side would."""
    import onnxruntime

    x = torch.randn(batch, N_CHANS, model.n_times) * 3e-5
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        torch.onnx.export(model.eval(), (x,), path, dynamo=True, input_names=["x"], verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": x.numpy()})


def learner_seconds(case, rounds):
    """Time the graph learners of a training step alone, forward and backward."""
    model = case.make_model().train()
    present = torch.ones(case.batch, N_CHANS, dtype=torch.bool, device=DEVICE)
    gate = torch.rand(case.batch, N_CHANS, N_CHANS, device=DEVICE)
    learners = [cell.graph_learner for cell in cells(model)]
    inputs = [torch.randn(case.batch, SECONDS, N_CHANS, one.w.shape[-2]) for one in learners]

    def run():
        for learner, x in zip(learners, inputs, strict=True):
            graphs = [learner(e, gate, present) for e in learner.scores(x.to(DEVICE)).unbind(1)]
            torch.stack(graphs).square().sum().backward()

    run()
    return statistics.median(seconds(run) for _ in range(rounds))


class CountOperations(TorchDispatchMode):
    """Count what is dispatched, views included."""

    count = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        """Count one."""
        self.count += 1
        return operation(*args, **(kwargs or {}))


def seconds(run):
    """Time one run."""
    start = time.perf_counter()
    run()
    if CUDA:
        torch.cuda.synchronize()
    return time.perf_counter() - start


def matrix_product(precision):
    """Build a product of square matrices; give it and its operations."""
    size = 8192 if CUDA else 2048
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    a = torch.randn(size, size, device=DEVICE).to(kind)
    return lambda: a @ a, 2 * size**3


def set_precision(precision):
    """Let float32 products round as the case asks."""
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"


def peak_memory(case):
    """Give the MB that two runs take beyond the model's process."""
    if CUDA:
        torch.cuda.reset_peak_memory_stats()
        run = case.make_run()
        run(), run()
        return torch.cuda.max_memory_allocated() / 2**20
    command = [sys.executable, __file__, "--memory-of", json.dumps(asdict(case))]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def grown_memory(case):
    """Measure, in this fresh process, by how many MB two runs make it grow (Linux)."""

    def kilobytes(field):
        with open("/proc/self/status") as lines:
            return next(int(text.split()[1]) for text in lines if text.startswith(field))

    run = case.make_run()
    before = kilobytes("VmRSS:")
    run(), run()
    return (kilobytes("VmHWM:") - before) / 1024


def measure(cases, rounds, memory):
    """Measure cases of one batch and task together, a round after the other."""
    precisions = sorted({case.precision for case in cases})
    products = {precision: matrix_product(precision) for precision in precisions}
    runs, times = {}, {key: [] for key in [*precisions, *cases]}
    rows = []
    for case in cases:
        set_precision(case.precision)
        runs[case] = case.make_run()
        runs[case]()
    for _ in range(rounds):
        for precision in precisions:
            set_precision(precision)
            times[precision].append(seconds(products[precision][0]))
        for case, run in runs.items():
            set_precision(case.precision)
            times[case].append(seconds(run))
    for case in cases:
        set_precision(case.precision)
        duration = statistics.median(times[case])
        rate = case.flops * case.batch / duration
        flops = products[case.precision][1]
        own = flops / statistics.median(times[case.precision])
        row = asdict(case) | {
            "ms": 1e3 * duration,
            "clips_per_s": case.batch / duration,
            "gflops_per_s": rate / 1e9,
            "own_gflops_per_s": own / 1e9,
            "fraction": rate / own,
        }
        if case.mode == "eager":
            with CountOperations() as operations:
                runs[case]()
            row["operations"] = operations.count
        if case.stage == "train" and case.task == "classify":
            row["learner"] = learner_seconds(case, rounds) / duration
        if memory and case.mode != "onnx":
            row["peak_mb"] = peak_memory(case)
        rows.append(row)
        print(line(row), flush=True)
    return rows


HEADER = (
    f"{'model':9}{'task':9}{'stage':8}{'batch':>5} {'precision':10}{'mode':9}{'ms':>9}"
    f"{'clips/s':>9}{'GFLOP/s':>9}{'of own':>7}{'learner':>8}{'operations':>11}{'peak MB':>8}"
)


def line(row):
    """Format one row of the table."""
    peak = f"{row['peak_mb']:8.0f}" if "peak_mb" in row else f"{'':8}"
    learner = f"{row['learner']:8.3f}" if "learner" in row else f"{'':8}"
    return (
        f"{row['model']:9}{row['task']:9}{row['stage']:8}{row['batch']:5} {row['precision']:10}"
        f"{row['mode']:9}{row['ms']:9.1f}{row['clips_per_s']:9.1f}{row['gflops_per_s']:9.1f}"
        f"{row['fraction']:7.2f}{learner}{row.get('operations', ''):>11}{peak}"
    )


def machine_info():
    """Say on what the numbers were measured."""
    processor = platform.processor() or platform.machine()
    if sys.platform == "linux":
        with open("/proc/cpuinfo") as lines:
            names = [text.split(":")[1].strip() for text in lines if text.startswith("model name")]
        processor = names[0] if names else processor
    return {
        "processor": processor,
        "gpu": torch.cuda.get_device_name() if CUDA else None,
        "threads": torch.get_num_threads(),
        "load": os.getloadavg(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "braindecode": braindecode.__version__,
            "mne_asgpf": mne_asgpf.__version__,
        },
    }


def main():
    """Measure and print the table."""
    batches = [1, 8, 48, *([256, 1024] if CUDA else [])]
    precisions = ["float32", *(["tf32"] if CUDA else []), "bf16"]
    modes = ["eager", *(["compiled", "graph"] if CUDA else [])]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--tasks", nargs="+", default=["classify", "forecast"])
    parser.add_argument("--stages", nargs="+", default=["forward", "train"])
    parser.add_argument("--batches", nargs="+", type=int, default=batches)
    parser.add_argument("--precisions", nargs="+", default=precisions)
    parser.add_argument(
        "--modes", nargs="+", default=modes, help="eager, compiled, onnx, graph (CUDA)"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--quick", action="store_true", help="classification, batch 8, 3 rounds")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        print(grown_memory(Case(**json.loads(options.memory_of))))
        return
    if options.quick:
        options.tasks, options.batches, options.rounds = ["classify"], [8], 3
    machine = machine_info()
    print(json.dumps(machine, indent=1))
    print(HEADER)
    has_memory = CUDA or sys.platform == "linux"
    rows = []
    for task, batch in product(options.tasks, options.batches):
        choices = product(options.stages, options.precisions, options.modes, options.models)
        cases = [
            Case(model, task, stage, batch, precision, mode)
            for stage, precision, mode, model in choices
            if mode != "onnx" or (stage, precision) == ("forward", "float32")
        ]
        rows += measure(cases, options.rounds, has_memory and not options.no_memory)
    for precision in options.precisions:
        own = [row["own_gflops_per_s"] for row in rows if row["precision"] == precision]
        print(f"this machine's own product, {precision}: {statistics.median(own):.0f} GFLOP/s")
    machine["load_at_end"] = os.getloadavg()
    print("load, before and after:", machine["load"], machine["load_at_end"])
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
