"""Cells of every type, as the Hub's viewer tells them."""

import datetime
import decimal
import json
from pathlib import Path
from zlib import adler32

import datasets
import pyarrow as pa
import pytest

from bearhug.viewer.engine import cells
from bearhug.viewer.engine.engine import Engine
from bearhug.viewer.engine.refusals import AssetNotFound
from bearhug.viewer.engine.splits import Assets, Split
from tests.viewer.parquets import of_features, picture, sound, split_of

HERE = Assets("http://hub/a", "?sig=1")
PDF = b"%PDF-1.4 nothing"
TEXT = datasets.Value("string")
FEATURES = datasets.Features(
    {
        "image": datasets.Image(),
        "audio": datasets.Audio(),
        "video": datasets.Video(),
        "pdf": datasets.Pdf(),
        "label": datasets.ClassLabel(names=["no", "yes"]),
        "list": datasets.List(datasets.Value("float32")),
        "pictures": datasets.List({"page": datasets.Image(), "n": datasets.Value("int8")}),
        "struct": {"a": TEXT, "b": {"c": datasets.Value("bool")}},
        "json": datasets.Json(),
        "blob": datasets.Value("binary"),
        "when": datasets.Value("timestamp[ns]"),
        "zoned": datasets.Value("timestamp[us, tz=UTC]"),
        "day": datasets.Value("date32"),
        "money": datasets.Value("decimal128(6, 2)"),
        "board": datasets.Array2D((2, 2), "int32"),
        "said": datasets.Translation(["de", "fr"]),
    }
)
NOON = datetime.datetime(2026, 11, 22, 12, 0, 0, 500)
FULL = {
    "image": {"bytes": picture(7, 5), "path": None},
    "audio": {"bytes": sound(0.5), "path": "a.wav"},
    "video": {"bytes": b"\0\0\0\x18ftypmp42" + b"\0" * 20, "path": "v.mp4"},
    "pdf": {"bytes": PDF, "path": "d.pdf"},
    "label": 1,
    "list": [1.5, float("nan"), None],
    "pictures": [{"page": {"bytes": picture(2, 3, "JPEG"), "path": None}, "n": 4}, None],
    "struct": {"a": "é", "b": {"c": True}},
    "json": '{"x": [1, "two", null]}',
    "blob": b"\0\xff",
    "when": NOON,
    "zoned": NOON.replace(tzinfo=datetime.UTC),
    "day": datetime.date(2026, 11, 22),
    "money": decimal.Decimal("12.30"),
    "board": [[1, 2], [3, 4]],
    "said": {"de": "ja", "fr": "oui"},
}


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    columns = {name: [FULL[name], None] for name in FEATURES}
    columns["json"] = [FULL["json"], None]
    table = pa.table(
        {
            name: FEATURES[name].cast_storage(pa.array(values))
            if name in ("image", "audio", "video", "pdf")
            else pa.array(values, FEATURES.arrow_schema.field(name).type)
            if name != "board"
            else pa.ExtensionArray.from_storage(
                FEATURES.arrow_schema.field(name).type,
                pa.array(values, FEATURES.arrow_schema.field(name).type.storage_type),
            )
            for name, values in columns.items()
        },
        schema=FEATURES.arrow_schema,
    )
    return split_of(tmp_path_factory.mktemp("cells"), table)


def test_features_are_those_of_datasets(split: Split, engine: Engine) -> None:
    told = engine.describe(split.files[0].path)
    assert told["features"] == split.features == json.loads(json.dumps(FEATURES.to_dict()))
    assert told["rows"] == 2


def test_every_type_has_its_shape(split: Split, engine: Engine) -> None:
    nested = f"image-{adler32(json.dumps([0, 'page']).encode()):x}.jpg"
    first, second = engine.rows(split, offset=0, length=2, assets=HERE)["rows"]
    assert first["row_idx"] == 0
    assert first["row"] == {
        "image": {"src": "http://hub/a/0/image/image.png?sig=1", "height": 5, "width": 7},
        "audio": [{"src": "http://hub/a/0/audio/audio.wav?sig=1", "type": "audio/wav"}],
        "video": {"src": "http://hub/a/0/video/video.mp4?sig=1"},
        "pdf": {
            "src": "http://hub/a/0/pdf/document.pdf?sig=1",
            "thumbnail": None,
            "size_bytes": len(PDF),
        },
        "label": 1,
        "list": [1.5, None, None],
        "pictures": [
            {
                "page": {
                    "src": f"http://hub/a/0/pictures/{nested}?sig=1",
                    "height": 3,
                    "width": 2,
                },
                "n": 4,
            },
            None,
        ],
        "struct": {"a": "é", "b": {"c": True}},
        "json": {"x": [1, "two", None]},
        "blob": "AP8=",
        "when": "2026-11-22T12:00:00.000500",
        "zoned": "2026-11-22T12:00:00.000500Z",
        "day": "2026-11-22",
        "money": "12.30",
        "board": [[1, 2], [3, 4]],
        "said": {"de": "ja", "fr": "oui"},
    }
    assert all(value is None for value in second["row"].values())


def test_each_asset_is_had_by_its_name(split: Split, engine: Engine) -> None:
    assert engine.asset(split, row=0, column="image", name="image.png") == (
        picture(7, 5),
        "image/png",
    )
    assert engine.asset(split, row=0, column="audio", name="audio.wav") == (sound(0.5), "audio/wav")
    assert engine.asset(split, row=0, column="pdf", name="document.pdf") == (PDF, "application/pdf")
    nested = cells.asset_name("image", "jpg", (0, "page"))
    content, kind = engine.asset(split, row=0, column="pictures", name=nested)
    assert (content, kind) == (picture(2, 3, "JPEG"), "image/jpeg")
    for row, column, name in (
        (1, "image", "image.png"),
        (0, "image", "image.jpg"),
        (0, "image", "../../etc/passwd"),
        (0, "label", "image.png"),
        (0, "nope", "image.png"),
        (9, "image", "image.png"),
    ):
        with pytest.raises(AssetNotFound):
            engine.asset(split, row=row, column=column, name=name)


def test_pictures_that_browsers_do_not_show_are_drawn_anew(tmp_path: Path, engine: Engine) -> None:
    features = datasets.Features({"image": datasets.Image()})
    found = [picture(4, 4, "TIFF"), picture(4, 4, "TIFF", "RGBA"), b"no picture", b""]
    table = of_features({"image": [{"bytes": each, "path": None} for each in found]}, features)
    split = split_of(tmp_path, table)
    page = engine.rows(split, offset=0, length=4, assets=HERE)
    told = [item["row"]["image"] for item in page["rows"]]
    assert [each and each["src"].split("/")[-1] for each in told] == [
        "image.jpg?sig=1",
        "image.png?sig=1",
        None,
        None,
    ]
    assert engine.asset(split, row=0, column="image", name="image.jpg")[0][:2] == b"\xff\xd8"
    assert engine.asset(split, row=1, column="image", name="image.png")[0][:4] == b"\x89PNG"
