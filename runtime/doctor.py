"""``zhanggui doctor``: what on this machine would keep the shop from running, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from http.client import HTTPException
from pathlib import Path

from runtime.asr.engine import PULL
from runtime.errors import BadSetting
from runtime.models import read_manifest, verify
from runtime.store.store import FILE_NAME

CPU_FLAGS = ("avx2", "fma", "f16c", "bmi2")  # what build.sh lets the compiler use
MIN_CORES = 2
MIN_MEMORY_MB = 3_500  # sold as 4 GB
MIN_FREE_MB = 1_000
EARLIEST = date(2026, 1, 1)  # no box with this program has an earlier date
ENGINES = "import hnswlib, llama_cpp, onnxruntime, vosk, webrtcvad"
HEAR_SILENCE = """
import sys; from pathlib import Path
from runtime.asr.engine import VoskEngine; from runtime.types import AudioFrame
recogniser = VoskEngine(Path(sys.argv[1])).recogniser()
for ms in range(0, 1000, 20): recogniser.accept(AudioFrame(bytes(640), ms, 20))
recogniser.final()
"""
TRIAL_S = 60.0
ANSWER_S = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``fix`` without a fault is a hint."""

    name: str
    ok: bool
    detail: str
    fix: str = ""  # in Chinese and English


def examine(
    data_dir: Path, models_dir: Path, host: str, port: int, recogniser: Path | None
) -> tuple[Finding, ...]:
    """Look at everything, change nothing. ``recogniser``: the Vosk model folder, if the profile names one."""
    return (
        check_python(sys.version_info[:2]),
        check_processor(platform.machine(), Path("/proc/cpuinfo").read_text(errors="replace")),
        check_cores(len(os.sched_getaffinity(0))),
        check_memory(Path("/proc/meminfo").read_text()),
        check_disk(_existing(data_dir)),
        check_clock(date.today()),
        check_engines(),
        *check_models(models_dir, data_dir / "models"),
        check_database(data_dir / FILE_NAME),
        check_recogniser(recogniser),
        check_port(host, port),
    )


def _verdict(name: str, ok: bool, detail: str, fix: str) -> Finding:
    return Finding(name, ok, detail, "" if ok else fix)


def check_python(version: tuple[int, int]) -> Finding:
    shown = ".".join(map(str, version))
    return _verdict(
        "python", version >= (3, 11), shown, "需要 Python 3.11 以上 / install Python 3.11 or newer"
    )


def check_processor(machine: str, cpuinfo: str) -> Finding:
    """``cpuinfo``: the text of /proc/cpuinfo."""
    if machine != "x86_64":
        return Finding(
            "processor", True, machine, "未在此类处理器上测试 / not tested on this kind of processor"
        )
    flags = next((line.split() for line in cpuinfo.splitlines() if line.startswith("flags")), [])
    lacking = [flag for flag in CPU_FLAGS if flag not in flags]
    detail = f"lacks {', '.join(lacking)}" if lacking else f"has {', '.join(CPU_FLAGS)}"
    return _verdict(
        "processor", not lacking, detail, "处理器太旧, 需要 AVX2 / the processor is too old: AVX2 needed"
    )


def check_cores(cores: int) -> Finding:
    return _verdict("cores", cores >= MIN_CORES, str(cores), "至少需要 2 核 / 2 cores or more are needed")


def check_memory(meminfo: str) -> Finding:
    """``meminfo``: the text of /proc/meminfo."""
    total_kb = next((line.split()[1] for line in meminfo.splitlines() if line.startswith("MemTotal:")), "0")
    total_mb = int(total_kb) // 1024
    return _verdict(
        "memory", total_mb >= MIN_MEMORY_MB, f"{total_mb} MB", "至少需要 4 GB 内存 / 4 GB are needed"
    )


def check_disk(folder: Path) -> Finding:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    ok = free_mb >= MIN_FREE_MB and os.access(folder, os.W_OK)
    detail = f"{free_mb} MB free in {folder}" + ("" if os.access(folder, os.W_OK) else ", not writable")
    return _verdict("disk", ok, detail, "请清理磁盘或检查写权限 / free some space, or allow writing")


def check_clock(today: date) -> Finding:
    return _verdict(
        "clock", today >= EARLIEST, today.isoformat(), "日期不对, 促销会出错 / set the date: offers need it"
    )


def check_engines() -> Finding:
    problem = _trial(ENGINES)
    return _verdict(
        "engines", not problem, problem or "all load", "请重新运行 ./build.sh run / run ./build.sh run again"
    )


def check_models(bundled: Path, pulled: Path) -> Iterator[Finding]:
    try:
        checks = verify(read_manifest(bundled / "manifest.toml"), [bundled, pulled])
    except BadSetting as error:
        yield Finding("models", False, str(error), "请重新安装 / install again")
        return
    for check in checks:
        if not check.ok:
            fix = (
                f"重新下载: zhanggui models pull {check.model}, 或重新安装 / pull it again, or install again"
            )
            yield Finding("models", False, f"{check.path}: {check.detail or check.status}", fix)
    if all(check.ok for check in checks):
        yield Finding("models", True, f"{sum(check.here for check in checks)} files here and whole")


def check_database(path: Path) -> Finding:
    if not path.exists():
        return Finding("database", True, "not there yet", "首次启动时创建 / the first start creates it")
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        ) as connection:
            answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        answer = str(error)
    return _verdict("database", answer == "ok", answer, "数据库损坏, 请恢复备份 / damaged: restore a backup")


def check_recogniser(folder: Path | None) -> Finding:
    if folder is None:
        return Finding("recogniser", True, "none: text only", f"语音输入可选 / to hear customers: {PULL}")
    # In a process of its own: a damaged model may end the one that loads it.
    problem = _trial(HEAR_SILENCE, str(folder))
    return _verdict(
        "recogniser", not problem, problem or f"{folder} hears", f"请重新下载 / pull it again: {PULL}"
    )


def check_port(host: str, port: int) -> Finding:
    name = f"{host}:{port}"
    try:
        with socket.create_server((host, port)):
            return Finding("port", True, f"{name} is free")
    except OSError as error:
        if _shop_answers(host, port):
            return Finding("port", True, f"the shop is running on {name}")
        fix = "换一个端口 (web.port) / choose another web.port, or stop the program that has it"
        return Finding("port", False, f"{name}: {error.strerror}", fix)


def _shop_answers(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/api/shop", timeout=ANSWER_S) as response:
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.absolute().parent)


def _trial(code: str, *args: str) -> str:
    """What goes wrong when Python code runs in a process of its own; empty when nothing does."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *args],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TRIAL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {TRIAL_S:.0f} s"
    if done.returncode < 0:
        return f"ended by signal {-done.returncode}"
    last_line = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return last_line if done.returncode else ""
