import type { ErrorCode } from './api.js';

const TRANSIENT: readonly ErrorCode[] = ['too_fast', 'retry', 'full', 'internal', 'unreachable'];

/** Why something was refused, or could not be asked (`unreachable`, which no server says). Its message is a sentence for people. */
export class StoaError extends Error {
  override readonly name = 'StoaError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The name of the input that is wrong. */
    readonly field?: string,
    /** Seconds to wait before the next attempt. */
    readonly retryAfterS?: number,
  ) {
    super(message);
  }

  /** Whether the same may succeed after a pause. */
  get isTransient(): boolean {
    return TRANSIENT.includes(this.code);
  }
}

/** Whether an error passes by itself: trying again is safe for whatever carries an id of the client's. */
export function isTransient(error: unknown): boolean {
  return error instanceof StoaError && error.isTransient;
}
