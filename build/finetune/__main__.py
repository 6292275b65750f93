"""Run the recipe from end to end: ``python3 dev.py finetune [ITEMS.jsonl] [--out FOLDER]``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from build.environment import ROOT
from build.finetune.items import Broken, Parts, part, read_items
from build.models import default_model_files
from medbot_desktop.errors import InputError, MedBotError, ModelError

_MODEL = "smollm2-135m-instruct-q4_1"
_ITEMS = ROOT / "build/finetune/appointments.jsonl"
_SHOWN_BROKEN = 5


def main(arguments: list[str] | None = None) -> int:
    """Teach, judge and export.

    Returns:
        The exit status: 0 done, 1 a clear error, 130 stopped by a person.
    """
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        items, broken = read_items(asked.items, asked.most_broken)
        _tell_broken(asked.items, broken)
        parts = part(items, asked.held_out, asked.seed)
        out = _new_folder(asked.out)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-", ignore_cleanup_errors=True) as name:
            made = Path(name) / "made"
            made.mkdir()
            report = {"items": asked.items.name, "broken": len(broken)} | _teach(asked, parts, made)
            (made / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
            shutil.rmtree(out, ignore_errors=True)
            made.replace(out)
    except MedBotError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(_table(report))
    print(f"\nWritten to {out}.")
    return 0


def _teach(asked: argparse.Namespace, parts: Parts, made: Path) -> dict[str, Any]:
    """Carry out the steps, which need the libraries that only this recipe has."""
    from build.finetune.adapter import llama_cpp_eyes, write_adapter
    from build.finetune.base import open_base
    from build.finetune.judging import compare, judge
    from build.finetune.onnx_files import MODEL, onnx_eyes, write_onnx
    from build.finetune.training import Course, train

    logging.disable(logging.WARNING)  # the quantiser tells of each of some thousand nodes
    began = time.monotonic()
    base = open_base(asked.model or _default_model())
    base.check_lengths([*parts.train, *parts.watched, *parts.held_out])
    course = Course(
        rank=asked.rank, alpha=asked.alpha, dropout=asked.dropout, passes=asked.passes, rate=asked.rate, seed=asked.seed
    )
    with llama_cpp_eyes(base.file, None) as predict:
        before, written = judge(base, base.model, parts.held_out)
        agreements = {"base: llama.cpp, Q4_1": compare(base, parts.held_out, written, predict)}
    training = time.monotonic()
    model = train(base, parts, course)
    trained = time.monotonic()
    after, written = judge(base, model, parts.held_out)
    write_adapter(model, base, course, made / "adapter.gguf")
    with llama_cpp_eyes(base.file, made / "adapter.gguf") as predict:
        agreements["taught: llama.cpp, Q4_1 with the GGUF adapter"] = compare(base, parts.held_out, written, predict)
    if asked.onnx:
        write_onnx(base, model.merge_and_unload(), made / "onnx")
        predict = onnx_eyes(base, made / "onnx" / MODEL)
        agreements["taught: ONNX Runtime, merged, 8 bits"] = compare(base, parts.held_out, written, predict)
    return {
        "course": dataclasses.asdict(course),
        "parts": {"train": len(parts.train), "watched": len(parts.watched), "held_out": len(parts.held_out)},
        "before": dataclasses.asdict(before),
        "after": dataclasses.asdict(after),
        "agreements": {name: dataclasses.asdict(one) | {"share": one.share} for name, one in agreements.items()},
        "bytes": {file.relative_to(made).as_posix(): file.stat().st_size for file in made.rglob("*") if file.is_file()},
        "answers": [
            {"input": item.input, "wanted": item.output, "written": base.text(tokens)}
            for item, tokens in zip(parts.held_out, written, strict=True)
        ],
        "seconds": {"training": trained - training, "all": time.monotonic() - began},
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 dev.py finetune", description=(__doc__ or "").partition(":")[0])
    say = parser.add_argument
    say("items", nargs="?", type=Path, default=_ITEMS, help='lines of {"instruction", "input", "output"}')
    say(
        "--out", type=Path, default=ROOT / "dist/finetuned", help="folder for what is made; one made before is replaced"
    )
    say("--model", type=Path, help="the GGUF file to teach; without it, the default model")
    say("--rank", type=_above(int, 0), default=16)
    say("--alpha", type=_above(int, 0), default=32)
    say("--dropout", type=_share, default=0.05)
    say("--passes", type=_above(int, 0), default=5, help="how often it goes through the items")
    say("--rate", type=_above(float, 0), default=1e-3, help="the highest learning rate")
    say("--held-out", type=_share, default=0.2, help="share of the items that only judge")
    say("--seed", type=int, default=0)
    say("--most-broken", type=_above(int, -1), default=5, help="how many broken lines are left out before it stops")
    say("--no-onnx", dest="onnx", action="store_false", help="make the adapter only")
    return parser


def _above(kind: type[int] | type[float], least: int) -> Any:
    def number(text: str) -> int | float:
        value = kind(text)
        if not least < value < 1e6:
            raise argparse.ArgumentTypeError(f"must be a number above {least}")
        return value

    return number


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("must be a share: from 0 up to, not including, 1")
    return value


def _tell_broken(file: Path, broken: list[Broken]) -> None:
    for bad in broken[:_SHOWN_BROKEN]:
        print(f"{file.name}, line {bad.line} {bad.why}; it is left out.", file=sys.stderr)
    if len(broken) > _SHOWN_BROKEN:
        print(f"{file.name}: {len(broken) - _SHOWN_BROKEN} more broken lines are left out.", file=sys.stderr)


def _new_folder(folder: Path) -> Path:
    """The folder to make, which nothing but an earlier run may have made.

    Raises:
        InputError: it cannot be made there, or holds something else.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder / "report.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} holds something else.", hint="Name another folder with --out.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}.", hint="Name another with --out.") from error
    return folder


def _default_model() -> Path:
    for place, file in default_model_files(ROOT):
        if place.parts[0] == _MODEL and file:
            return file
    raise ModelError("The model to teach is not there.", hint="Fetch it first: python3 dev.py run -- models sync")


def _table(report: dict[str, Any]) -> str:
    """The figures as they stand in the README."""
    before, after, parts, seconds = (report[name] for name in ("before", "after", "parts", "seconds"))
    lines = [
        f"| {parts['held_out']} held-out items | before | after |",
        "| --- | --- | --- |",
        f"| loss (nats a token) | {before['loss']:.3f} | {after['loss']:.3f} |",
        f"| right to the letter | {before['exact']} | {after['exact']} |",
        "",
        "| runtime, against 32-bit transformers on the held-out items | equal tokens | same answers |",
        "| --- | --- | --- |",
    ]
    for name, one in report["agreements"].items():
        lines.append(
            f"| {name} | {one['equal']} of {one['tokens']} ({one['share']:.1%}) | {one['same']} of {one['texts']} |"
        )
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sorted(report["bytes"].items()) if size > 1e6)
    lines += [
        "",
        f"{parts['train']} items trained on and {parts['watched']} watched; {seconds['training']:.0f} s of training, "
        f"{seconds['all']:.0f} s in all; {sizes}.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
