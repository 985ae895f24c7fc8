// The look of the marketplace (R6): chosen with a preview, refused where it could not be seen, and at once on every page.
import { expect, expectAccessible, test } from '../fixtures';
import type { Locator, Page } from '@playwright/test';

const PAGE = '/operator/settings';
const PURPLE = 'rgb(122, 31, 162)';

function colourOf(element: Locator, property: string): Promise<string> {
  return element.evaluate((node, name) => getComputedStyle(node).getPropertyValue(name), property);
}

function accentOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const probe = document.createElement('i');
    probe.className = 'button button--main';
    document.body.append(probe);
    const { backgroundColor } = getComputedStyle(probe);
    probe.remove();
    return backgroundColor;
  });
}

for (const theme of ['light', 'dark'] as const) {
  test(`R6 a look is chosen with a preview, and every page has it, ${theme}`, async ({ market, expectConsole }) => {
    expectConsole(/status of 422/);
    const admin = await market.demo('aino', { colorScheme: theme });
    const page = await admin.open(PAGE);
    const section = page.getByRole('region', { name: 'Look' });
    const preview = section.getByRole('group', { name: 'Preview' });
    const before = await accentOf(page);

    await section.getByLabel('Colour in the light theme').fill('#ffe066');
    await expect(section.getByRole('status')).toContainText('at least 3 is needed');
    await section.getByRole('button', { name: 'Save' }).click();
    await expect(section.getByRole('alert')).toContainText('at least 3 is needed');
    await expect(section.getByLabel('Colour in the light theme')).toBeFocused();

    await section.getByLabel('Colour in the light theme').fill('#7a1fa2');
    await section.getByLabel('Colour in the dark theme').fill('#d6a2f0');
    await section.getByLabel('Round', { exact: true }).check();
    await section.getByLabel('Font').selectOption('Serif');
    const own = preview.getByText('It is. Bring a towel!');
    await expect.poll(() => colourOf(own.first(), 'background-color')).toBe(PURPLE);
    await expect.poll(() => colourOf(preview, 'font-family')).toContain('Charter');
    expect(await accentOf(page), 'the page itself waits for Save').toBe(before);
    await expectAccessible(page);

    await section.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => accentOf(page)).toBe(theme === 'light' ? PURPLE : 'rgb(214, 162, 240)');
    await page.reload();
    await expect(section.getByLabel('Colour in the light theme')).toHaveValue('#7a1fa2');
    await expectAccessible(page);
    const guest = await market.demo('noor', { colorScheme: theme });
    const inbox = await guest.open('/messages');
    await expect.poll(() => accentOf(inbox)).toBe(theme === 'light' ? PURPLE : 'rgb(214, 162, 240)');
    await expectAccessible(inbox);

    await section.getByRole('button', { name: 'Back to Stoa’s own' }).click();
    await expect.poll(() => accentOf(page)).toBe(before);
    await expect(section.getByRole('button', { name: 'Back to Stoa’s own' })).toHaveCount(0);
    await inbox.reload();
    await expect.poll(() => accentOf(inbox)).toBe(before);
  });
}
