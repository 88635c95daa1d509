"""Runs a command with what a unit of ours forbids, as far as a process can do it without systemd.

`python tests/bench/sandboxed.py COMMAND ...`: only the system calls of the units' `SystemCallFilter=`, no
memory that is written and run (`MemoryDenyWriteExecute=`), no sockets but `RestrictAddressFamilies=`. What is
refused gets EPERM. The sets of calls are asked of `systemd-analyze`. Linux 6.3 and libseccomp are needed.
"""

import ctypes
import errno
import os
import subprocess
import sys

ALLOWED, FORBIDDEN = ["@system-service"], ["@privileged", "@resources"]
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
SET_MDWE, REFUSE_EXEC_GAIN = 65, 1  # prctl(2)
NO_NEW_PRIVILEGES = 38
ALLOW, EPERM = 0x7FFF0000, 0x00050000 | errno.EPERM  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO
EQUAL = 4  # SCMP_CMP_EQ


class Comparison(ctypes.Structure):
    """scmp_arg_cmp"""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def calls(name: str) -> set[str]:
    """Of a set of systemd's, with those within it."""
    shown = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True
    )
    lines = [line.strip() for line in shown.stdout.splitlines()[1:]]
    found = set[str]()
    for line in lines:
        if line and line[0] not in "#":
            found |= calls(line) if line[0] == "@" else {line}
    return found


def forbid() -> None:
    allowed = set().union(*map(calls, ALLOWED)) - set().union(*map(calls, FORBIDDEN))
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(EPERM)))
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # of another architecture
            continue
        if name == "socket":
            for family in FAMILIES:
                only = Comparison(0, EQUAL, family, 0)
                added = library.seccomp_rule_add_array(
                    context, ctypes.c_uint32(ALLOW), number, 1, ctypes.byref(only)
                )
                assert added == 0, (name, added)
        else:
            added = library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, 0, None)
            assert added == 0, (name, added)
    process = ctypes.CDLL(None, use_errno=True)
    assert process.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    assert process.prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) == 0, "Linux 6.3 is needed"
    assert library.seccomp_load(context) == 0


if __name__ == "__main__":
    forbid()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  no shell is meant
