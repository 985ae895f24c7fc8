/** `<stoa-unread-badge>`: how many messages the visitor has not read, without a frame. */
import { Element, adopt, make } from './element.js';
import { subscribe, unread } from './unread.js';

const COUNT_MAX = 99;

const CSS = `
:host { display: inline-block; }
:host([hidden]), :host(:not([count])) { display: none; }
b { display: inline-block; box-sizing: border-box; min-inline-size: 1.25rem; padding-inline: 0.375rem; border-radius: 1rem; background: var(--stoa-badge, #b3261e); color: var(--stoa-badge-text, #fff); font: 600 0.75rem/1.25rem system-ui, sans-serif; text-align: center; }
i { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

export class UnreadBadge extends Element {
  #unsubscribe?: () => void;

  connectedCallback(): void {
    this.#unsubscribe = subscribe(() => this.#show());
    this.#show();
  }

  disconnectedCallback(): void {
    this.#unsubscribe?.();
  }

  get unread(): number {
    return unread();
  }

  #show(): void {
    const count = unread();
    const shown = count > COUNT_MAX ? `${COUNT_MAX}+` : String(count);
    const label = make('i', {}, ` ${this.getAttribute('label') ?? 'unread messages'}`);
    adopt(this, CSS).replaceChildren(make('b', {}, shown), label);
    // The host can be styled by it, and is hidden without.
    if (count) this.setAttribute('count', shown);
    else this.removeAttribute('count');
    this.tell('unread', { unread: count });
  }
}
