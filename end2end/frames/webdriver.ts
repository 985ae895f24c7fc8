// W3C WebDriver, as much of it as is needed here, over either transport: HTTP (WebKitWebDriver), or Marionette, Firefox's own protocol,
// which has the same commands under other names. geckodriver does no more than translate to it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const PATIENCE_MS = 60_000;

/** The commands: their HTTP method and path below the session, and their name in Marionette. */
const COMMANDS = {
  begin: ['POST', '', 'WebDriver:NewSession'],
  end: ['DELETE', '', 'Marionette:Quit'],
  open: ['POST', '/url', 'WebDriver:Navigate'],
  run: ['POST', '/execute/async', 'WebDriver:ExecuteAsyncScript'],
  frame: ['POST', '/frame', 'WebDriver:SwitchToFrame'],
  click: ['POST', '/element/{id}/click', 'WebDriver:ElementClick'],
  type: ['POST', '/element/{id}/value', 'WebDriver:ElementSendKeys'],
  resize: ['POST', '/window/rect', 'WebDriver:SetWindowRect'],
  screenshot: ['GET', '/screenshot', 'WebDriver:TakeScreenshot'],
} as const;

export type Command = keyof typeof COMMANDS;
type Params = Record<string, any>;

/** The key of a reference to an element. */
export const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export interface Transport {
  send(command: Command, params?: Params): Promise<any>;
}

export class Http implements Transport {
  private session = '';

  constructor(private readonly url: string) {}

  async send(command: Command, params: Params = {}): Promise<any> {
    const [method, path] = COMMANDS[command];
    const { value } = await this.call(method, this.session + path.replace('{id}', params.id), params);
    if (command === 'begin') this.session = `/${value.sessionId}`;
    return value;
  }

  private async call(method: string, path: string, params: Params) {
    const body = method === 'POST' ? JSON.stringify(params) : undefined;
    const answer = await fetch(`${this.url}/session${path}`, { method, body });
    const said = (await answer.json()) as { value: any };
    if (!answer.ok) throw new Error(`${method} ${path}: ${said.value.error}: ${said.value.message}`);
    return said;
  }
}

/** Messages are `length:[0,number,name,parameters]`, and `length:[1,number,error,result]` comes back. */
export class Marionette implements Transport {
  private received = Buffer.alloc(0);
  private readonly waiting = new Map<number, (answer: [error: any, result: any]) => void>();
  private sent = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (data) => this.receive(data));
    socket.on('close', () => this.waiting.forEach((answer) => answer([{ error: 'the browser has ended' }, null])));
  }

  /** Waits until Firefox listens. */
  static async connect(port: number): Promise<Marionette> {
    for (const giveUpAt = Date.now() + PATIENCE_MS; ; ) {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        return new Marionette(socket);
      } catch (error) {
        if (Date.now() > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  send(command: Command, params: Params = {}): Promise<any> {
    return this.call(COMMANDS[command][2], params);
  }

  async call(name: string, params: Params): Promise<any> {
    const number = (this.sent += 1);
    const text = JSON.stringify([0, number, name, params]);
    const answered = new Promise<[any, any]>((resolve) => this.waiting.set(number, resolve));
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [error, result] = await answered;
    if (error) throw new Error(`${name}: ${error.error}: ${error.message}`);
    return result && 'value' in result ? result.value : result;
  }

  private receive(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      const start = this.received.indexOf(':') + 1;
      const end = start + Number(this.received.toString('latin1', 0, start - 1));
      if (!start || this.received.length < end) return;
      const message = JSON.parse(this.received.toString('utf8', start, end));
      this.received = this.received.subarray(end);
      // The first greets.
      if (!Array.isArray(message)) continue;
      const [, number, error, result] = message;
      this.waiting.get(number)?.([error, result]);
      this.waiting.delete(number);
    }
  }
}
