"""What is embedded for each kind of knowledge: the same words in training and on the box."""

from __future__ import annotations

from runtime.types import Faq, Product, Script

_KEY_SPECS = 3
_MAX_CHARS = 60  # the encoder reads at most 64 tokens


def product_text(product: Product) -> str:
    """Name, category, brand, model, features, first specs and description, cut at 60 characters."""
    specs = (f"{name}{value}" for name, value in product.specs[:_KEY_SPECS])
    parts = (product.name, product.category, product.brand, product.model, *product.features, *specs)
    return _joined(*parts, product.description)


def faq_text(faq: Faq) -> str:
    """The question alone: customers ask in its words, not in the answer's."""
    return _joined(faq.question)


def script_text(script: Script) -> str:
    """A salesperson's line, headed by the intent that it answers."""
    return _joined(script.intent.value if script.intent else "", script.text)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)[:_MAX_CHARS]
