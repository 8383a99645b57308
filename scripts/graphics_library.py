"""Finds the system library that renders without a screen: EGL, or else OSMesa."""

from __future__ import annotations

import ctypes

APT_PACKAGES = ("libegl1", "libopengl0", "libegl-mesa0", "libgl1-mesa-dri")
DISPATCH_NAMES = ("libOpenGL.so.0", "libGL.so.1")
OSMESA_NAMES = ("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so")
EGL_PLATFORM_DEVICE = 0x313F


def find() -> str:
    """Return "egl" or "osmesa", whichever works (EGL first), or an empty text."""
    if _egl_works():
        return "egl"
    return "osmesa" if any(_load(name) for name in OSMESA_NAMES) else ""


def _load(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def _egl_works() -> bool:
    """Return whether an EGL device can be opened, as MuJoCo does it."""
    egl = _load("libEGL.so.1")
    # PyOpenGL, which MuJoCo opens EGL through, asks one of these for errors.
    if egl is None or not any(_load(name) for name in DISPATCH_NAMES):
        return False
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    query = egl.eglGetProcAddress(b"eglQueryDevicesEXT")
    display_of = egl.eglGetProcAddress(b"eglGetPlatformDisplayEXT")
    if not query or not display_of:
        return False
    devices, count = (ctypes.c_void_p * 16)(), ctypes.c_int(0)
    ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(query)(
        16, devices, ctypes.byref(count)
    )
    open_display = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p)(display_of)
    return any(_opens(egl, open_display(EGL_PLATFORM_DEVICE, devices[i], None)) for i in range(count.value))


def _opens(egl: ctypes.CDLL, display: int | None) -> bool:
    """Return whether a display starts; it is not ended, since another part of this process may draw with it."""
    egl.eglInitialize.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    return bool(display) and bool(egl.eglInitialize(display, None, None))


if __name__ == "__main__":
    print(find())
