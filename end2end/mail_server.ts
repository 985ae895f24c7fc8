// A mail server that takes everything, as much of SMTP as one connection needs.
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';

export class Mail {
  constructor(
    readonly to: string,
    private readonly raw: string,
  ) {}

  /** Its plain text. */
  get text(): string {
    const [, head, body] = /content-type: text\/plain([^]*?)\r\n\r\n([^]*?)\r\n--/i.exec(this.raw) ?? [];
    const coding = /content-transfer-encoding: (\S+)/i.exec(head ?? '')?.[1]?.toLowerCase();
    if (coding === 'base64') return Buffer.from(body, 'base64').toString();
    if (coding !== 'quoted-printable') return body ?? '';
    const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString();
  }

  /** The first link of this site whose path begins so. */
  link(path: string): string {
    const found = new RegExp(`https?://[^/\\s]+(${path}\\S*)`).exec(this.text)?.[1];
    if (!found) throw new Error(`no link to ${path} in ${this.text}`);
    return found;
  }
}

export class MailServer {
  private readonly mails: Mail[] = [];
  private readonly waiting: ((mail: Mail) => void)[] = [];
  private server!: NetServer;

  static async start(): Promise<MailServer> {
    const mails = new MailServer();
    mails.server = createServer((socket) => mails.talk(socket));
    await new Promise<void>((resolve) => mails.server.listen(0, '127.0.0.1', resolve));
    return mails;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next mail to this address; those to others wait. */
  async next(to: string): Promise<Mail> {
    for (;;) {
      const index = this.mails.findIndex((mail) => mail.to === to);
      if (index >= 0) return this.mails.splice(index, 1)[0];
      await new Promise<Mail>((resolve) => this.waiting.push(resolve));
    }
  }

  close(): void {
    this.server.close();
  }

  private talk(socket: Socket): void {
    let [buffer, to, isInText] = ['', '', false];
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 tests');
    socket.on('error', () => {});
    socket.on('data', (data) => {
      buffer += data.toString('latin1');
      for (;;) {
        const end = buffer.indexOf(isInText ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + (isInText ? 5 : 2));
        if (isInText) {
          isInText = false;
          this.mails.push(new Mail(to, text));
          this.waiting.splice(0).forEach((resolve) => resolve(this.mails[0]));
          say('250 taken');
        } else if (/^DATA/i.test(text)) {
          isInText = true;
          say('354 go on');
        } else if (/^QUIT/i.test(text)) {
          say('221 bye');
          socket.end();
        } else {
          to = /^RCPT TO:<([^>]*)>/i.exec(text)?.[1] ?? to;
          say('250 ok');
        }
      }
    });
  }
}
