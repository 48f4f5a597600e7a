"""Stands for a command that is carried out by a process forked elsewhere: hands it what it was given, ends as it ends.

Started by its path and without the site's modules, so that it costs next to nothing; imports nothing of ours.
"""

import json
import os
import signal
import socket
import sys


def main() -> None:
    """The command has been carried out; this process ends as it did."""
    path, *arguments = sys.argv[1:]
    asked = {
        "arguments": arguments,
        "environment": dict(os.environ),
        "new_session": os.getsid(0) == os.getpid(),
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        given = [0, 1, 2, os.open(".", os.O_RDONLY)]
        socket.send_fds(server, [json.dumps(asked).encode() + b"\n"], given)
        answers = server.makefile("r")
        pid = int(answers.readline())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, frame: os.kill(pid, number))
        for each in given:
            os.close(each)
        ended = int(answers.readline() or "1")
    if ended < 0:
        signal.signal(-ended, signal.SIG_DFL)
        os.kill(os.getpid(), -ended)
    os._exit(ended)


if __name__ == "__main__":
    main()
