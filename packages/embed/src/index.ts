/** Stoa's chat on the pages of a marketplace: importing this defines the elements. docs/embedding.md is the guide. */
import { UnreadBadge } from './badge.js';
import { Chat, Inbox, endFrames, leaveFrames } from './frame.js';
import { ContactButton, Popup } from './popup.js';
import { endBadge, leaveBadge } from './unread.js';

export { init, type GetIdentity, type Options } from './settings.js';
export { subscribe, unread } from './unread.js';
export { Chat, ContactButton, Inbox, Popup, UnreadBadge };

/** The other tabs of this site. There are none on a server. */
const tabs = globalThis.customElements && new BroadcastChannel('stoa');
if (tabs) {
  tabs.onmessage = () => {
    leaveFrames();
    void leaveBadge();
  };
}

/**
 * Ends all that was opened for the visitor, here, in the other tabs and on the server. Call it where they sign out; `init` begins
 * again.
 */
export async function signOut(): Promise<void> {
  tabs?.postMessage('sign-out');
  await Promise.all([endFrames(), endBadge()]);
}

const elements = {
  'stoa-inbox': Inbox,
  'stoa-chat': Chat,
  'stoa-contact-button': ContactButton,
  'stoa-popup': Popup,
  'stoa-unread-badge': UnreadBadge,
};

if (globalThis.customElements) {
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stoa-inbox': Inbox;
    'stoa-chat': Chat;
    'stoa-contact-button': ContactButton;
    'stoa-popup': Popup;
    'stoa-unread-badge': UnreadBadge;
  }
}
