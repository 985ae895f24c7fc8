import type { DeepReadonly, Ref } from 'vue';
import type { Options } from '../dist/index.js';

/** Begins for a visitor, and ends once the component is gone. */
export function useStoa(options: Options): void;
/** How many messages the visitor has not read. */
export function useUnread(): DeepReadonly<Ref<number>>;
