import type {
  Change,
  ClientFrame,
  Conversation,
  ConversationId,
  ConversationPage,
  ListedCursor,
  Message,
  Presence,
  ServerFrame,
  ServerRefused,
  ServerTyping,
  Totals,
  UserId,
} from './api.js';
import { StoaError, isTransient } from './errors.js';
import type { Events } from './events.js';
import type { Outbox } from './outbox.js';
import type { Rest } from './rest.js';
import type { Socket } from './socket.js';
import { Thread, type ThreadOptions } from './thread.js';
import { pauseMs, type Timing } from './timing.js';
import type { Waiting } from './waiting.js';

export interface FollowedEvents {
  /** `polling`: the socket can't be had, and it asks by HTTP every few seconds. */
  state: 'connecting' | 'live' | 'polling' | 'closed';
  /** A summary that is new here, or newer than the one before. */
  conversation: Conversation;
  /** I am no longer in a conversation: drop what is held of it. */
  left: ConversationId;
  /** My unread messages in all conversations. */
  unread: number;
  typing: ServerTyping;
  presence: Presence;
  /** The server’s history is another one, as after a restored backup: everything is loaded anew, open threads with their newest page. */
  reset: undefined;
  /** It is over: by `close`, or because the token has ended. */
  closed: StoaError;
}

/** How a connection begins, and what takes its frames. */
export type Connection = [hello: () => ClientFrame, receive: (frame: ServerFrame) => void];

/** Changes come whole, as they also do by polling; from 2 on there would be deltas of summaries. */
const PROTOCOL = 1;
/** The server follows so many for one socket. */
const OPEN_THREADS_MAX = 8;
const PAGE_MESSAGES = 200;
/** Close codes after which connecting again is of no use. */
const FINAL: Record<number, ['signed_out' | 'suspended' | 'invalid', string]> = {
  4401: ['signed_out', 'The token has ended.'],
  4403: ['suspended', 'The account is suspended.'],
  4426: ['invalid', 'This client is too old for its server.'],
};

