import hashlib
import re

from tests.conftest import ROOT

VENDOR = ROOT / "theme" / "assets" / "vendor"


def test_files_of_others_are_as_they_were_published_and_named_with_their_version_and_licence():
    folders = [folder for folder in VENDOR.iterdir() if folder.is_dir()]
    assert folders
    for folder in folders:
        notes = (folder / "README.md").read_text(encoding="utf-8")
        assert re.search(r"Version \*\*\d+\.\d+\.\d+\*\*", notes)
        assert "LICENSE.txt" in notes
        listed = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", notes, re.MULTILINE))
        found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir() if file.name != "README.md"}
        assert listed == found
