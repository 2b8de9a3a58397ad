import errno
import os
import signal
import time


def handler(event, context):
    return {"files": files, "processes": processes, "tmp": tmp, "memory": memory, "hello": lambda: "hello"}[event["do"]]()


def files():
    held = []
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        return {"reached": max(held) + 1, "error": errno.errorcode[error.errno]}
    finally:
        for descriptor in held:
            os.close(descriptor)


def processes():
    children = []
    try:
        while True:
            child = os.fork()
            if child == 0:
                time.sleep(600)
                os._exit(0)
            children.append(child)
    except OSError as error:
        return {"reached": len(children), "error": errno.errorcode[error.errno]}
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


def tmp():
    written = 0
    try:
        with open("/tmp/fill", "wb", buffering=0) as file:
            while True:
                written += file.write(bytes(1 << 20))
    except OSError as error:
        return {"reached": written >> 20, "error": errno.errorcode[error.errno]}
    finally:
        os.remove("/tmp/fill")


def memory():
    held = []
    while True:
        held.append(bytearray(b"x" * (1 << 20)))
