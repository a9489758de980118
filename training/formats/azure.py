"""Azure AI Language: projects of custom text classification.

Followed: "Custom text classification data formats", ``projectFileVersion`` 2022-05-01 (Microsoft Learn, Azure AI
Language), kinds ``CustomSingleLabelClassification`` and ``CustomMultiLabelClassification``.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from model.errors import TrainingDataInvalid
from training.dataset import LabelledInquiry
from training.formats.files import expect, json_content, parse_json, read_text, replace_whole, text_beside
from training.formats.rows import inquiry, labels_of, numbered, some
from training.formats.zipped import Zipped

SINGLE, MULTI = "CustomSingleLabelClassification", "CustomMultiLabelClassification"
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # a zip's first day: the same labels give the same bytes
_TextOf = Callable[[str, str], str]  # of a place to name and a location


class Azure:
    """A project's JSON with its documents beside it as .txt files, or all of it in one .zip; written as a .zip.

    A document without a class is left out. A document without a language has that of the project, unless the
    project is multilingual. The zip is read in place: nothing of it is unpacked onto the disk.
    """

    name = "azure"

    def read(self, path: Path) -> list[LabelledInquiry]:
        """The labelled inquiries, in the project's order.

        Raises:
            TrainingDataInvalid: The project is of another kind, or a document is missing or not to be trusted.
        """
        if not zipfile.is_zipfile(path):
            return _of_project(
                path, read_text(path), lambda place, location: text_beside(place, path.parent, location)
            )
        with Zipped.open(path) as zipped:
            project = zipped.only_json()
            folder = PurePosixPath(project).parent
            content = zipped.text(str(path), project).removeprefix("\ufeff")
            return _of_project(path, content, lambda place, location: zipped.text_below(place, folder, location))

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write a zip of the project and its documents, whole or not at all; answers how many documents.

        Raises:
            TrainingDataInvalid: The name does not end in .zip: one file is written whole, thousands are not.
        """
        if path.suffix.lower() != ".zip":
            raise TrainingDataInvalid(f"{path}: a project is many files; give a name that ends in .zip")
        written = [one for _, one in numbered(path, inquiries)]
        names = [f"{number:06}.txt" for number in range(1, len(written) + 1)]
        texts = {name: one.text.encode() for name, one in zip(names, written, strict=True)}
        replace_whole(path, _zipped({"project.json": json_content(_project(written, names)), **texts}))
        return len(written)


def _of_project(path: Path, content: str, text_of: _TextOf) -> list[LabelledInquiry]:
    project = expect(path, "the project", parse_json(path, content), dict)
    facts = expect(path, "'metadata'", project.get("metadata") or {}, dict)
    assets = expect(path, "'assets'", project.get("assets"), dict)
    _check_kind(path, assets.get("projectKind") or facts.get("projectKind"))
    language = None if facts.get("multilingual") else facts.get("language")
    listed = expect(path, "'documents'", assets.get("documents"), list)
    places = [(f"{path}: document {number}", one) for number, one in enumerate(listed, 1)]
    return some(
        path, (_of_document(place, expect(place, "it", one, dict), language, text_of) for place, one in places)
    )


def _check_kind(path: Path, kind: Any) -> None:
    if not isinstance(kind, str) or kind.lower() not in {SINGLE.lower(), MULTI.lower()}:
        raise TrainingDataInvalid(f"{path}: the project's kind is {kind!r}, not {SINGLE} or {MULTI}")


def _of_document(place: str, row: dict[str, Any], language: Any, text_of: _TextOf) -> LabelledInquiry | None:
    single = row.get("class")
    classes = [single] if single else expect(place, "'classes'", row.get("classes") or [], list)
    labels = [expect(place, "a class", one, dict).get("category") for one in classes]
    if not labels:
        return None
    location = expect(place, "'location'", row.get("location"), str)
    text = text_of(place, location)
    return inquiry(f"{place} ({location!r})", text, labels, language=row.get("language") or language)


def _project(written: Sequence[LabelledInquiry], names: Sequence[str]) -> dict[str, Any]:
    is_multi = any(one.is_mixed for one in written)
    kind = MULTI if is_multi else SINGLE
    classes = list(dict.fromkeys(label for one in written for label in labels_of(one)))
    documents = [_document(name, one, is_multi) for name, one in zip(names, written, strict=True)]
    assets = {"projectKind": kind, "classes": [{"category": label} for label in classes], "documents": documents}
    return {
        "projectFileVersion": "2022-05-01",
        "stringIndexType": "Utf16CodeUnit",
        "metadata": {
            "projectKind": kind,
            "projectName": "loket",
            "storageInputContainerName": "loket",
            **_spoken(written),
        },
        "assets": assets,
    }


def _spoken(written: Sequence[LabelledInquiry]) -> dict[str, Any]:
    """The project must have a language; that of a document which has none stays open in a multilingual one."""
    languages = {one.language for one in written}
    known = sorted(language for language in languages if language)
    return {"language": known[0] if known else "en", "multilingual": len(languages) > 1 or None in languages}


def _document(name: str, one: LabelledInquiry, is_multi: bool) -> dict[str, Any]:
    classes: list[dict[str, str]] = [{"category": label} for label in labels_of(one)]
    label = {"classes": classes} if is_multi else {"class": classes[0]}
    language = {"language": one.language} if one.language else {}
    return {"location": name, **language, **label, "dataset": "Train"}


def _zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, one in files.items():
            target.writestr(zipfile.ZipInfo(name, _WRITTEN_AT), one, zipfile.ZIP_DEFLATED)
    return content.getvalue()
