import type { Conversation, ConversationId, Message, NewAttached, Totals, UserId } from './api.js';
import { StoaError } from './errors.js';
import { Events } from './events.js';
import { Follower, type Connection, type FollowedEvents } from './follower.js';
import { Outbox, type OutboxStore, type Unsent } from './outbox.js';
import { Rest } from './rest.js';
import { Socket } from './socket.js';
import { Thread, type ThreadOptions } from './thread.js';
import { TIMING, type Timing } from './timing.js';
import { Waiting } from './waiting.js';

export interface Options {
  /** The public URL, like https://chat.example.com. */
  url: string;
  /** A token with the scopes `read` and, to write, `write`. */
  token: string;
  /** Where unsent messages are kept. Without one they are lost with the program. */
  outbox?: OutboxStore;
  /** Whether it tells the server what has arrived, so that senders see it. A token without `write` can't. */
  reportsDelivery?: boolean;
  /** For environments without their own. Node has a `WebSocket` from version 22 on. */
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  timing?: Partial<Timing>;
}

export interface ClientEvents extends FollowedEvents {
  /** A message of this client is stored, those of an earlier run included. */
  sent: Message;
  /** A message of this client is refused for good, and is no longer in the outbox. */
  refused: { message: Unsent; error: unknown };
}

/**
 * A user's conversations, followed and written to. Nothing is lost, doubled or out of order, whatever becomes of connections:
 * see docs/protocol.md. After `start` it connects by itself until `close`, or until the token ends (the event `closed`).
 */
export class Client {
  /** The HTTP API, typed. */
  readonly rest: Rest;
  private readonly events = new Events<ClientEvents>();
  private readonly follower: Follower;
  private readonly outbox: Outbox;
  private readonly waiting: Waiting;

  constructor(options: Options) {
    const timing = { ...TIMING, ...options.timing };
    this.waiting = new Waiting(timing);
    const url = options.url.replace(/\/+$/, '');
    const fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
    this.rest = new Rest(url, options.token, fetch, timing.requestMs);
    const WebSocketClass = options.WebSocket ?? globalThis.WebSocket;
    if (!WebSocketClass) throw new Error('This environment has no WebSocket: give one as an option.');
    const byHttp = async ({ id, conversation, body, attached }: Unsent) => {
      const input = { path: { id: conversation }, body: { id, body, ...(attached && { attached }) } };
      const { message } = await this.rest.call('POST /api/conversations/{id}/messages', input);
      this.follower.take(message);
      return message;
    };
    const ways = {
      bySocket: (frame: Parameters<Follower['send']>[0]) => this.follower.send(frame),
      byHttp,
      isPolling: () => this.follower.state === 'polling',
    };
    this.outbox = new Outbox(ways, timing, options.outbox, {
      sent: (message) => this.events.emit('sent', message),
      refused: (message, error) => this.events.emit('refused', { message, error }),
    });
    const open = (...[hello, receive]: Connection) =>
      new Socket(url, options.token, WebSocketClass, timing, hello, receive);
    this.follower = new Follower(open, this.rest, this.events, this.outbox, timing, this.waiting);
    this.follower.reportsDelivery = options.reportsDelivery ?? true;
  }

  /** Resolves once the first page of conversations is there. Rejects if the token opens nothing. */
  async start(): Promise<void> {
    await this.outbox.restore();
    await this.follower.start();
  }

  /** Ends it. What is not sent stays in the store of the outbox. */
  close(): void {
    this.follower.end(new StoaError('unreachable', 'This client is closed.'));
  }

  on<Kind extends keyof ClientEvents>(kind: Kind, listener: (value: ClientEvents[Kind]) => void): () => void {
    return this.events.on(kind, listener);
  }

  get user(): UserId | undefined {
    return this.follower.user;
  }

  get state(): FollowedEvents['state'] {
    return this.follower.state;
  }

  /** My summaries that are loaded, by their ids: the first page, what `loadMore` brought, and what has changed since. */
  get conversations(): ReadonlyMap<ConversationId, Conversation> {
    return this.follower.conversations;
  }

  /** My unread messages in all conversations. */
  get unread(): number {
    return this.follower.unread;
  }

  /** My unread notifications. */
  get totals(): Totals | undefined {
    return this.follower.totals;
  }

  /** The cursor: everything up to this sync position is applied. */
  get head(): number {
    return this.follower.head;
  }

  get unsent(): Unsent[] {
    return this.outbox.unsent;
  }

  get reportsDelivery(): boolean {
    return this.follower.reportsDelivery;
  }

  set reportsDelivery(reports: boolean) {
    this.follower.reportsDelivery = reports;
  }

  /** Loads the next page of conversations. False if all are loaded. */
  loadMore(): Promise<boolean> {
    return this.follower.loadMore();
  }

  /** Follows the messages of a conversation; eight at a time at most. */
  open(conversation: ConversationId, options: ThreadOptions = {}): Promise<Thread> {
    return this.follower.open(conversation, options);
  }

  /** Follows it no longer. */
  leave(thread: Thread): void {
    this.follower.leave(thread);
  }

  /** Sends a message. Resolves with it as it is stored, whatever happens until then; rejects if it is refused for good. */
  async send(conversation: ConversationId, body: string, attached?: NewAttached): Promise<Message> {
    return this.outbox.send(conversation, body, attached);
  }

  /** Says that I have read everything up to a message. Resolves once that is stored. */
  async markRead(conversation: ConversationId, upto_seq: number): Promise<void> {
    const epoch = this.follower.epoch;
    await this.repeat(() =>
      this.rest.call('POST /api/conversations/{id}/read', { path: { id: conversation }, body: { upto_seq, epoch } }),
    );
  }

  /** Says that I began or stopped typing, if there is a connection. */
  typing(conversation: ConversationId, is_typing: boolean): void {
    this.follower.send({ type: 'typing', conversation, is_typing });
  }

  /** Asks until there is an answer that no further attempt would change. For what may be repeated: all of the API that has an id. */
  repeat<T>(ask: () => Promise<T>): Promise<T> {
    return this.waiting.repeat(ask);
  }

  /** Resolves once everything that was stored before is applied here. It waits for a socket. */
  sync(): Promise<void> {
    return this.follower.sync();
  }
}

