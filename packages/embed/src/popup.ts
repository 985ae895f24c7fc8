/** Elements that open a chat over the page: `<stoa-contact-button>` and `<stoa-popup>`. */
import { Element, adopt, make } from './element.js';
import type { FrameElement } from './frame.js';

/** Where the chat takes the whole screen. */
const PHONE = '(max-width: 40em), (max-height: 28em)';

const CSS = `
:host { display: inline-block; }
:host([hidden]) { display: none; }
:host([floating]) { position: fixed; inset-block-end: calc(1rem + env(safe-area-inset-bottom, 0px)); inset-inline-end: 1rem; z-index: 2147483000; }
button { font: inherit; cursor: pointer; }
.open { display: inline-flex; align-items: center; gap: 0.5rem; min-block-size: 2.75rem; padding-inline: 1.25rem; border: 0; border-radius: var(--stoa-radius, 0.75rem); background: var(--stoa-color, #0f766e); color: var(--stoa-text, #fff); }
dialog { position: fixed; inset: auto; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; margin: 0; padding: 0; inline-size: 24rem; max-inline-size: calc(100vw - 2rem); block-size: 40rem; max-block-size: calc(100dvh - 2rem); border: 1px solid #8884; border-radius: 1rem; background: Canvas; color: CanvasText; box-shadow: 0 1rem 3rem #0004; overflow: hidden; }
dialog[open] { display: grid; grid-template-rows: auto 1fr; }
stoa-chat, stoa-inbox { border: 0; border-radius: 0; }
header { display: flex; align-items: center; justify-content: space-between; padding-inline: 1rem 0.25rem; font-weight: 600; }
header button { inline-size: 2.75rem; block-size: 2.75rem; border: 0; background: none; color: inherit; font-size: 1.5rem; }
@media ${PHONE} {
  dialog { inset: 0; inline-size: 100%; max-inline-size: 100%; block-size: 100dvh; max-block-size: 100dvh; border: 0; border-radius: 0; padding-block: env(safe-area-inset-top, 0px) env(safe-area-inset-bottom, 0px); box-sizing: border-box; }
}
`;

export abstract class Opener extends Element {
  #dialog?: HTMLDialogElement;
  #frame?: FrameElement;
  /** What had the focus before. */
  #opener?: HTMLElement | null;

  static observedAttributes = ['listing', 'order', 'conversation'];

  /** The element of the chat, without attributes. */
  protected abstract frameName(): 'stoa-chat' | 'stoa-inbox';
  protected abstract label(): string;

  connectedCallback(): void {
    const root = adopt(this, CSS);
    if (this.#dialog) return;
    const button = make('button', { type: 'button', className: 'open' }, make('slot', {}, this.label()));
    button.part.add('button');
    button.setAttribute('aria-haspopup', 'dialog');
    button.onclick = () => this.toggle();
    const close = make('button', { type: 'button', textContent: '×', onclick: () => this.close() });
    close.setAttribute('aria-label', this.getAttribute('close-label') ?? 'Close');
    const title = make('span', { textContent: this.getAttribute('heading') ?? this.label() });
    this.#dialog = make('dialog', {}, make('header', {}, title, close));
    this.#dialog.setAttribute('aria-label', title.textContent ?? '');
    this.#dialog.addEventListener('close', () => {
      this.#restoreFocus();
      this.tell('closed');
    });
    // Where the chat is not modal, the browser closes nothing by itself.
    this.#dialog.addEventListener('keydown', ({ key }) => key === 'Escape' && this.close());
    this.#dialog.addEventListener('escape', () => this.close());
    root.replaceChildren(button, this.#dialog);
  }

  disconnectedCallback(): void {
    this.close();
    this.#frame?.remove();
    this.#frame = undefined;
  }

  attributeChangedCallback(name: string, _: string | null, after: string | null): void {
    if (after === null) this.#frame?.removeAttribute(name);
    else this.#frame?.setAttribute(name, after);
  }

  get isOpen(): boolean {
    return this.#dialog?.open ?? false;
  }

  /** Opens the chat; the focus goes into it. */
  open(): void {
    const dialog = this.#dialog;
    if (!dialog || dialog.open) return;
    if (!this.#frame) {
      this.#frame = document.createElement(this.frameName()) as FrameElement;
      for (const name of ['listing', 'order', 'conversation', 'theme', 'label', 'retry-label', 'failed-label']) {
        const value = this.getAttribute(name);
        if (value !== null) this.#frame.setAttribute(name, value);
      }
      dialog.append(this.#frame);
    }
    const active = document.activeElement;
    this.#opener = (active === this ? this.shadowRoot?.activeElement : active) as HTMLElement | null;
    if (matchMedia(PHONE).matches) dialog.showModal();
    else dialog.show();
    this.#frame.focus();
    this.tell('opened');
  }

  /** Closes the chat; the focus goes back. What was written stays. */
  close(): void {
    this.#dialog?.close();
  }

  /** Whoever has gone on elsewhere stays there. */
  #restoreFocus(): void {
    const active = document.activeElement;
    if (!active || active === document.body || active === this) this.#opener?.focus();
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }
}

/** Opens the conversation about a listing or an order. */
export class ContactButton extends Opener {
  protected frameName(): 'stoa-chat' {
    return 'stoa-chat';
  }

  protected label(): string {
    return 'Contact host';
  }
}

/** Opens all conversations. */
export class Popup extends Opener {
  protected frameName(): 'stoa-inbox' {
    return 'stoa-inbox';
  }

  protected label(): string {
    return 'Messages';
  }
}
