// A push service of the tests' own, and the keys of a browser that subscribed there. It reads what is pushed as
// RFC 8291 says, by Node's own cryptography.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Push = { headers: IncomingHttpHeaders; text: string };

export class PushService {
  private readonly keys = createECDH('prime256v1');
  private readonly auth = randomBytes(16);
  private readonly pushes: Push[] = [];
  private waiting?: (push: Push) => void;
  private server!: HttpServer;

  static async start(): Promise<PushService> {
    const service = new PushService();
    service.keys.generateKeys();
    service.server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      response.writeHead(201).end();
      service.take({ headers: request.headers, text: service.decrypt(Buffer.concat(parts)) });
    });
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  /** What `PushSubscription.toJSON` gives. */
  get subscription() {
    const { port } = this.server.address() as AddressInfo;
    return {
      endpoint: `http://127.0.0.1:${port}/push/1`,
      keys: { p256dh: this.keys.getPublicKey('base64url'), auth: this.auth.toString('base64url') },
    };
  }

  next(): Promise<Push> {
    const push = this.pushes.shift();
    return push ? Promise.resolve(push) : new Promise((resolve) => (this.waiting = resolve));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private take(push: Push): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting ? waiting(push) : this.pushes.push(push);
  }

  private decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + body[20]);
    const record = body.subarray(21 + body[20]);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), sender]);
    const key = hkdfSync('sha256', this.keys.computeSecret(sender), this.auth, info, 32);
    const derive = (what: string, length: number) =>
      Buffer.from(hkdfSync('sha256', Buffer.from(key), salt, `Content-Encoding: ${what}\0`, length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(record.subarray(-16));
    const text = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    // The last record ends with a 2 and zeros.
    return text.subarray(0, text.lastIndexOf(2)).toString();
  }
}
