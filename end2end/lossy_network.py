"""A relay before a server, on whose way one packet in twenty is lost in each direction: the kernel drops what a socket
receives where its filter says so, and whoever sent it has to send it again.

Usage: lossy_network.py PORT-OF-THE-SERVER
Prints its own port, then serves until it is killed.
"""

import ctypes, socket, struct, sys, threading

LOST = 0.05
# What a packet carries in an Ethernet; the loopback interface would take 64 KB at once.
SEGMENT_BYTES = 1_460
SO_ATTACH_FILTER = 26
# What is on its way when the connection is cut is sent twice: as little as a slow line would hold.
BUFFER_BYTES = 65_536
# Classic BPF: a random number, and whether the packet is kept (all of its bytes) or dropped (none).
PROGRAM = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in (
        (0x20, 0, 0, 0xFFFFF000 + 56),
        (0x35, 0, 1, int(LOST * 2**32)),
        (0x06, 0, 0, 0xFFFFFFFF),
        (0x06, 0, 0, 0),
    )
)
BYTES = ctypes.create_string_buffer(PROGRAM)


def lossy(end):
    end.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(PROGRAM) // 8, ctypes.addressof(BYTES)))
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        end.setsockopt(socket.SOL_SOCKET, buffer, BUFFER_BYTES)
    return end


def carry(source, target):
    try:
        while part := source.recv(65_536):
            target.sendall(part)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def relay(client, server_port):
    server = lossy(socket.socket())
    try:
        server.connect(("127.0.0.1", server_port))
    except OSError:
        client.close()
        return
    threading.Thread(target=carry, args=(server, client), daemon=True).start()
    carry(client, server)


listener = lossy(socket.socket())
listener.bind(("127.0.0.1", 0))
listener.listen()
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=relay, args=(client, int(sys.argv[1])), daemon=True).start()
