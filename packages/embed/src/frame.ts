/** Elements that show the chat in a frame of its own: `<stoa-inbox>` and `<stoa-chat>`. */
import { Element, adopt, make } from './element.js';
import { identity, origin, whenReady } from './settings.js';
import { setUnread } from './unread.js';

/** How long a frame that was loaded may take to say so; then it was another page, or none. */
const HELLO_MS = 3_000;
const RETRIES_MAX = 5;
const SIGN_OUT_MS = 2_000;

const CSS = `
:host { display: block; position: relative; min-block-size: 20rem; border: 1px solid #8884; border-radius: 0.75rem; overflow: hidden; }
:host([hidden]) { display: none; }
iframe { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; border: 0; border-radius: inherit; }
div { position: absolute; inset: 0; display: grid; place-content: center; gap: 1rem; padding: 1rem; text-align: center; background: Canvas; color: CanvasText; font: 1rem system-ui, sans-serif; }
button { justify-self: center; font: inherit; padding: 0.75rem 1.5rem; border: 1px solid; border-radius: 0.75rem; background: none; color: inherit; cursor: pointer; }
`;

/** What a frame says. Anything else is ignored. */
type FromFrame =
  | { type: 'identity' | 'ready' | 'sent' | 'escape' | 'switched' | 'failed' | 'signed-out' | 'blurred' }
  | { type: 'unread'; unread: number }
  | { type: 'link'; url: string };

const open = new Set<FrameElement>();

export abstract class FrameElement extends Element {
  #iframe?: HTMLIFrameElement;
  #port?: MessagePort;
  #isReady = false;
  #wantsFocus = false;
  #timer?: ReturnType<typeof setTimeout>;
  #isGreeted = false;
  #retries = 0;
  #unlisten?: () => void;
  #signedOut?: () => void;

  static observedAttributes = ['listing', 'order', 'conversation', 'theme'];

  /** The path of the page in the frame; nothing while an attribute is missing. */
  protected abstract path(): string | undefined;

