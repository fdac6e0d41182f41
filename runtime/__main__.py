"""``python -m runtime`` is the ``zhanggui`` command."""

from runtime.cli import main

main()
