"""The ``zhanggui`` command. Every error is one line with a code; exit status 0 or 1."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from runtime.errors import ZhangguiError
from runtime.settings import MODELS, PROFILES, Settings, load_settings, model_path

if TYPE_CHECKING:
    from runtime.shop import Shop

_EXAMPLES = {
    "serve": "zhanggui serve --data-dir data",
    "batch": "zhanggui batch --data-dir data < turns.jsonl > out.jsonl",
    "hear": "zhanggui hear question.wav --json --fast",
    "catalog import": "zhanggui catalog import goods.xlsx --data-dir data",
    "catalog search": "zhanggui catalog search 省电的空调",
    "models list": "zhanggui models list",
    "models verify": "zhanggui models verify",
    "models pull": "zhanggui models pull qwen3-0.6b",
    "doctor": "zhanggui doctor --json",
}


def main() -> None:
    """Entry point of the ``zhanggui`` command."""
    args = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        sys.exit(args.run(args) or 0)
    except ZhangguiError as error:
        sys.exit(f"zhanggui: {error}")
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        sys.exit(f"zhanggui: {error} [io-failed]")
    except KeyboardInterrupt:
        sys.exit(130)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see --help [usage]\n")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"expected 0 to 65535, got {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--data-dir", type=Path, default=Path("data"), help="database, index, pulled models")
    common.add_argument("--profile", type=Path, default=PROFILES / "demo.toml", help="device profile (TOML)")
    parser = _Parser(prog="zhanggui", description="An AI shop assistant on the shop's own box.")
    top = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        group: argparse._SubParsersAction[_Parser],
        name: str,
        run: Callable[[argparse.Namespace], int | None],
        summary: str,
    ) -> argparse.ArgumentParser:
        command = group.add_parser(
            name.split()[-1],
            parents=[common],
            help=summary,
            description=summary,
            epilog=f"example: {_EXAMPLES[name]}",
        )
        command.set_defaults(run=run)
        return command

    serve = add(top, "serve", _serve, "serve the shop's pages")
    serve.add_argument("--port", type=_port, help="instead of the profile's")
    add(top, "batch", _batch, "answer turns from standard input, one JSON object a line")
    hear = add(top, "hear", _hear, "take a WAV file through listening and a turn")
    hear.add_argument("file", type=Path)
    hear.add_argument("--json", action="store_true", help="one JSON object an event")
    hear.add_argument("--fast", action="store_true", help="as fast as possible instead of in real time")

    catalog = top.add_parser("catalog", help="the shop's goods").add_subparsers(
        required=True, metavar="COMMAND"
    )
    importing = add(
        catalog, "catalog import", _catalog_import, "replace goods, questions or scripts from a file"
    )
    importing.add_argument("file", type=Path, help="CSV, XLSX or JSON")
    search = add(catalog, "catalog search", _catalog_search, "find goods by words")
    search.add_argument("text")

    models = top.add_parser("models", help="model files").add_subparsers(required=True, metavar="COMMAND")
    add(models, "models list", _models_list, "what the manifest knows and what is here")
    add(models, "models verify", _models_verify, "compare every file with its checksum")
    pull = add(models, "models pull", _models_pull, "download a model, going on where a download stopped")
    pull.add_argument("name")

    examine = add(top, "doctor", _doctor, "examine this machine and say what to mend")
    examine.add_argument("--json", action="store_true")
    return parser


def _with_shop(args: argparse.Namespace, use: Callable[[Shop], Awaitable[int | None]]) -> int | None:
    from runtime.shop import Shop  # the engines take a second to load: not for --help

    async def run() -> int | None:
        async with Shop.opened(_settings(args), args.data_dir) as shop:
            return await use(shop)

    return asyncio.run(run())


def _settings(args: argparse.Namespace) -> Settings:
    return load_settings(args.profile)


def _serve(args: argparse.Namespace) -> None:
    from runtime.web.serve import serve

    asyncio.run(serve(_settings(args), args.data_dir, args.port))


def _batch(args: argparse.Namespace) -> int | None:
    from runtime.batch import run_batch, to_line

    async def use(shop: Shop) -> None:
        async for answer in run_batch(shop, sys.stdin.buffer):
            print(to_line(answer), flush=True)

    return _with_shop(args, use)


def _hear(args: argparse.Namespace) -> int | None:
    from runtime.hear import hear_file

    async def use(shop: Shop) -> None:
        async for event in hear_file(shop, args.file, fast=args.fast):
            print(json.dumps(event, ensure_ascii=False) if args.json else event["line"], flush=True)

    return _with_shop(args, use)


def _catalog_import(args: argparse.Namespace) -> int | None:
    async def use(shop: Shop) -> None:
        await shop.import_goods(args.file)
        print(json.dumps(shop.counts(), ensure_ascii=False))

    return _with_shop(args, use)


def _catalog_search(args: argparse.Namespace) -> int | None:
    async def use(shop: Shop) -> None:
        for hit in await shop.search(args.text):
            print(f"{hit.product.id}\t{hit.product.name}\t{hit.product.price:g}元\t{hit.reason}")

    return _with_shop(args, use)


def _folders(args: argparse.Namespace) -> tuple[Path, Path]:
    return (MODELS, args.data_dir / "models")


def _models_list(args: argparse.Namespace) -> None:
    from runtime.models import Status, read_manifest, verify

    for model in read_manifest(MODELS / "manifest.toml"):
        here = all(check.status is Status.OK for check in verify([model], _folders(args)))
        print(f"{model.name}\t{model.version}\t{model.licence}\t{'here' if here else 'not here'}")


def _models_verify(args: argparse.Namespace) -> int:
    from runtime.models import read_manifest, verify

    checks = verify(read_manifest(MODELS / "manifest.toml"), _folders(args))
    for check in checks:
        print(f"{check.status}\t{check.path}\t{check.detail}")
    return int(not all(check.ok for check in checks))


def _models_pull(args: argparse.Namespace) -> None:
    from runtime.models import named, pull, read_manifest

    def progress(path: str, done: int, total: int | None) -> None:
        share = f" of {total / 1e6:.1f}" if total else ""
        print(f"\r{path}: {done / 1e6:.1f}{share} MB", end="", file=sys.stderr, flush=True)

    pull(named(read_manifest(MODELS / "manifest.toml"), args.name), args.data_dir / "models", progress)
    print(f"\n{args.name}: here and checked", file=sys.stderr)


def _doctor(args: argparse.Namespace) -> int:
    from runtime.doctor import examine

    settings = _settings(args)
    recogniser = model_path(settings.asr.path, args.data_dir)
    here = recogniser if recogniser.exists() else None
    findings = examine(args.data_dir, MODELS, settings.web.host, settings.web.port, here)
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'BAD '} {finding.name}: {finding.detail}")
            if finding.fix:
                print(f"     -> {finding.fix}")
    return int(not all(finding.ok for finding in findings))
