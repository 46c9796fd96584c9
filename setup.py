"""Everything is stated in pyproject.toml. This lets `pip install -e .` install data files, as `pip install .` does."""

from setuptools import Distribution, setup


class WithData(Distribution):
    def has_data(self) -> bool:  # what setuptools asks in an editable installation, and by itself has no answer to
        return self.has_data_files()


setup(distclass=WithData)
