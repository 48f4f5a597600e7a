"""`python -m guardian` is the command `guardian`."""

from guardian.cli.__main__ import main

if __name__ == "__main__":
    main()
