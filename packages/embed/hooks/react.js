import { useEffect, useSyncExternalStore } from 'react';
import { init, signOut, subscribe, unread } from '../dist/index.js';

/** Begins for a visitor, and ends once the component is gone or another visitor comes. */
export function useStoa({ url, identity, user }) {
  useEffect(() => {
    init({ url, identity });
    return () => void signOut();
  }, [url, user]);
}

/** How many messages the visitor has not read. */
export function useUnread() {
  return useSyncExternalStore(subscribe, unread, () => 0);
}
