import { StoaError, isTransient } from './errors.js';
import { pauseMs, type Timing } from './timing.js';

/** Waits for times, answers and states, all of it until it is over. */
export class Waiting {
  /** Why it is over. */
  over: StoaError | undefined;
  private readonly sleepers = new Set<() => void>();
  private waiters: { isTrue: () => boolean; resolve: () => void }[] = [];

  constructor(private readonly timing: Timing) {}

  end(reason: StoaError): void {
    this.over = reason;
    for (const wake of this.sleepers) wake();
    this.check();
  }

  /** Resolves once something is so; rejects if it is over before. */
  async when(isTrue: () => boolean): Promise<void> {
    if (!isTrue() && !this.over) await new Promise<void>((resolve) => this.waiters.push({ isTrue, resolve }));
    if (this.over) throw this.over;
  }

  /** Something has changed: looks who has waited for it. */
  check(): void {
    const isDone = ({ isTrue }: { isTrue: () => boolean }) => this.over !== undefined || isTrue();
    const done = this.waiters.filter(isDone);
    this.waiters = this.waiters.filter((waiter) => !done.includes(waiter));
    for (const { resolve } of done) resolve();
  }

  /** Resolves after a time, or when it is over. */
  sleep(ms: number): Promise<void> {
    if (this.over) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.sleepers.add(wake);
    });
  }

  /** Asks again after each error that passes. */
  async repeat<T>(ask: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      if (this.over) throw this.over;
      try {
        return await ask();
      } catch (error) {
        if (!isTransient(error)) throw error;
        const retryAfterMs = ((error as StoaError).retryAfterS ?? 0) * 1_000;
        await this.sleep(retryAfterMs || pauseMs(this.timing, failures));
      }
    }
  }
}
