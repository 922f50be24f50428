"""A long line between two networks of one's own, packet by packet, for kernels without netem.

Usage: long-line.py PID MBIT_PER_S ONE_WAY_MS LOSS QUEUE_KB, in a network of one's own; PID is a process in the other one.

Each end is a TUN device (198.18.1.1 here, 198.18.1.2 there). What goes in comes out at the other end after its turn at the
rate of the line and the time it takes; LOSS of it (0.01 = one in a hundred, the same ones at every run) does not, nor what
finds the queue in front of the line full. Prints "ready"; ends with its input.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
pid, rate, one_way, loss, queue = sys.argv[1:6]
bytes_per_s, one_way_s, loss, queue_bytes = float(rate) * 125_000, float(one_way) / 1000, float(loss), float(queue) * 1000


def end(name, address, peer):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    for line in (f"address add {address} peer {peer} dev {name}", f"link set {name} mtu 1500 up"):
        subprocess.run(["ip", *line.split()], check=True)
    return fd


here = end("line", "198.18.1.1", "198.18.1.2")
other = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
if ctypes.CDLL(None, use_errno=True).setns(other, CLONE_NEWNET) != 0:
    raise OSError(ctypes.get_errno(), "setns")
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
there = end("line", "198.18.1.2", "198.18.1.1")
print("ready", flush=True)

chance = random.Random(1)
to = {here: there, there: here}
free_at = {here: 0.0, there: 0.0}
under_way = []
while True:
    now = time.monotonic()
    while under_way and under_way[0][0] <= now:
        _, _, out, packet = heapq.heappop(under_way)
        try:
            os.write(out, packet)
        except BlockingIOError:
            pass
    wait = max(0.0, under_way[0][0] - now) if under_way else 1.0
    readable, _, _ = select.select([sys.stdin, here, there], [], [], wait)
    if sys.stdin in readable and not sys.stdin.buffer.read1(1):
        break
    for fd in readable:
        if fd is sys.stdin:
            continue
        try:
            packet = os.read(fd, 2048)
        except BlockingIOError:
            continue
        now = time.monotonic()
        starts = max(now, free_at[fd])
        if chance.random() < loss or (starts - now) * bytes_per_s > queue_bytes:
            continue
        free_at[fd] = starts + len(packet) / bytes_per_s
        heapq.heappush(under_way, (free_at[fd] + one_way_s, time.monotonic_ns(), to[fd], packet))
