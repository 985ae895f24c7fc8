/** Stoa's chat on the pages of a marketplace: importing this defines the elements. docs/embedding.md is the guide. */
import { UnreadBadge } from './badge.js';
import { Chat, Inbox, endFrames } from './frame.js';
import { ContactButton, Popup } from './popup.js';
import { endBadge } from './unread.js';

export { init, type GetIdentity, type Options } from './settings.js';
export { subscribe, unread } from './unread.js';
export { Chat, ContactButton, Inbox, Popup, UnreadBadge };

/** Ends all that was opened for the visitor, here and on the server. Call it where they sign out; `init` begins again. */
export async function signOut(): Promise<void> {
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
