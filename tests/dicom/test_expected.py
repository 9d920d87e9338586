import pytest

from tests.dicom.expected import DRAWS, TABLES, outcome_of, read_table
from tests.files import SHARED, files_of
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.pixels.codecs import has_fast_codecs, has_video_codecs
from tui.dicom.tags import load_rows

BUNDLED_ROOT, BUNDLED_TABLE = TABLES["bundled"]
BUNDLED = read_table(BUNDLED_TABLE)
SHARED_TABLE = read_table(TABLES["shared"][1])


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_file_draws_or_says_what_is_expected(name: str) -> None:
    path = BUNDLED_ROOT / name
    if not path.exists():
        pytest.skip("not among this pydicom's files")
    assert outcome_of(path) == BUNDLED[name]


@pytest.mark.parametrize("name", [name for name, outcome in BUNDLED.items() if not outcome.endswith("is no DICOM file")])
def test_every_bundled_dicom_file_lists_its_tags(name: str) -> None:
    rows = load_rows(walk_file(str(BUNDLED_ROOT / name)))
    assert all(rows.row(index).haystack for index in range(len(rows)))


def test_the_table_is_whole() -> None:
    assert {str(path.relative_to(BUNDLED_ROOT)) for path in files_of(BUNDLED_ROOT)} <= set(BUNDLED)
    assert sum(outcome == DRAWS for outcome in BUNDLED.values()) >= 100


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
@pytest.mark.parametrize("name", SHARED_TABLE)
def test_every_shared_file_draws_or_says_what_is_expected(name: str) -> None:
    expected = SHARED_TABLE[name]
    extras = {"fast": has_fast_codecs(), "video": has_video_codecs()}
    draws = any(installed and f"the extra '{extra}'" in expected for extra, installed in extras.items())
    assert outcome_of(SHARED / name) == (DRAWS if draws else expected)


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
def test_every_shared_file_is_in_the_table_and_lists_its_tags() -> None:
    assert {str(path.relative_to(SHARED)) for path in files_of(SHARED)} == set(SHARED_TABLE)
    for name in SHARED_TABLE:
        try:
            rows = load_rows(walk_file(str(SHARED / name)))
        except ReadError:
            continue
        assert len(rows.haystacks()) == len(rows)
