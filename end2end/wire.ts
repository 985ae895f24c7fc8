// Stands between a page and the server's socket: looks on, holds frames back, and cuts it.
import type { Page, WebSocketRoute } from '@playwright/test';

type Frame = { type: string; [field: string]: any };
/** Says whether a frame goes on; it may also answer it or break the connection itself. */
type Judge = (frame: Frame, wire: { answer: (frame: Frame) => void; breakOff: () => void }) => boolean;

export class Wire {
  /** Connections that the page has begun. */
  count = 0;
  /** No connection gets through. */
  isCut = false;
  /** Frames from the page and from the server. */
  onSay: Judge = () => true;
  onHear: Judge = () => true;
  private readonly open = new Set<WebSocketRoute>();

  /** Has to be there before the page is loaded. */
  static async of(page: Page): Promise<Wire> {
    const wire = new Wire();
    await page.routeWebSocket(/\/ws$/, (socket) => wire.connect(socket));
    return wire;
  }

  /** Ends what is open and lets nothing through. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.open) void socket.close();
    this.open.clear();
  }

  mend(): void {
    this.isCut = false;
  }

  private connect(socket: WebSocketRoute): void {
    this.count += 1;
    if (this.isCut) return void socket.close();
    const server = socket.connectToServer();
    this.open.add(socket);
    const breakOff = () => {
      this.open.delete(socket);
      void socket.close();
      void server.close();
    };
    const hands = { answer: (frame: Frame) => socket.send(JSON.stringify(frame)), breakOff };
    socket.onMessage((text) => {
      if (this.open.has(socket) && this.onSay(JSON.parse(String(text)), hands)) server.send(text);
    });
    server.onMessage((text) => {
      if (this.open.has(socket) && this.onHear(JSON.parse(String(text)), hands)) socket.send(text);
    });
  }
}
