"""Configuration is the packaged company, the file over it, the environment over both; what is wrong is named."""

import stat
import tomllib
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

from model import configuration
from model.errors import ConfigurationInvalid, ModelError

COMPANY = tomllib.loads(files("model").joinpath("company.toml").read_text("utf-8"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No loket.toml in the working directory but the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def written(tmp_path):
    def write(content, name="company.toml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_without_file_and_variables_it_is_the_packaged_company():
    found = configuration.read({"HOME": "/home/anna", "PATH": "/bin"})

    assert (found.values, found.file, found.variables, found.data_dir) == (COMPANY, None, {}, Path("data"))


def test_a_file_stands_over_the_company_and_a_variable_over_the_file(written):
    file = written('site = "file"\ndata_dir = "from-file"\n[database]\nurl = "file"\npool = 3')

    found = configuration.read({"LOKET_DATABASE__URL": "variable", "LOKET_DATA_DIR": "from-variable"}, file)

    ours = {"site": "file", "data_dir": "from-variable", "database": {"url": "variable", "pool": 3}}
    assert found.values == COMPANY | ours
    assert (found.file, found.data_dir) == (Path(file), Path("from-variable"))


def test_it_is_known_which_variable_gave_which_value():
    found = configuration.read({"LOKET_DATABASE__URL": "x", "LOKET_DATA_DIR": "y", "LOKET": "z", "OTHER": "z"})

    assert found.variables == {("data_dir",): "LOKET_DATA_DIR", ("database", "url"): "LOKET_DATABASE__URL"}


@pytest.mark.parametrize("table", ["categories", "desks"])
def test_categories_and_desks_of_ones_own_replace_the_packaged_ones_whole(written, table):
    found = configuration.read({}, written(f'[{table}.all]\ntitle = "all"'))

    assert found.values == COMPANY | {table: {"all": {"title": "all"}}}


def test_a_variable_changes_one_value_of_one_category_and_leaves_the_next_reading_alone():
    found = configuration.read({"LOKET_CATEGORIES__SPAM__DESK": "care"})

    spam = COMPANY["categories"]["spam"] | {"desk": "care"}
    assert found.values == COMPANY | {"categories": COMPANY["categories"] | {"spam": spam}}
    assert configuration.read({}).values == COMPANY


@pytest.mark.parametrize(
    ("text", "value"),
    [('["libretranslate"]', ["libretranslate"]), (" []", []), ('{"a": [1, null]}', {"a": [1, None]})],
)
def test_a_variable_may_be_a_list_or_table_of_json(text, value):
    assert configuration.read({"LOKET_A__B__C": text}).values["a"] == {"b": {"c": value}}


@pytest.mark.parametrize("text", ["5", "0123456789", "true", '"quoted"', "", "http://[::1]:5000", "[not json"])
def test_any_other_variable_is_the_text_as_it_is_written(text):
    assert configuration.read({"LOKET_A__B__C": text}).values["a"] == {"b": {"c": text}}


def test_a_variable_below_a_value_that_is_no_table_is_refused(written):
    with pytest.raises(ConfigurationInvalid, match=r"^LOKET_DATABASE__URL: database is not a table$"):
        configuration.read({"LOKET_DATABASE__URL": "x"}, written("database = 5"))


def test_the_file_named_first_is_read(written):
    argument, variable = written('site = "argument"', "a.toml"), written('site = "variable"', "b.toml")
    written('site = "working directory"', "loket.toml")

    assert configuration.read({"LOKET_CONFIG": variable}, argument).values["site"] == "argument"
    assert configuration.read({"LOKET_CONFIG": variable}).values["site"] == "variable"
    assert configuration.read({}).values["site"] == "working directory"


@pytest.mark.parametrize("named", ["argument", "variable"])
def test_a_file_that_was_named_must_exist(tmp_path, named):
    path = str(tmp_path / "none.toml")
    environment, file = ({}, path) if named == "argument" else ({"LOKET_CONFIG": path}, None)

    with pytest.raises(ConfigurationInvalid, match=f"^{path}: cannot be read: No such file or directory$"):
        configuration.read(environment, file)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("site = ", "Invalid value", id="bad_toml"),
        pytest.param("a = 1\na = 2", "Cannot overwrite a value", id="twice"),
        pytest.param(b'site = "caf\xe9"', "'utf-8' codec can't decode byte 0xe9", id="bad_utf_8"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named_in_one_line(written, content, why):
    file = written(content)

    with pytest.raises(ConfigurationInvalid) as error:
        configuration.read({}, file)

    assert str(error.value).startswith(f"{file}: {why}")
    assert "\n" not in str(error.value)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigurationInvalid, match="cannot be read: Is a directory"):
        configuration.read({}, str(tmp_path))


def test_the_registry_lies_at_an_address_of_ones_own_and_its_key_in_the_data_folder(tmp_path):
    own = {"LOKET_DATA_DIR": str(tmp_path / "data"), "LOKET_MODELS__URL": f"file://{tmp_path}/shared"}

    configuration.read(own).registry().add_snapshot(b"rows")

    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["snapshots"]
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys"]


def test_an_address_that_no_driver_knows_is_one_line(tmp_path, needs):
    needs(find_spec("fsspec") is not None, "fsspec")
    own = {"LOKET_DATA_DIR": str(tmp_path / "data"), "LOKET_MODELS__URL": "nonsense://bucket"}

    with pytest.raises(ModelError, match=r"^nonsense://bucket: Protocol not known: nonsense$"):
        configuration.read(own).registry()


def test_the_registry_lies_in_the_data_folder_and_its_key_beside_it(tmp_path):
    registry = configuration.read({"LOKET_DATA_DIR": str(tmp_path / "data")}).registry()

    assert registry.versions() == []
    assert stat.S_IMODE((tmp_path / "data" / "keys" / "registry.key").stat().st_mode) == 0o600


def test_the_key_may_lie_elsewhere(tmp_path):
    environment = {
        "LOKET_DATA_DIR": str(tmp_path / "data"),
        "LOKET_MODELS__KEY_FILE": str(tmp_path / "secrets" / "k"),
    }

    configuration.read(environment).registry()

    assert (tmp_path / "secrets" / "k").is_file()
    assert not (tmp_path / "data" / "keys").exists()
