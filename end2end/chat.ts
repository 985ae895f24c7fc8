// A conversation on screen, on its page or in the dialog: the same parts make both.
import { expect, type Locator, type Page } from '@playwright/test';
import { isInFrame } from './in_frame';

export class Chat {
  readonly field: Locator;
  readonly send: Locator;
  readonly log: Locator;
  readonly bubbles: Locator;
  readonly queue: Locator;

  constructor(readonly pane: Locator) {
    this.field = pane.getByRole('textbox', { name: /^Message/ });
    this.send = pane.getByRole('button', { name: 'Send', exact: true });
    this.log = pane.getByRole('log', { name: 'Messages' });
    this.bubbles = this.log.locator('.bubble');
    this.queue = pane.locator('.queue');
  }

  static onPage(page: Page): Chat {
    return new Chat(page.locator('main .chat'));
  }

  static inDialog(page: Page): Chat {
    return new Chat(page.getByRole('dialog'));
  }

  /** Bubbles with exactly this text. */
  bubble(text: string): Locator {
    return this.bubbles.filter({ has: this.pane.page().locator('p', { hasText: exactly(text) }) });
  }

  /** How far the last of my messages has come. */
  get progress(): Locator {
    return this.log.locator('.progress').last();
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** The message is there, once. */
  async shows(text: string): Promise<void> {
    await expect(this.bubble(text)).toHaveCount(1);
  }

  texts(): Promise<string[]> {
    return this.bubbles.allInnerTexts();
  }
}

/** The number beside Messages in the bar, or in the tab bar of a phone. */
export function badge(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Main' }).locator('.badge:visible');
}

/** One conversation in the list; in a frame of one conversation it is there unseen. */
export function row(page: Page, text: string): Locator {
  return page.getByRole('region', { name: 'Conversations', includeHidden: isInFrame }).locator('.row', { hasText: text });
}

function exactly(text: string): RegExp {
  // With the mark in front of a mirrored text (docs/decisions/0035-words.md).
  return new RegExp(`^[\\s\u200b]*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')}\\s*$`);
}
