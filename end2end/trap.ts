// Sits around a browser in which texts of others are shown, and hears whatever they would do: call, ask, lead
// somewhere, open something, or become an element of the page.
import { expect, type BrowserContext, type Page } from '@playwright/test';
import { FAR_ORIGIN } from './payloads';

/** What our pages are made of. */
const ELEMENTS = `a article aside b bdi body br button code dd details dialog div dl dt em fieldset footer form h1 h2
  h3 h4 head header hr html i img input kbd label legend li link main meta nav ol option p path pre script section select small
  span strong summary svg table tbody td textarea th thead time title tr ul use`.split(/\s+/);
/** Where a text of somebody's may stand; in `href` only as an address that leads to the web or to us. */
const TEXT_ATTRIBUTES = ['title', 'aria-label', 'value', 'placeholder', 'alt', 'href', 'content'];

export class Trap {
  private readonly heard: string[] = [];

  /** `name` stands in what it says. */
  static async of(context: BrowserContext, origin: string, name: string): Promise<Trap> {
    const trap = new Trap();
    const note = (what: string) => trap.heard.push(`${name}: ${what}`);
    await context.exposeBinding('__stoaXss', ({ page }, id) => void note(`called ${id} on ${page.url()}`));
    // Nothing leaves the machine, whatever happens.
    await context.route(`${FAR_ORIGIN}/**`, (route) => route.fulfill({ status: 204 }));
    context.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`)) note(`asked for ${request.url()}`);
    });
    context.on('dialog', (dialog) => {
      note(`opened a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('page', (page) => note(`opened ${page.url()}`));
    return trap;
  }

  /** Whatever was heard since this was last asked. */
  take(): string[] {
    return this.heard.splice(0);
  }

  /** Nothing has happened, nothing in the page is of somebody's making, and all `texts` are there as written. */
  async holds(page: Page, texts: string[]): Promise<void> {
    // What is shown may still be on its way.
    const missing = async () => (await this.look(page, texts)).missing;
    await expect.configure({ soft: true }).poll(missing, `texts not found on ${page.url()}`).toEqual([]);
    const { strange } = await this.look(page, texts);
    expect.soft(strange, `elements and attributes on ${page.url()}`).toEqual([]);
    expect.soft(this.take(), `what ${page.url()} did`).toEqual([]);
  }

  /** What in the page is none of ours, and which of these texts it does not show. */
  look(page: Page, texts: string[]): Promise<{ strange: string[]; missing: string[] }> {
    return page.evaluate(look, { ELEMENTS, TEXT_ATTRIBUTES, texts });
  }
}

type Asked = { ELEMENTS: string[]; TEXT_ATTRIBUTES: string[]; texts: string[] };

/** Runs in the page. */
function look({ ELEMENTS, TEXT_ATTRIBUTES, texts }: Asked): { strange: string[]; missing: string[] } {
  const strange: string[] = [];
  const written: string[] = [];
  const attributes: string[] = [document.title];
  const led = (address: string) => (URL.canParse(address, location.href) ? new URL(address, location.href) : undefined);
  const isOurs = (address: string) => led(address)?.origin === location.origin;
  const nonces = new Set([...document.scripts].map((script) => script.nonce));
  if (nonces.size > 1 || nonces.has('')) strange.push('a script without the nonce of this page');
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node: Node | null = walker.currentNode; node; node = walker.nextNode()) {
    if (!(node instanceof Element)) {
      if (!(node.parentElement instanceof HTMLScriptElement)) written.push(node.textContent ?? '');
      continue;
    }
    const name = node.localName;
    // Without its children, which in a form hide what is asked of it behind their names.
    const said = document.importNode(node, false);
    if (!ELEMENTS.includes(name) || node.shadowRoot) strange.push(said.outerHTML);
    for (const { name: attribute, value } of said.attributes) {
      const isText = TEXT_ATTRIBUTES.includes(attribute);
      if (/^on|^srcdoc$|^srcset$|^ping$|^formaction$|^background$|^http-equiv$|^xlink/.test(attribute)) strange.push(said.outerHTML);
      if (/xss/i.test(value) && !isText) strange.push(said.outerHTML);
      if (attribute === 'style' && /url|expression|behavior|binding/i.test(value)) strange.push(said.outerHTML);
      if (['src', 'action', 'data'].includes(attribute) && !isOurs(value)) strange.push(said.outerHTML);
      // An address of plain letters, with nothing behind it.
      const isMail = name === 'a' && /^mailto:[\w.+-]+@[\w.-]+$/.test(value);
      if (attribute === 'href' && !isOurs(value) && !isMail) {
        const isWeb = /^https?:$/.test(led(value)?.protocol ?? '');
        if (name !== 'a' || !isWeb || !/noopener/.test(said.getAttribute('rel') ?? '')) strange.push(said.outerHTML);
      }
      if (isText) attributes.push(value);
    }
    if (node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement) attributes.push(node.value);
  }
  const all = [written.join(''), ...attributes].join('\n');
  return { strange: [...new Set(strange)], missing: texts.filter((text) => !all.includes(text)) };
}
