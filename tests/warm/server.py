"""Loads what the command loads, once, and then forks a process for every command: loading is most of what one costs.

What is forked is a process like any other, with the caller's descriptors, folder and environment, in a session of its
own where the caller is in one, with its own end. `stub.py` stands for it in the caller's hands. No thread runs here.
"""

import gc
import json
import os
import random
import selectors
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, NoReturn

from guardian.cli.__main__ import COMMANDS, main

CONNECTOR_MODULES: Final = (
    *("discord.client", "discord.intake", "discord.space", "discord.content"),
    *("forum.client", "forum.webhooks", "forum.intake", "forum.space", "forum.content"),
    *("github.client", "github.webhooks", "github.intake", "github.space", "github.content"),
)
"""What the assembly loads once it knows the configuration."""
_MAX_BYTES: Final = 1024 * 1024
_FOLDER_INDEX: Final = 3
"""The descriptor of the caller's folder, after those of its input, output and errors."""
_HIGHEST_DESCRIPTOR: Final = 256


def serve(path: str) -> None:
    """Commands are taken at the address until our input is closed, as it is when the one who started us has ended."""
    _load()
    with socket.socket(socket.AF_UNIX) as server_socket, selectors.DefaultSelector() as selector:
        server_socket.bind(path)
        server_socket.listen()
        ended, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wakes)
        for each in (server_socket, ended, sys.stdin):
            selector.register(each, selectors.EVENT_READ)
        running: dict[int, socket.socket] = {}
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            for key, _ in selector.select():
                if key.fileobj is server_socket:
                    caller, _ = server_socket.accept()
                    pid = _fork_command(caller, selector)
                    running[pid] = caller
                    selector.register(caller, selectors.EVENT_READ, pid)
                elif key.fileobj == ended:
                    os.read(ended, _MAX_BYTES)
                    _reap(running, selector)
                elif key.fileobj is sys.stdin:
                    _kill(*running)
                    return
                else:
                    _drop_caller(running, selector, key.data)


def _load() -> None:
    for module, _ in COMMANDS.values():
        import_module(f"guardian.cli.{module}")
    for module in CONNECTOR_MODULES:
        import_module(f"connectors.{module}")
    gc.collect()
    gc.freeze()


def _fork_command(caller: socket.socket, selector: selectors.BaseSelector) -> int:
    """A process carries out what the caller asks for; its id, which the caller has been told."""
    told, descriptors, _, _ = socket.recv_fds(caller, _MAX_BYTES, _FOLDER_INDEX + 1)
    while not told.endswith(b"\n"):
        told += caller.recv(_MAX_BYTES)
    pid = os.fork()
    if pid == 0:
        selector.close()
        caller.close()
        _run_as_command(json.loads(told), descriptors)
    for each in descriptors:
        os.close(each)
    caller.sendall(f"{pid}\n".encode())
    return pid


def _run_as_command(asked: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """This process is the command, and ends with it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if asked["new_session"]:
        os.setsid()
    for number, each in enumerate(descriptors):
        os.dup2(each, number)  # theirs have higher numbers than these four: ours and the door are open
    os.fchdir(_FOLDER_INDEX)
    os.closerange(_FOLDER_INDEX, _HIGHEST_DESCRIPTOR)
    sys.stdin, sys.stdout = os.fdopen(0, encoding="utf-8"), os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["guardian", *asked["arguments"]]
    random.seed()
    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    with suppress(BrokenPipeError):
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _reap(running: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    """Whoever asked for a command that has ended is told how."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with running.pop(pid) as caller, suppress(KeyError, OSError):
                selector.unregister(caller)
                caller.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _drop_caller(running: dict[int, socket.socket], selector: selectors.BaseSelector, pid: int) -> None:
    """A caller says nothing more: it is gone, since somebody killed it, and so is its command."""
    if pid in running:
        selector.unregister(running[pid])
        _kill(pid)


def _kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve(sys.argv[1])
