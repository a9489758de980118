"""What the tests of formats share: files written into a folder of the test's own."""

import json

import pytest


@pytest.fixture
def place(tmp_path):
    """Write a file: text, bytes, a JSON value, or rows of JSON Lines; answers its path."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list | dict) and name.endswith((".jsonl", ".manifest")):
            content = "".join(json.dumps(row) + "\n" for row in content)
        elif isinstance(content, list | dict):
            content = json.dumps(content, indent=2)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
