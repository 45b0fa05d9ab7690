"""
The protocol without txsched: a socket and a reader of CBOR are all that it takes.
"""

import socket
import sys

import cbor2
from cbor2 import CBORTag

JOB_SPEC, INTERVAL, RUN_STARTED, RUN_ENDED = 64033, 64017, 64063, 64064


def read_boxes(stream):
    """Give the boxes that come: mappings of bytes."""
    while True:
        box = {}
        while length := int.from_bytes(stream.read(2), "big"):
            key = stream.read(length)
            box[key] = stream.read(int.from_bytes(stream.read(2), "big"))
        if not box:
            return
        yield box


def write_box(sock, **fields):
    """Send one box."""
    data = b""
    for key, value in fields.items():
        data += len(key).to_bytes(2, "big") + key.encode()
        data += len(value).to_bytes(2, "big") + value
    sock.sendall(data + b"\0\0")


def ask(sock, boxes, command, arguments):
    """Call a command, and give its result; take events that come in between."""
    write_box(sock, _ask=b"1", _command=command, a=cbor2.dumps(arguments))
    for box in boxes:
        if b"_answer" in box:
            kind, *content = cbor2.loads(box[b"r"])
            if kind == 1:
                raise RuntimeError(f"refused: {content}")
            return content[0]
        take_events(sock, box)
    raise RuntimeError("the connection was closed")


def take_events(sock, box):
    """Answer a box of events, and give those of runs that have ended."""
    write_box(sock, _answer=box[b"_ask"])
    events = [cbor2.loads(data) for data in cbor2.loads(box[b"e"])]
    return [event.value[2].value for event in events if event.tag == RUN_ENDED]


def main(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        boxes = read_boxes(sock.makefile("rb"))
        version, server = ask(sock, boxes, b"Hello", [1, 1, "bare client"])
        print(f"{server} speaks version {version}")
        ask(sock, boxes, b"Subscribe", [None, None])
        every_second = CBORTag(INTERVAL, [1_000_000, None, None])
        options = {"id": "bare", "executor": "command", "max_runs": 1}
        content = [1, "command", every_second, ["echo", "hi"], {}, options]
        ask(sock, boxes, b"AddJob", [CBORTag(JOB_SPEC, content), "error"])
        for box in boxes:
            for run in take_events(sock, box):
                print(f"{run[2]} {run[4].value[1]}: {run[12]['output']}")
                return


main(*sys.argv[1:] or ["txsched.sock"])