  connectedCallback(): void {
    addEventListener('message', this.#hear);
    addEventListener('focus', this.#tellFocus);
    addEventListener('blur', this.#tellFocus);
    this.#unlisten = whenReady(() => this.#start());
    open.add(this);
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.#hear);
    removeEventListener('focus', this.#tellFocus);
    removeEventListener('blur', this.#tellFocus);
    this.#unlisten?.();
    open.delete(this);
    this.#stop();
  }

  attributeChangedCallback(_: string, before: string | null, after: string | null): void {
    if (this.isConnected && origin() && before !== after) this.#start();
  }

  /** Moves the focus into the frame, to the field for a message if there is one. */
  override focus(): void {
    this.#wantsFocus = true;
    if (!this.#isReady) return;
    this.#iframe?.focus();
    this.#port?.postMessage({ type: 'focus' });
    this.#wantsFocus = false;
  }

  /** Whoever is typing elsewhere by now goes on there. */
  #mayTakeFocus(): boolean {
    const active = document.activeElement;
    return !active || active === document.body || !!active.shadowRoot?.contains(this);
  }

  /** Ends the frame's session, and the frame. */
  async signOut(): Promise<void> {
    const port = this.#port;
    if (port) {
      await new Promise<void>((done) => {
        this.#signedOut = done;
        setTimeout(done, SIGN_OUT_MS);
        port.postMessage({ type: 'sign-out' });
      });
    }
    // It may have begun anew meanwhile.
    if (this.#port === port) this.#stop();
  }

  /** Signs out what is open, and offers to begin anew. */
  async leave(): Promise<void> {
    if (!this.#iframe) return;
    await this.signOut();
    if (!this.#iframe) this.#showFailure(() => this.#start());
  }

  #start(): void {
    this.#stop();
    const path = this.path();
    if (!path) return;
    const url = new URL(`/embed${path}`, origin());
    url.searchParams.set('site', location.origin);
    const theme = this.getAttribute('theme');
    if (theme) url.searchParams.set('theme', theme);
    const iframe = make('iframe', {
      src: url.href,
      title: this.getAttribute('label') ?? 'Messages',
      allow: 'autoplay; clipboard-write; fullscreen; microphone',
    });
    iframe.addEventListener('load', () => {
      // A page that has not said hello is another one: the chat has reloaded after an update, or the server is being restarted.
      if (!this.#isGreeted && this.#retries < RETRIES_MAX) {
        this.#retries += 1;
        this.#timer = setTimeout(() => (iframe.src = url.href), HELLO_MS);
      }
      this.#isGreeted = false;
    });
    this.#iframe = iframe;
    adopt(this, CSS).replaceChildren(iframe);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#port?.close();
    this.#port = this.#iframe = undefined;
    this.#isReady = false;
    this.#isGreeted = false;
    this.#retries = 0;
    this.shadowRoot?.replaceChildren();
  }

  #hear = ({ source, origin: from, data }: MessageEvent): void => {
    const iframe = this.#iframe;
    if (!iframe?.contentWindow || source !== iframe.contentWindow || from !== origin() || data?.stoa !== 'hello') return;
    clearTimeout(this.#timer);
    this.#port?.close();
    this.#isReady = false;
    this.#isGreeted = true;
    this.#retries = 0;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data: said }: MessageEvent<FromFrame>) => this.#handle(said, port1);
    iframe.contentWindow.postMessage({ stoa: 'welcome' }, origin(), [port2]);
    this.#tellFocus();
  };

  /** Whether this page, with its frames, has the focus. Where it goes is only known after the event that it goes. */
  #tellFocus = (): void => {
    setTimeout(() => this.#port?.postMessage({ type: 'focused', isFocused: document.hasFocus() }));
  };

  #handle(said: FromFrame, port: MessagePort): void {
    switch (said.type) {
      case 'identity':
        identity().then(
          (token) => port.postMessage({ type: 'identity', identity: token }),
          () => port.postMessage({ type: 'identity', failed: true }),
        );
        break;
      case 'ready':
        this.#isReady = true;
        if (this.#wantsFocus && this.#mayTakeFocus()) this.focus();
        this.tell('ready');
        break;
      case 'unread':
        setUnread(said.unread);
        this.tell('unread', { unread: said.unread });
        break;
      case 'sent':
        this.tell('message-sent');
        break;
      case 'escape':
        this.tell('escape');
        break;
      case 'link':
        if (/^https?:/.test(said.url) && said.url !== location.href && this.tell('link', { url: said.url })) {
          window.open(said.url, '_blank', 'noopener');
        }
        break;
      case 'switched':
        this.#start();
        break;
      case 'blurred':
        this.#tellFocus();
        break;
      case 'signed-out':
        this.#signedOut?.();
        break;
      case 'failed':
        if (!this.#isReady) this.#showFailure(() => port.postMessage({ type: 'retry' }));
        this.tell('failed');
    }
  }

  #showFailure(retry: () => void): void {
    const again = make('button', { type: 'button', textContent: this.getAttribute('retry-label') ?? 'Try again' });
    const text = make('span', { textContent: this.getAttribute('failed-label') ?? 'The messages can’t be shown just now.' });
    const notice = make('div', {}, text, again);
    notice.setAttribute('role', 'alert');
    again.onclick = () => {
      notice.remove();
      retry();
    };
    this.shadowRoot?.querySelector('div')?.remove();
    this.shadowRoot?.append(notice);
  }
}

/** All conversations of the visitor. */
export class Inbox extends FrameElement {
  protected path(): string {
    return '/messages';
  }
}

/** One conversation, by its id, or by the listing or the order that it is about: your id of it, or Stoa's. */
export class Chat extends FrameElement {
  protected path(): string | undefined {
    const paths = { conversation: 'messages', order: 'orders', listing: 'listings' };
    for (const [name, path] of Object.entries(paths)) {
      const id = this.getAttribute(name);
      if (id) return `/${path}/${encodeURIComponent(id)}`;
    }
    return undefined;
  }
}

/** Signs all frames out. */
export async function endFrames(): Promise<void> {
  await Promise.all([...open].map((frame) => frame.signOut()));
}

/** The same where the visitor has signed out in another tab. */
export function leaveFrames(): void {
  for (const frame of open) frame.leave();
}
