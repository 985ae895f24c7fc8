/** How long things take, in milliseconds. Change them in tests; servers count on the defaults. */
export interface Timing {
  /** Between two pings. A socket that is silent for 70 s is closed by the server. */
  heartbeatMs: number;
  /** Within which a ping, or a new socket, is answered. */
  timeoutMs: number;
  /** Within which a request is answered. */
  requestMs: number;
  /** Pauses before the next attempt, one after the other; the last one repeats. */
  backoffMs: readonly number[];
  /** At most so much more, chosen at random: clients that lost the same server don't come back together. */
  jitterMs: number;
  /** Failed attempts after which it polls as well. */
  attemptsBeforePolling: number;
  pollMs: number;
  /** Between two reports of what was applied. */
  deliveredMs: number;
}

export const TIMING: Timing = {
  heartbeatMs: 30_000,
  timeoutMs: 10_000,
  requestMs: 30_000,
  backoffMs: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000],
  jitterMs: 1_000,
  attemptsBeforePolling: 5,
  pollMs: 3_000,
  deliveredMs: 1_000,
};

/** The pause before attempt `failures` + 1. */
export function pauseMs(timing: Timing, failures: number): number {
  const { backoffMs } = timing;
  return (backoffMs[Math.min(failures, backoffMs.length - 1)] ?? 0) + Math.random() * timing.jitterMs;
}
