import type { Options } from '../dist/index.js';

/** Begins for a visitor, and ends once the component is gone or another visitor comes. `user` is your id of the visitor. */
export function useStoa(options: Options & { user: string | undefined }): void;
/** How many messages the visitor has not read. */
export function useUnread(): number;
