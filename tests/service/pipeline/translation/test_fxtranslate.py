"""Firefox's models in this process, tried with the real engine and its Portuguese model."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.fxtranslate import FxTranslateProvider, installed
from service.pipeline.translation.provider import ProviderFailed

PORTUGUESE = LanguageCode("pt")
PLENTY = 60.0


@pytest.fixture(scope="session")
def firefox(models):
    return FxTranslateProvider(models)


@pytest.fixture
def opened(models, monkeypatch):
    """The parts of which engines were made, which are real."""
    import fxtranslate

    made, engine = [], fxtranslate.Translator

    def make(**parts):
        made.append(parts)
        return engine(**parts)

    monkeypatch.setattr(fxtranslate, "Translator", make)
    return made


def broken_copy(models, folder, name, content):
    """The Portuguese model with one file replaced, or left out."""
    pair = folder / "pt-en"
    pair.mkdir()
    for file in (models / "pt-en").iterdir():
        if not file.match(name):
            (pair / file.name).symlink_to(file)
        elif content is not None:
            (pair / file.name).write_bytes(content)
    return folder


def reason_of(folder, source=PORTUGUESE):
    with pytest.raises(ProviderFailed) as caught:
        FxTranslateProvider(folder).translate("Onde está a minha encomenda?", source)
    return caught.value.reason


def test_a_portuguese_inquiry_becomes_english(firefox):
    text = "Onde está a minha encomenda? Comprei-a há duas semanas e ainda não chegou."

    english = firefox.translate(text, PORTUGUESE)

    assert "Where is my order?" in english
    assert "two weeks ago" in english


def test_line_breaks_and_placeholders_survive(firefox):
    text = (
        "Bom dia,\n\nO meu candeeiro [[1]] não liga.\n\nPodem ligar-me para [[2]] ou escrever para [[3]]?\n"
        "Obrigado, [[4]]"
    )

    english = firefox.translate(text, PORTUGUESE)

    assert [line.strip() == "" for line in english.split("\n")] == [False, True, False, True, False, False]
    assert [english.count(f"[[{number}]]") for number in range(1, 5)] == [1, 1, 1, 1]
    assert [english.split("\n")[number].count("[[") for number in range(6)] == [0, 0, 1, 0, 2, 1]


def test_eight_threads_at_once_never_swap_texts(firefox):
    texts = [f"A encomenda {number} ainda não chegou." for number in range(48_213, 48_237)]
    one_by_one = [firefox.translate(text, PORTUGUESE) for text in texts]
    together = threading.Barrier(8)

    def translate(text):
        together.wait(timeout=PLENTY)
        return firefox.translate(text, PORTUGUESE)

    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(translate, texts))

    assert at_once == one_by_one
    assert all(str(number) in text for number, text in enumerate(at_once, 48_213))


def test_threads_that_come_first_together_load_a_model_once(models, opened):
    together, provider = threading.Barrier(8), FxTranslateProvider(models)

    def translate(text):
        together.wait(timeout=PLENTY)
        return provider.translate(text, PORTUGUESE)

    with ThreadPoolExecutor(8) as pool:
        assert "order" in " ".join(pool.map(translate, ["Onde está a minha encomenda?"] * 8))

    [parts] = opened
    assert sorted(parts) == ["model", "shortlist", "src_vocab", "trg_vocab"]
    assert parts["src_vocab"] == parts["trg_vocab"]


def test_each_side_may_have_a_vocabulary_of_its_own(models, opened, tmp_path):
    pair = tmp_path / "pt-en"
    pair.mkdir()
    for name, kept_as in (("model", "model"), ("vocab", "srcvocab"), ("vocab", "trgvocab")):
        [file] = (models / "pt-en").glob(f"{name}.*")
        (pair / file.name.replace(name, kept_as, 1)).write_bytes(file.read_bytes())

    assert (
        FxTranslateProvider(tmp_path).translate("Onde está a minha encomenda?", PORTUGUESE) == "Where is my order?"
    )

    assert sorted(opened[0]) == ["model", "src_vocab", "trg_vocab"]


@pytest.mark.parametrize("source", [None, LanguageCode("nl"), LanguageCode("zh", "Hans")])
def test_a_language_without_a_model_is_unsupported(models, source):
    assert reason_of(models, source) == Untranslated.UNSUPPORTED_LANGUAGE


@pytest.mark.parametrize("folder", ["absent", "."])
def test_without_models_no_language_is_supported(tmp_path, folder):
    assert reason_of(tmp_path / folder) == Untranslated.UNSUPPORTED_LANGUAGE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("*", None, id="empty folder"),
        pytest.param("model.*.bin", None, id="no model"),
        pytest.param("model.*.bin", b"", id="empty model"),
        pytest.param("model.*.bin", b"no model" * 1_000, id="garbage for a model"),
        pytest.param("vocab.*.spm", None, id="no vocabulary"),
        pytest.param("vocab.*.spm", b"", id="empty vocabulary"),
        pytest.param("vocab.*.spm", b"none" * 1_000, id="garbage for a vocabulary"),
        pytest.param("lex.*.bin", b"", id="empty shortlist"),
        pytest.param("lex.*.bin", b"none" * 1_000, id="garbage for a shortlist"),
    ],
)
def test_of_a_broken_model_the_language_is_unsupported(models, tmp_path, name, content):
    assert reason_of(broken_copy(models, tmp_path, name, content)) == Untranslated.UNSUPPORTED_LANGUAGE


def test_of_a_cut_off_model_too(models, tmp_path):
    [model] = (models / "pt-en").glob("model.*.bin")

    folder = broken_copy(models, tmp_path, model.name, model.read_bytes()[:1_000_000])

    assert reason_of(folder) == Untranslated.UNSUPPORTED_LANGUAGE


@pytest.fixture
def beside_a_broken_one(models, tmp_path):
    """A folder with the Portuguese model, and a Dutch one that is empty."""
    (tmp_path / "pt-en").symlink_to(models / "pt-en")
    (tmp_path / "nl-en").mkdir()
    return FxTranslateProvider(tmp_path)


def test_a_broken_model_is_logged_as_an_error_without_the_text(beside_a_broken_one, make_line, caplog):
    with pytest.raises(ProviderFailed):
        make_line(beside_a_broken_one).translate("Ik heet Anna", LanguageCode("nl"), PLENTY)

    [record] = caplog.records
    assert (record.levelname, record.folder, record.error) == ("ERROR", "nl-en", "ValueError")
    assert "Anna" not in str(vars(record))


def test_a_broken_model_is_logged_once(beside_a_broken_one, caplog):
    for _ in range(3):
        with pytest.raises(ProviderFailed):
            beside_a_broken_one.translate("Waar?", LanguageCode("nl"))

    assert len(caplog.records) == 1


def test_a_broken_model_does_not_keep_other_languages_from_theirs(beside_a_broken_one, make_line):
    line = make_line(beside_a_broken_one, breaker_failures=1)
    for _ in range(3):
        with pytest.raises(ProviderFailed, match="unsupported_language"):
            line.translate("Waar?", LanguageCode("nl"), PLENTY)

    assert "order" in line.translate("Onde está a minha encomenda?", PORTUGUESE, PLENTY)


@pytest.mark.parametrize("before", ["absent", "empty"])
def test_a_model_that_is_put_in_later_is_found(models, tmp_path, before):
    provider, pair = FxTranslateProvider(tmp_path), tmp_path / "pt-en"
    if before == "empty":
        pair.mkdir()
    with pytest.raises(ProviderFailed):
        provider.translate("Olá", PORTUGUESE)

    if before == "empty":
        pair.rmdir()
    pair.symlink_to(models / "pt-en")

    assert "order" in provider.translate("Onde está a minha encomenda?", PORTUGUESE)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("nb", LanguageCode("no")),
        ("no", LanguageCode("no")),
        ("sr", LanguageCode("sr", "Latn")),
        ("zh", LanguageCode("zh", "Hans")),
        ("zh-Hans", LanguageCode("zh", "Hans")),
        ("zh-Hant", LanguageCode("zh", "Hant")),
    ],
)
def test_a_folder_is_found_as_firefox_names_it(tmp_path, caplog, code, language):
    (tmp_path / f"{code}-en").mkdir()

    reason_of(tmp_path, language)

    assert [record.folder for record in caplog.records] == [f"{code}-en"]  # found, and without a model


def test_installed_models_are_listed_by_their_languages(tmp_path):
    for name in ("pt-en", "nb-en", "zh-Hant-en", "en-pt", "cache"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes-en").touch()

    assert installed(tmp_path) == ["nb", "pt", "zh-Hant"]
    assert installed(tmp_path / "absent") == []
