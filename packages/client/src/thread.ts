import type { Conversation, ConversationId, Message, MessagePage, ThreadNews } from './api.js';
import { guard } from './events.js';

/** Messages that a thread holds at most; older ones are dropped once they were handed over. */
const HELD_MAX = 1_000;

export interface ThreadOptions {
  /** The last message that is known: those after it are handed over. Without it, the newest page is the beginning. */
  after?: number;
  /** Each message, once, in the order of `seq`, without gaps. Those of the beginning too. */
  onMessage?: (message: Message) => void;
  /** A newer copy of a message that was handed over: edited, deleted, with other reactions. */
  onUpdate?: (message: Message) => void;
}

/** A conversation that is followed: a stretch of its messages without gaps, up to its newest. */
export class Thread {
  /** Oldest first. */
  readonly messages: Message[] = [];
  /** The cursor: everything up to this version is applied. */
  version = 0;
  /** Whether its pages are on their way; until they are there, it takes nothing from changes. */
  isLoading = false;
  /** Whether the conversation is no longer mine. */
  hasLeft = false;
  /** Counts the histories: a page of an earlier one is of no use. */
  generation = 0;
  /** The seq of the message that comes next; not known before the first page. */
  private next: number | undefined;

  constructor(
    readonly conversation: ConversationId,
    private readonly options: ThreadOptions,
  ) {
    this.next = options.after === undefined ? undefined : options.after + 1;
  }

  /** After which message its pages are fetched, so that all that is held comes as it is now. Without it, the newest page. */
  get fetchAfter(): number | undefined {
    const first = this.messages[0]?.seq ?? this.next;
    return first === undefined ? undefined : first - 1;
  }

  /** Drops what is held, since the history has become another. */
  reset(): void {
    this.generation += 1;
    this.messages.length = 0;
    this.version = 0;
    this.next = undefined;
  }

  /** Where the history begins now: what is before it is gone. */
  begin({ from_seq, floor_seq }: Conversation): void {
    const first = Math.max(from_seq, floor_seq + 1);
    while (this.messages[0] && this.messages[0].seq < first) this.messages.shift();
    if (this.next !== undefined && this.next < first) this.next = first;
  }

  takePage({ conversation, messages }: MessagePage): void {
    this.next ??= messages[0]?.seq ?? conversation.last_seq + 1;
    this.begin(conversation);
    for (const message of messages) this.put(message);
  }

  /** Applies its part of a change. False if it does not follow on what is held: then its pages are fetched. */
  apply(update: ThreadNews): boolean {
    if (update.version <= this.version) return true;
    if (update.is_reload || update.base > this.version) return false;
    const messages = [...update.messages].sort((one, other) => one.seq - other.seq);
    const hasGap = messages.map((message) => this.put(message)).includes(false);
    if (!hasGap) this.version = update.version;
    return !hasGap;
  }

  /** Takes a message. False if others would be missing before it. */
  put(message: Message): boolean {
    if (this.next === undefined || message.seq > this.next) return false;
    if (message.seq === this.next) {
      this.next += 1;
      this.messages.push(message);
      if (this.messages.length > HELD_MAX) this.messages.shift();
      guard(() => this.options.onMessage?.(message));
      return true;
    }
    const index = message.seq - (this.next - this.messages.length);
    const held = this.messages[index];
    if (held && message.version > held.version) {
      this.messages[index] = message;
      guard(() => this.options.onUpdate?.(message));
    }
    return true;
  }
}
