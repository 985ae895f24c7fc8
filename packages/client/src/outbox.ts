import type { ClientSendMessage, ConversationId, Message, MessageId, NewAttached } from './api.js';
import { StoaError, isTransient } from './errors.js';
import { uuidV7 } from './ids.js';
import { pauseMs, type Timing } from './timing.js';

/** A message on its way. Its id is made here and never changes, so that the server stores it once, however often it is sent. */
export interface Unsent {
  id: MessageId;
  conversation: ConversationId;
  body: string;
  attached?: NewAttached;
}

/** Where unsent messages outlive the program. `all` gives them in the order in which they were put. */
export interface OutboxStore {
  put(message: Unsent): Promise<void>;
  remove(id: MessageId): Promise<void>;
  all(): Promise<Unsent[]>;
}

/** The ways to the server. */
export interface Ways {
  /** False while there is no socket. */
  bySocket(frame: ClientSendMessage): boolean;
  byHttp(message: Unsent): Promise<Message>;
  isPolling(): boolean;
}

/** A message that closed the socket so often goes by HTTP. */
const CUTS_MAX = 2;

interface Entry {
  message: Unsent;
  state: 'waiting' | 'socket' | 'http' | 'paused';
  /** How often the connection ended while it was under way. */
  cuts: number;
  failures: number;
  resolve: (message: Message) => void;
  reject: (error: unknown) => void;
}

/** Messages until they are acknowledged. Of one conversation a single one is under way, so that they arrive in their order. */
export class Outbox {
  private readonly queues = new Map<ConversationId, Entry[]>();
  private stored: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(
    private readonly ways: Ways,
    private readonly timing: Timing,
    private readonly store: OutboxStore | undefined,
    private readonly tell: { sent(message: Message): void; refused(message: Unsent, error: unknown): void },
  ) {}

  /** Takes up what an earlier run has left behind. */
  async restore(): Promise<void> {
    for (const message of (await this.store?.all()) ?? []) {
      this.enqueue(message, () => {}, () => {});
    }
  }

  /** Resolves with the message as it is stored; rejects if it is refused for good. */
  async send(conversation: ConversationId, body: string, attached?: NewAttached): Promise<Message> {
    const message: Unsent = { id: uuidV7(), conversation, body, ...(attached && { attached }) };
    if (this.store) {
      // One after the other, so that they are found again in their order; and before anything goes out.
      const put = this.stored.then(() => this.store?.put(message));
      this.stored = put.catch(() => {});
      await put;
    }
    return new Promise((resolve, reject) => this.enqueue(message, resolve, reject));
  }

  get unsent(): Unsent[] {
    return [...this.queues.values()].flat().map(({ message }) => message);
  }

  /** There is a way to the server again. */
  resume(): void {
    for (const queue of this.queues.values()) this.pump(queue);
  }

  /** The socket is gone, and with it the answers to what was sent on it. */
  cut(): void {
    for (const [entry] of this.queues.values()) {
      if (entry?.state !== 'socket') continue;
      entry.state = 'waiting';
      entry.cuts += 1;
    }
  }

  acknowledged(id: MessageId, message: Message): void {
    const queue = this.queues.get(message.conversation);
    const entry = queue?.[0];
    if (!queue || entry?.message.id !== id) return;
    void this.finish(queue, entry).then(() => entry.resolve(message));
    this.tell.sent(message);
  }

  refused(id: string, error: StoaError): void {
    for (const queue of this.queues.values()) {
      const entry = queue[0];
      if (entry?.message.id === id && entry.state === 'socket') this.fail(queue, entry, error);
    }
  }

  /** Nothing goes out any more. What is stored stays there. */
  end(error: unknown): void {
    this.isOver = true;
    for (const queue of this.queues.values()) for (const { reject } of queue.splice(0)) reject(error);
  }

  private enqueue(message: Unsent, resolve: Entry['resolve'], reject: Entry['reject']): void {
    if (this.isOver) return reject(new StoaError('unreachable', 'This client is closed.'));
    const queue = this.queues.get(message.conversation) ?? [];
    this.queues.set(message.conversation, queue);
    queue.push({ message, state: 'waiting', cuts: 0, failures: 0, resolve, reject });
    this.pump(queue);
  }

  /** Sends the first message of a queue, if it waits and there is a way. */
  private pump(queue: Entry[]): void {
    const entry = queue[0];
    if (entry?.state !== 'waiting' || this.isOver) return;
    const frame: ClientSendMessage = { type: 'send_message', ...entry.message };
    if (entry.cuts < CUTS_MAX && this.ways.bySocket(frame)) {
      entry.state = 'socket';
    } else if (entry.cuts >= CUTS_MAX || this.ways.isPolling()) {
      entry.state = 'http';
      this.ways.byHttp(entry.message).then(
        (message) => this.acknowledged(entry.message.id, message),
        (error: unknown) => queue[0] === entry && this.fail(queue, entry, error),
      );
    }
  }

  private fail(queue: Entry[], entry: Entry, error: unknown): void {
    if (isTransient(error)) {
      entry.state = 'paused';
      const retryAfterMs = ((error as StoaError).retryAfterS ?? 0) * 1_000;
      setTimeout(() => {
        if (entry.state === 'paused') entry.state = 'waiting';
        this.pump(queue);
      }, retryAfterMs || pauseMs(this.timing, entry.failures++));
      return;
    }
    void this.finish(queue, entry).then(() => entry.reject(error));
    this.tell.refused(entry.message, error);
  }

  /** Takes an answered message out, and sends the next one. */
  private async finish(queue: Entry[], entry: Entry): Promise<void> {
    queue.shift();
    if (queue.length === 0) this.queues.delete(entry.message.conversation);
    else this.pump(queue);
    // One that stays in the store is sent again in the next run, which changes nothing.
    await this.store?.remove(entry.message.id).catch(() => {});
  }
}
