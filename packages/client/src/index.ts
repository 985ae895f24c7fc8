export type * from './api.js';
export { Client, type ClientEvents, type Options } from './client.js';
export { StoaError, isTransient } from './errors.js';
export { uuidV7 } from './ids.js';
export type { OutboxStore, Unsent } from './outbox.js';
export { Rest, type Answer, type Input, type Operation } from './rest.js';
export { Thread, type ThreadOptions } from './thread.js';
export { TIMING, type Timing } from './timing.js';
