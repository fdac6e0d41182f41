"""The device profile: one schema, validated at start, every error naming file, key and what is allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.errors import BadSetting

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
PROFILES = ROOT / "firmware_config"
DEMO_GOODS = PROFILES / "demo"

Milliseconds = Annotated[int, Field(ge=0, le=60_000)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShopSettings(_Section):
    name: str = Field("掌柜小店", min_length=1, max_length=40)


class WebSettings(_Section):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)  # 0: any free port
    max_sessions: int = Field(64, ge=1, le=1000)  # sockets open at once


class UnderstandingSettings(_Section):
    path: Path = Path(
        "understanding"
    )  # a folder; like every model's, below models/ here or in the data folder


class GeneratorSettings(_Section):
    path: Path = Path("generator/generator-q4_0.gguf")  # any GGUF chat model
    context: int = Field(512, ge=256, le=32_768)  # tokens of prompt and reply, for each session
    slots: int = Field(8, ge=1, le=64)  # sessions whose prompt prefix stays evaluated
    threads: int = Field(2, ge=1, le=64)
    max_tokens: int = Field(96, ge=16, le=512)  # of a reply
    deadline_ms: Milliseconds = 8_000  # after that a template answers


class AsrSettings(_Section):
    path: Path = Path("vosk-small-cn")  # a Vosk model folder; without it there is no voice


class VadSettings(_Section):
    aggressiveness: int = Field(2, ge=0, le=3)


class EndpointSettings(_Section):
    silence_ms: Milliseconds = 700  # of silence that end an utterance
    min_speech_ms: Milliseconds = 120  # of speech below which it was a noise
    pre_roll_ms: Milliseconds = 300  # of sound kept from before it
    max_utterance_ms: Milliseconds = 20_000


class Settings(_Section):
    """What a profile may say. Every key has a default, so an empty profile is the demo."""

    shop: ShopSettings = ShopSettings()
    web: WebSettings = WebSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    generator: GeneratorSettings = GeneratorSettings()
    asr: AsrSettings = AsrSettings()
    vad: VadSettings = VadSettings()
    endpoint: EndpointSettings = EndpointSettings()


def load_settings(profile: Path) -> Settings:
    """Read a profile. Raises BadSetting naming the file, the key and what was expected."""
    try:
        with profile.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise BadSetting(f"{profile}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{profile}: not TOML: {error}") from None
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadSetting(f"{profile}: {key}: {first['msg']}, got {first['input']!r}") from None


def model_path(path: Path, data_dir: Path) -> Path:
    """Where a model that a profile names lies: bundled, or pulled into the data folder."""
    return next((found for base in (MODELS, data_dir / "models") if (found := base / path).exists()), path)
