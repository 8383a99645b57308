"""`diffpol bag repair`: where the repaired bag goes, and what is said of it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from diffpol_ros.cli.bag import Repair as Options
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.replay.bag_repair import Repair, repair

NEW, OLD = "-repaired", "-before-repair"


def run_repair(options: Options) -> int:
    """Repair what was asked for; return the exit code."""
    if not options.bag.exists():
        raise ResourceError(f"{options.bag}: does not exist; give a bag's folder, or one of its files")
    given = options.bag.absolute()
    if options.in_place:
        _in_place(options, given)
        return 0
    stem = given.name if given.is_dir() else given.name.split(".", 1)[0]
    result = repair(options.bag, options.output or given.with_name(f"{stem}{NEW}"))
    _tell(options.bag, result)
    if result.folder is not None:
        print(f"{result.folder}: is the repaired bag; {options.bag} is as it was")
    return 0


def _in_place(options: Options, given: Path) -> None:
    if options.output is not None:
        raise SettingsError("give --output or --in-place, not both")
    if not given.is_dir():
        raise SettingsError(f"{options.bag}: is no folder: --in-place replaces a bag's whole folder")
    old = given.with_name(f"{given.name}{OLD}")
    if old.exists():
        raise ResourceError(f"{old}: exists already: this bag was repaired before; move that away first")
    # The files of a bag bear its name: it is written under that name beside, on the same disk.
    with TemporaryDirectory(prefix=f".{given.name}-", dir=given.parent) as scratch:
        result = repair(options.bag, Path(scratch) / given.name)
        _tell(options.bag, result)
        if result.folder is not None:
            given.rename(old)
            result.folder.rename(given)
            print(f"{options.bag}: is the repaired bag now; what it was is in {old}")


def _tell(bag: Path, result: Repair) -> None:
    if result.folder is None:
        print(f"{bag}: is whole; nothing was done")
        return
    for complaint in result.complaints:
        print(f"  {complaint}")
    lost = f"{result.lost_bytes} bytes could not be read, about {result.lost_s:.2f} s of the recording"
    print(f"recovered {result.messages} messages; {lost if result.lost_bytes else 'nothing that was written is lost'}")
    print("what its recorder had not yet written was never in the bag: with this package's, at most the last second")
