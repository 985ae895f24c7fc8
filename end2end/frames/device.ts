// A browser as a visitor of a shop has it: pages, the elements in their shadow roots, and frames.
import { writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { ELEMENT, type Transport } from './webdriver';

/** The way to an element: each selector is looked for in the one before, and in its shadow root where it has one. */
export type Path = string[];
type Reference = { [ELEMENT]: string };
export type Box = { x: number; y: number; width: number; height: number };

export abstract class Device {
  constructor(
    protected readonly transport: Transport,
    /** Its name and version. */
    readonly name: string,
  ) {}

  protected abstract setSize(width: number, height: number): Promise<void>;
  /** Warnings and errors of pages on HTTP in its console since it was started. */
  abstract complaints(): Promise<string[]>;
  abstract close(): Promise<void>;

  /** Gives its pages this size. */
  async resize(width: number, height: number): Promise<void> {
    await this.setSize(width, height);
    await expect.poll(() => this.run(() => [innerWidth, innerHeight])).toEqual([width, height]);
  }

  async open(url: string): Promise<void> {
    await this.transport.send('open', { url });
  }

  /** Calls a function in the page, or in the frame; gives what it resolves to. */
  async run<A extends unknown[], R>(act: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const script = `const args = [...arguments], done = args.pop();
      new Promise((resolve) => resolve((${act})(...args))).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const answer = await this.transport.send('run', { script, args });
    if (!answer) throw new Error('the page has gone');
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  /** Waits for an element that is on screen, and clicks on it. */
  async click(...path: Path): Promise<void> {
    await this.transport.send('click', { id: (await this.found(path))[ELEMENT] });
  }

  /** Clicks into a field and types; `\uE007` is Enter. */
  async type(text: string, ...path: Path): Promise<void> {
    await this.click(...path);
    await this.transport.send('type', { id: (await this.found(path))[ELEMENT], text });
  }

  /** The texts of all elements at the end of a path. */
  async texts(...path: Path): Promise<string[]> {
    return this.run((path) => {
      let within: ParentNode | null | undefined = document;
      for (const selector of path.slice(0, -1)) {
        const element: Element | null | undefined = within?.querySelector(selector);
        within = element?.shadowRoot ?? element;
      }
      return [...(within?.querySelectorAll(path.at(-1)!) ?? [])].map((one) => (one.textContent ?? '').trim());
    }, path);
  }

  /** Where an element is, in whole pixels, or nothing if it is not on screen. */
  async box(...path: Path): Promise<Box | null> {
    return this.run(find, path, true) as Promise<Box | null>;
  }

  /** Does something in a frame. */
  async within<R>(path: Path, act: () => Promise<R>): Promise<R> {
    const element = await this.found(path);
    // HTTP takes the first, Marionette the second.
    await this.transport.send('frame', { id: element, element: element[ELEMENT] });
    try {
      return await act();
    } finally {
      await this.transport.send('frame', { id: null });
    }
  }

  /** A picture of what is on screen. */
  async takePicture(file: string): Promise<void> {
    writeFileSync(file, Buffer.from(await this.transport.send('screenshot', { full: false }), 'base64'));
  }

  private async found(path: Path): Promise<Reference> {
    let element: Reference | null = null;
    const look = async () => (element = (await this.run(find, path, false)) as unknown as Reference | null);
    await expect.poll(look, { message: `${path.join(' > ')} is on screen` }).toBeTruthy();
    return element!;
  }
}

/** Runs in the page: the element at the end of a path, if it is on screen, or where it is. */
function find(path: Path, isBox: boolean): Element | Box | null {
  let within: ParentNode | null | undefined = document;
  let element: Element | null | undefined;
  for (const selector of path) {
    element = within?.querySelector(selector);
    within = element?.shadowRoot ?? element;
  }
  if (!element?.checkVisibility({ visibilityProperty: true }) || element.getClientRects().length === 0) return null;
  if (!isBox) return element;
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
}