/** Follows the user by the rules of docs/protocol.md: one cursor for the user, and one for each open thread. */
export class Follower {
  user: UserId | undefined;
  state: FollowedEvents['state'] = 'connecting';
  epoch = '';
  head = 0;
  unread = 0;
  totals: Totals | undefined;
  reportsDelivery = true;
  readonly conversations = new Map<ConversationId, Conversation>();
  private readonly threads = new Map<ConversationId, Thread>();
  /** When I left conversations, as their `changed`. */
  private readonly leftAt = new Map<ConversationId, number>();
  private next: ListedCursor | null = null;
  private socket: Socket | undefined;
  /** Whether this socket was welcomed. */
  private isLive = false;
  /** The head of the last pong, and of the cursor at that time. */
  private pong = { head: 0, cursor: 0 };
  private delivered = 0;
  private deliveredTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly openSocket: (...connection: Connection) => Socket,
    private readonly rest: Rest,
    private readonly events: Events<FollowedEvents>,
    private readonly outbox: Outbox,
    private readonly timing: Timing,
    private readonly waiting: Waiting,
  ) {}

  async start(): Promise<void> {
    await this.waiting.repeat(() => this.load());
    void this.run();
  }

  /** Connects, again and again, until it is over. */
  private async run(): Promise<void> {
    for (let failures = 0; !this.waiting.over; failures += 1) {
      try {
        if (this.epoch === '') await this.load();
        if (await this.connect()) failures = 0;
      } catch (error) {
        if (!isTransient(error)) return this.end(error as StoaError);
      }
      await this.pause(failures);
    }
  }

  /** The first page of conversations, with the cursor from which everything follows. */
  private async load(): Promise<void> {
    this.user ??= (await this.rest.call('GET /api/users/me')).id;
    const page = await this.rest.call('GET /api/conversations');
    this.conversations.clear();
    this.leftAt.clear();
    this.takePage(page);
    this.head = page.head;
    this.delivered = 0;
    this.epoch = page.epoch;
    this.totals = page.totals;
    this.setUnread(page.unread);
    for (const thread of this.threads.values()) void this.fetch(thread).catch(() => {});
  }

  async loadMore(): Promise<boolean> {
    if (!this.next) return false;
    const { listed, id } = this.next;
    const page = await this.waiting.repeat(() =>
      this.rest.call('GET /api/conversations', { query: { after_listed: listed, after_id: id } }),
    );
    if (page.epoch === this.epoch) this.takePage(page);
    return this.next !== null;
  }

  private takePage(page: ConversationPage): void {
    this.next = page.next;
    for (const summary of page.conversations) this.put(summary);
  }

  /** One connection until it is gone. True if the server welcomed it. */
  private async connect(): Promise<boolean> {
    this.setState(this.state === 'polling' ? 'polling' : 'connecting');
    const hello = (): ClientFrame => ({ type: 'hello', epoch: this.epoch, head: this.head, protocol: PROTOCOL });
    const receive = (frame: ServerFrame) => {
      this.receive(frame);
      this.waiting.check();
    };
    const socket = this.openSocket(hello, receive);
    this.socket = socket;
    const code = await socket.closed;
    const wasLive = this.isLive;
    this.socket = undefined;
    this.isLive = false;
    this.outbox.cut();
    this.waiting.check();
    const reason = FINAL[code];
    if (reason) throw new StoaError(...reason);
    return wasLive;
  }

  private receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        if (frame.user !== this.user) return this.end(new StoaError('signed_out', 'The token is another user’s now.'));
        this.isLive = true;
        this.setState('live');
        for (const thread of this.threads.values()) this.join(thread);
        this.reportDelivered();
        return this.outbox.resume();
      case 'reset':
        return this.reset();
      case 'change':
        // What is between was lost on the way: the next `hello` brings it.
        if (!this.apply(frame)) this.socket?.close();
        return;
      case 'ack':
        this.take(frame.message);
        return this.outbox.acknowledged(frame.id, frame.message);
      case 'refused':
        return this.refused(frame);
      case 'pong': {
        const { head, cursor } = this.pong;
        // Behind since the pong before, and nothing has come: something is wrong with this connection.
        if (head > this.head && cursor === this.head) this.socket?.close();
        this.pong = { head: frame.head, cursor: this.head };
        return;
      }
      case 'typing':
        return this.events.emit('typing', frame);
      case 'presence':
        return this.events.emit('presence', frame);
      default:
        // Of a newer server, or for other clients.
        return;
    }
  }

  private refused({ frame, id, conversation, error }: ServerRefused): void {
    const reason = new StoaError(error.code, error.message, error.field ?? undefined, error.retry_after ?? undefined);
    if (frame === 'send_message' && id) return this.outbox.refused(id, reason);
    const thread = frame === 'join_conversation' && conversation ? this.threads.get(conversation) : undefined;
    if (!thread) return;
    if (!reason.isTransient) return this.lose(thread.conversation);
    setTimeout(() => this.join(thread), (reason.retryAfterS ?? 1) * 1_000);
  }

  /** Applies a change. False if it does not follow on the cursor. */
  private apply(change: Change): boolean {
    if (change.from > this.head) return false;
    if (change.to > this.head) {
      this.head = change.to;
      this.totals = change.notifications.totals;
      for (const update of change.conversations) {
        if (update.state === 'left') this.lose(update.id, update.changed);
        else if (update.state === 'active') this.put(update);
      }
      this.setUnread(change.unread);
      this.reportDelivered();
    }
    for (const update of change.conversations) {
      if (update.state === 'active') this.threads.get(update.id)?.begin(update);
    }
    for (const update of change.messages) {
      const thread = this.threads.get(update.conversation);
      if (thread && !thread.isLoading && !thread.apply(update)) void this.fetch(thread).catch(() => {});
    }
    return true;
  }

  /** The answer to a send belongs into its thread, and moves no cursor. */
  take(message: Message): void {
    this.threads.get(message.conversation)?.put(message);
  }

  private put(update: Conversation): void {
    const { state: _, ...summary } = update as Conversation & { state?: string };
    const held = this.conversations.get(summary.id);
    // A page that was read before I left comes too late.
    const known = Math.max(held?.changed ?? 0, this.leftAt.get(summary.id) ?? 0);
    if (known > summary.changed) return;
    this.conversations.set(summary.id, summary);
    this.events.emit('conversation', summary);
  }

  private lose(conversation: ConversationId, changed = 0): void {
    this.conversations.delete(conversation);
    this.leftAt.set(conversation, changed);
    const thread = this.threads.get(conversation);
    if (thread) thread.hasLeft = true;
    this.threads.delete(conversation);
    this.events.emit('left', conversation);
  }

  /** Another history: nothing that is held counts, but what is unsent. */
  private reset(): void {
    this.epoch = '';
    for (const thread of this.threads.values()) thread.reset();
    this.events.emit('reset', undefined);
    this.socket?.close();
  }

  async open(conversation: ConversationId, options: ThreadOptions): Promise<Thread> {
    if (this.threads.has(conversation)) throw new Error('This conversation is open already.');
    if (this.threads.size >= OPEN_THREADS_MAX) throw new Error(`At most ${OPEN_THREADS_MAX} conversations are open.`);
    const thread = new Thread(conversation, options);
    this.threads.set(conversation, thread);
    await this.fetch(thread);
    return thread;
  }

  leave(thread: Thread): void {
    if (this.threads.get(thread.conversation) !== thread) return;
    this.threads.delete(thread.conversation);
    this.send({ type: 'leave_conversation', conversation: thread.conversation });
  }

  /** Fetches what is held of a thread and everything after it, then has the server send what is newer. */
  private async fetch(thread: Thread): Promise<void> {
    const { generation } = thread;
    const isWanted = () => this.threads.get(thread.conversation) === thread && thread.generation === generation;
    thread.isLoading = true;
    try {
      await this.waiting.repeat(() => this.fetchPages(thread, isWanted));
    } catch (error) {
      if (isWanted() && !this.waiting.over) this.lose(thread.conversation);
      throw error;
    }
    if (!isWanted()) return;
    thread.isLoading = false;
    this.join(thread);
    this.waiting.check();
  }

  private async fetchPages(thread: Thread, isWanted: () => boolean): Promise<void> {
    let version: number | undefined;
    for (let after = thread.fetchAfter, isEnd = false; !isEnd; ) {
      const query = after === undefined ? {} : { after_seq: after, limit: PAGE_MESSAGES };
      const path = { id: thread.conversation };
      const page = await this.rest.call('GET /api/conversations/{id}/messages', { path, query });
      if (!isWanted()) return;
      thread.takePage(page);
      // What changes while the pages come is newer than the first of them, and comes after joining.
      version ??= page.conversation.version;
      const last = page.messages.at(-1)?.seq;
      isEnd = after === undefined || last === undefined || last >= page.conversation.last_seq;
      after = last;
    }
    thread.version = version ?? 0;
  }

  private join(thread: Thread): void {
    const { conversation, version } = thread;
    if (this.isLive && !thread.isLoading && this.threads.get(conversation) === thread) {
      this.send({ type: 'join_conversation', conversation, version });
    }
  }

  /** False if there is no connection. */
  send(frame: ClientFrame): boolean {
    return this.isLive && (this.socket?.send(frame) ?? false);
  }

  /** At most once a second, and only what has moved. */
  private reportDelivered(): void {
    this.deliveredTimer ??= setTimeout(() => {
      this.deliveredTimer = undefined;
      if (!this.reportsDelivery || this.delivered >= this.head) return;
      if (this.send({ type: 'delivered', head: this.head })) this.delivered = this.head;
    }, this.timing.deliveredMs);
  }

  /** Waits before the next attempt, and polls meanwhile after some that failed. */
  private async pause(failures: number): Promise<void> {
    if (failures < this.timing.attemptsBeforePolling) return this.waiting.sleep(pauseMs(this.timing, failures));
    this.setState('polling');
    const until = Date.now() + pauseMs(this.timing, failures);
    while (!this.waiting.over && Date.now() < until) {
      try {
        if (this.epoch === '') await this.load();
        await this.poll();
        this.outbox.resume();
      } catch (error) {
        if (!isTransient(error)) return this.end(error as StoaError);
      }
      await this.waiting.sleep(this.timing.pollMs);
    }
  }

  /** What is new by HTTP, for the user and each open thread. */
  private async poll(): Promise<void> {
    const threads = [...this.threads.values()].filter(({ isLoading }) => !isLoading);
    for (const thread of threads.length > 0 ? threads : [undefined]) {
      for (let hasMore = true; hasMore && !this.waiting.over; ) {
        const open = thread && { conversation: thread.conversation, version: thread.version };
        const query = { epoch: this.epoch, since: this.head, ...open };
        const answer = await this.rest.call('GET /api/messages/poll', { query });
        if (answer.kind === 'reset') return this.reset();
        this.apply(answer);
        hasMore = answer.more;
      }
    }
  }

  async sync(): Promise<void> {
    for (;;) {
      await this.waiting.when(() => this.isLive);
      const { socket } = this;
      if (!socket) continue;
      const isGone = () => this.socket !== socket;
      socket.ping();
      const ping = socket.pings;
      await this.waiting.when(() => isGone() || socket.pongs >= ping);
      const { head } = this.pong;
      const isLoading = () => [...this.threads.values()].some((thread) => thread.isLoading);
      await this.waiting.when(() => isGone() || (this.head >= head && !isLoading()));
      if (!isGone()) return;
    }
  }

  end(reason: StoaError): void {
    if (this.waiting.over) return;
    this.waiting.end(reason);
    clearTimeout(this.deliveredTimer);
    this.socket?.close(1000);
    this.outbox.end(reason);
    this.setState('closed');
    this.events.emit('closed', reason);
  }

  private setState(state: FollowedEvents['state']): void {
    if (this.state === state) return;
    this.state = state;
    this.events.emit('state', state);
  }

  private setUnread(unread: number): void {
    if (this.unread === unread) return;
    this.unread = unread;
    this.events.emit('unread', unread);
  }
}
