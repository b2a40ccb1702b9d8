"""Make the sample studies of this folder, or check that they are what this script makes.

python dicom_samples/make_samples.py            write the stories beside this script
python dicom_samples/make_samples.py --out DIR  write them elsewhere
python dicom_samples/make_samples.py --check    write nothing; exit code 1 where a file differs
"""

import argparse
import shutil
import sys
from pathlib import Path

from maker import (
    stories_copies,
    stories_encodings,
    stories_objects,
    stories_patients,
    stories_resends,
    stories_siblings,
    stories_views,
)
from maker.readme import readme
from maker.story import Story

HERE = Path(__file__).resolve().parent
_PARTS = (
    stories_resends,
    stories_copies,
    stories_patients,
    stories_objects,
    stories_encodings,
    stories_siblings,
    stories_views,
)


def all_stories() -> list[Story]:
    """Make every story, in the order of their names."""
    return sorted((make() for part in _PARTS for make in part.STORIES), key=lambda story: story.name)


def all_files() -> dict[str, bytes]:
    """Make the content of every file, by its path below the folder."""
    stories = all_stories()
    files = {path: content for story in stories for path, content in story.files().items()}
    return files | {"README.md": readme(stories).encode()}


def write(folder: Path) -> int:
    """Write the stories; folders of stories that are there already go first."""
    files = all_files()
    for path in folder.glob("[0-9]*"):
        shutil.rmtree(path)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB, in {folder}")
    return 0


def check(folder: Path) -> int:
    """Compare what is there with what would be written; name every difference."""
    files = all_files()
    there = {str(path.relative_to(folder)) for path in folder.glob("[0-9]*/**/*") if path.is_file()}
    wrong = sorted(
        path for path in files if not (folder / path).is_file() or (folder / path).read_bytes() != files[path]
    )
    for path in wrong:
        print(f"differs or is missing: {path}")
    for path in sorted(there - files.keys()):
        print(f"belongs to no story: {path}")
    return int(bool(wrong or there - files.keys()))


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to or to check (default: this one)")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    return check(arguments.out) if arguments.check else write(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
