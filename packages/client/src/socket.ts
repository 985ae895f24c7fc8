import type { ClientFrame, ServerFrame } from './api.js';
import type { Timing } from './timing.js';

/** One connection, from opening it until it is gone; it is never opened again. */
export class Socket {
  /** Why it ended: the close code, or 1006 without one. */
  readonly closed: Promise<number>;
  /** How many pings were sent, and how many were answered; the answers come in order. */
  pings = 0;
  pongs = 0;
  private readonly socket: WebSocket;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;
  private end: (code: number) => void = () => {};

  constructor(
    url: string,
    token: string,
    WebSocketClass: typeof WebSocket,
    private readonly timing: Timing,
    hello: () => ClientFrame,
    receive: (frame: ServerFrame) => void,
  ) {
    this.closed = new Promise((resolve) => (this.end = resolve));
    // A browser sets no header on a socket, so the token stands among the protocols.
    this.socket = new WebSocketClass(`${url.replace(/^http/, 'ws')}/ws`, ['stoa', token]);
    this.socket.onopen = () => this.send(hello());
    this.socket.onclose = ({ code }) => this.finish(code);
    this.socket.onmessage = ({ data }) => {
      this.hear();
      const frame = JSON.parse(String(data)) as ServerFrame;
      if (frame.type === 'pong') this.pongs += 1;
      if (!this.isOver) receive(frame);
    };
    this.heartbeat = setInterval(() => this.ping(), timing.heartbeatMs);
    this.expect();
  }

  /** Sends a frame, or does nothing if the connection is not open: what has to arrive is sent again by whoever sent it. */
  send(frame: ClientFrame): boolean {
    const isOpen = !this.isOver && this.socket.readyState === 1;
    if (isOpen) this.socket.send(JSON.stringify(frame));
    return isOpen;
  }

  ping(): void {
    if (!this.send({ type: 'ping' })) return;
    this.pings += 1;
    this.expect();
  }

  /** Ends it at once: a network that is gone would never confirm. */
  close(code = 1006): void {
    this.finish(code);
    this.socket.close();
  }

  private hear(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
  }

  /** Something has to come in time now. */
  private expect(): void {
    this.silence ??= setTimeout(() => this.close(), this.timing.timeoutMs);
  }

  private finish(code: number): void {
    this.isOver = true;
    this.hear();
    clearInterval(this.heartbeat);
    this.end(code);
  }
}
