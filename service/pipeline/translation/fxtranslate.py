"""Firefox's translation models in this process: nothing leaves it. One folder a language pair, as `nl-en`."""

import logging
import threading
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.provider import Limits, ProviderFailed

_log = logging.getLogger(__name__)
# Firefox's names of models, the present one first where it has changed.
_CODES = {"no": ("nb", "no"), "zh-Hans": ("zh-Hans", "zh"), "zh-Hant": ("zh-Hant",)}


class FxTranslateProvider:
    """Loads a language's model when it is first asked for, and keeps it.

    An engine may only be used by the thread that made it, so each has a thread of its own, where the texts of one
    language queue up: with the Portuguese model of July 2026 a sentence takes 25 ms, and the engine 63 MB.

    Args:
        folder: Holds a folder for each pair, with its model and vocabulary.
    """

    name = "fxtranslate"
    local = True
    limits = Limits()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engines: dict[str, _Engine] = {}
        self._lock = threading.Lock()

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        if source is None:
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE, sent=False)
        folders = [self._folder / f"{code}-en" for code in model_codes(source)]
        folder = next((one for one in folders if one.is_dir()), None)
        if folder is None:
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE, sent=False)
        with self._lock:
            engine = self._engines.setdefault(folder.name, _Engine(folder))
        return _with_letters(engine.translate(text), text)


class _Engine:
    """One pair's engine in a thread that makes it, uses it and never lets go of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked: SimpleQueue[tuple[str, Future[str]]] = SimpleQueue()
        self._started = self._complained = False
        self._lock = threading.Lock()

    def translate(self, text: str) -> str:
        with self._lock:
            if not self._started:
                threading.Thread(target=self._work, name=self._folder.name, daemon=True).start()
                self._started = True
        answer: Future[str] = Future()
        self._asked.put((text, answer))
        return answer.result()

    def _work(self) -> None:
        engine = None
        while True:
            text, answer = self._asked.get()
            try:
                engine = engine or _opened(self._folder)
                answer.set_result(str(engine.translate_long(text)))
            except ProviderFailed as failure:
                self._complain(failure)
                answer.set_exception(failure)
            except BaseException:  # noqa: BLE001 - a panic in Rust is no Exception
                answer.set_exception(ProviderFailed(Untranslated.BAD_ANSWER))

    def _complain(self, failure: ProviderFailed) -> None:
        """Once: a model may be put right while this runs, and is tried again with each text."""
        if not self._complained:
            self._complained = True
            _log.error("model cannot be opened", extra={"folder": self._folder.name, "error": _kind(failure)})


def _kind(failure: ProviderFailed) -> str:
    return type(failure.__cause__ or failure).__name__


def installed(folder: Path) -> list[str]:
    """The languages whose models lie in a folder."""
    return sorted(one.name.removesuffix("-en") for one in folder.glob("*-en") if one.is_dir())


def _opened(folder: Path) -> Any:
    try:
        from fxtranslate import Translator

        return Translator(**{part: path.read_bytes() for part, path in _parts(folder).items()})
    except BaseException as error:
        raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE) from error  # other languages' models may serve


def model_codes(source: LanguageCode) -> tuple[str, ...]:
    """Firefox's codes of a language, which name its folder."""
    scripted = f"{source.code}-{source.script or 'Hans'}" if source.code == "zh" else source.code
    return _CODES.get(scripted, (source.code,))


def _with_letters(answer: str, text: str) -> str:
    """A vocabulary that is not the model's own answers nothing at all."""
    if any(letter.isalpha() for letter in text) and not answer.strip():
        raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE)
    return answer


def _parts(folder: Path) -> dict[str, Path]:
    """The files of a model, as Firefox names them: one vocabulary, or one for each side."""
    one = next(folder.glob("vocab.*.spm"), None)
    source, target = (
        one or next(folder.glob("srcvocab.*.spm"), None),
        one or next(folder.glob("trgvocab.*.spm"), None),
    )
    model = next(folder.glob("model.*.bin"), None)
    if not (model and source and target):
        raise ValueError(f"{folder.name} has no model with its vocabulary")
    shortlist = next(folder.glob("lex.*.bin"), None)
    parts = {"model": model, "src_vocab": source, "trg_vocab": target}
    return parts | ({"shortlist": shortlist} if shortlist else {})
