// The elements of the chat's embed.js, for TypeScript.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type Tag<Attributes = object> = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Attributes;
type About = { listing?: string; order?: string; conversation?: string };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'stoa-contact-button': Tag<About>;
      'stoa-chat': Tag<About>;
      'stoa-inbox': Tag;
      'stoa-unread-badge': Tag;
    }
  }
}

declare global {
  interface Window {
    Stoa?: { signOut(): Promise<void> };
  }
}
