"""Strict nbval on a busy machine: a kernel may take minutes to start, an output longer than nbval's five seconds."""

import pytest

PATIENCE = 600  # seconds


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "nbval_kernel_startup_timeout"):
        config.option.nbval_kernel_startup_timeout = PATIENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if hasattr(item, "output_timeout"):  # a cell of a notebook; nbval has no option for this
            item.output_timeout = PATIENCE
