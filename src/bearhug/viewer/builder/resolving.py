"""Configs and splits of a folder, as `datasets` itself resolves them. Nothing is decided here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from datasets import DatasetBuilder, DownloadConfig, SplitGenerator, StreamingDownloadManager
from datasets.load import dataset_module_factory, get_dataset_builder_class

from bearhug.viewer.builder.failing import FAILURES, told

MOST_CONFIGS = 4000
MOST_SPLITS = 30
MOST_COLUMNS = 10_000
HEADER_BYTES = 4 * 1024 * 1024
SPLIT = re.compile(r"\w+(\.\w+)*")
"""As in datasets/splits.py; a hyphen is none of it, so no folder of shards can be another's."""


class TooMuch(ValueError):
    """More configs or splits than the viewer takes."""


@dataclass
class Folder:
    """A dataset's files at one commit, and what `datasets` takes them for."""

    path: Path
    name: str
    scratch: Path

    @cached_property
    def _module(self) -> Any:
        return dataset_module_factory(str(self.path))

    def described(self) -> dict[str, object]:
        """{configs: [{config, default, builder, splits, bytes} or {config, failure}], failure?}.

        The default config comes first, the others by name.
        """
        try:
            names, default = self._names()
        except FAILURES as error:
            return {"configs": [], "failure": told(error, "ConfigNamesError", str(self.path))}
        return {"configs": [self._config(name, name == default) for name in names]}

    def builder(self, config: str) -> DatasetBuilder:
        """The library's own builder of a config, which reads without writing a copy."""
        module = self._module
        kwargs = {**module.builder_kwargs, "dataset_name": self.name}
        kwargs.pop("config_name", None)
        infos = module.dataset_infos or {}
        made = self._class()(
            cache_dir=str(self.scratch / "cache"),
            config_name=config,
            hash="viewer",
            info=infos.get(config),
            **kwargs,
        )
        made.info.splits = None  # what a card once said of them; they are counted anew
        return made

    def splits(self, builder: DatasetBuilder) -> dict[str, SplitGenerator]:
        """By name. Raises TooMuch, or ValueError for a name that cannot be."""
        manager = StreamingDownloadManager(
            base_path=builder.base_path,
            download_config=DownloadConfig(),
            dataset_name=builder.dataset_name,
            data_dir=builder.config.data_dir,
        )
        found = {str(each.name): each for each in builder._split_generators(manager)}
        if len(found) > MOST_SPLITS:
            raise TooMuch(f"A config may have {MOST_SPLITS} splits; this one has {len(found)}.")
        for name in found:
            if not SPLIT.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a split: use letters, digits, '_' and '.'.")
        return found

    def check_width(self, builder: DatasetBuilder) -> None:
        """Raises TooMuch for tables of so many columns that reading one would take minutes."""
        separator = str(getattr(builder.config, "sep", None) or ",").encode()
        if builder.name != "csv":
            return
        for split in builder.config.data_files or {}:
            for path in self.origins(builder, split):
                with path.open("rb") as file:
                    columns = file.readline(HEADER_BYTES).count(separator) + 1
                if columns > MOST_COLUMNS:
                    raise TooMuch(f"{path.name} has {columns} columns; {MOST_COLUMNS} are read.")

    def origins(self, builder: DatasetBuilder, split: str) -> list[Path]:
        """The files in the repo that a split is read from."""
        files = (builder.config.data_files or {}).get(split, [])
        return [Path(each) for each in files]

    def _class(self) -> type[DatasetBuilder]:
        cls: type[DatasetBuilder] = get_dataset_builder_class(self._module, dataset_name=self.name)
        return cls

    def _names(self) -> tuple[list[str], str]:
        cls = self._class()
        named: Mapping[str, Any] = cls.builder_configs
        default = cls.DEFAULT_CONFIG_NAME or (next(iter(named)) if len(named) == 1 else "")
        names = sorted(named) if named else ["default"]
        if not named:
            default = "default"
        if len(names) > MOST_CONFIGS:
            raise TooMuch(f"A dataset may have {MOST_CONFIGS} configs; this has {len(names)}.")
        return sorted(names, key=lambda name: (name != default, name)), default

    def _config(self, name: str, default: bool) -> dict[str, object]:
        said: dict[str, object] = {"config": name, "default": default}
        try:
            builder = self.builder(name)
            splits = [*self.splits(builder)]
            files = {path for split in splits for path in self.origins(builder, split)}
            size = sum(path.stat().st_size for path in files)
        except FAILURES as error:
            failure = told(error, "SplitNamesError", str(self.path), config=name)
            return {**said, "splits": [], "bytes": 0, "builder": "", "failure": failure}
        return {**said, "splits": splits, "bytes": size, "builder": builder.name}
