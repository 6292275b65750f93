"""Install what the window and the compiler need from the system, or say in one line how to."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from build import SetupError
from build.progress import follow, say

# What Qt's own libraries and its X11 and Wayland plugins are linked with, OpenMP for the models, and PortAudio for
# the microphone. Each is looked for by the name that the loader uses and installed by its Debian package.
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libportaudio.so.2": "libportaudio2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}

# The window's first choice of letters, and the pictures that people put into messages.
_FONTS = {
    "noto/NotoSans-Regular.ttf": "fonts-noto-core",
    "noto/NotoColorEmoji.ttf": "fonts-noto-color-emoji",
}


def missing_libraries() -> list[str]:
    """The Debian packages of the libraries and fonts of the window that this system lacks."""
    if sys.platform != "linux":
        return []
    missing = [package for name, package in _LIBRARIES.items() if not _loads(name)]
    if shutil.which("apt-get"):  # elsewhere the same fonts lie in other places
        missing += [package for name, package in _FONTS.items() if not Path("/usr/share/fonts/truetype", name).exists()]
    return missing


def missing_compiler() -> list[str]:
    """The Debian packages of what compiles for Python, as far as it is not there; Windows keeps its own elsewhere."""
    if sys.platform == "win32":
        return []
    compilers = (os.environ.get("CXX") or "c++", "g++", "clang++")
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return ([] if any(map(shutil.which, compilers)) else ["g++"]) + ([] if headers.exists() else ["python3-dev"])


def install(packages: Sequence[str]) -> None:
    """Install Debian packages where this user may, otherwise print the one line to run.

    Args:
        packages: names of Debian packages; nothing happens where there are none.
    """
    if not packages:
        return
    apt = shutil.which("apt-get")
    administrator = apt is not None and os.geteuid() == 0
    if apt and administrator and _apt_installs(apt, packages):
        return
    who = "" if administrator else "sudo "
    say("Some system packages are missing. On Debian or Ubuntu this line installs them:")
    say(f"  {who}apt-get install -y {' '.join(packages)}")


def _apt_installs(apt: str, packages: Sequence[str]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "-qq", "update"], env=environment, capture_output=True, check=False)
    command = [apt, "-y", "install", "--no-install-recommends", *packages]
    try:
        follow(command, "Installing system packages", environment=environment)
    except SetupError as error:
        say(error.message)
        return False
    return True


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
