"""A process in a node's place: it says what it does, then lives, dies or refuses to die."""

import signal
import sys
import time


def main() -> None:
    """Do what `-p conduct:="…"` says."""
    conduct = next(word.split(":=", 1)[1].strip('"') for word in sys.argv if word.startswith("conduct:="))
    if conduct == "fail":
        print("stand-in: no such camera: cellar", file=sys.stderr, flush=True)
        sys.exit(1)
    if conduct == "stubborn":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    time.sleep(600.0)


if __name__ == "__main__":
    main()
