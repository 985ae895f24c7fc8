// Firefox and WebKitGTK, each with a profile of its own, as they come and with nothing that a frame of another site could keep.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, newFolder } from '../server';
import { Device } from './device';
import { Http, Marionette } from './webdriver';

export const BROWSERS = ['firefox', 'firefox-blocked', 'webkitgtk', 'webkitgtk-blocked'] as const;
export type BrowserName = (typeof BROWSERS)[number];

const PATIENCE_MS = 60_000;
/** What Firefox remarks on pages that do nothing wrong. */
const REMARKS = new RegExp(
  [
    // `allow` names features that it has not.
    '^Feature Policy: Skipping unsupported feature name',
    '^Layout was forced before',
    // No request of a frame has cookies.
    '^Cookie “” has been rejected as third-party',
    '^(Partitioned|Request to access) cookie or storage',
    // It ends what the script of a frame is at when the page is left, and what the script is called for after that then fails.
    '^Script terminated by timeout',
    '^Error: closure invoked recursively',
    // There may be nothing to play it with.
    '^Media resource \\S+/message.wav could not be decoded',
  ].join('|'),
);
/** And WebKit: it knows neither of the first two, which are for other browsers. The third is of a page that is left. */
const WEBKIT_REMARKS = /directive 'manifest-src'|Viewport argument key "interactive-widget"|WebSocket is closed due to suspension/;
const WEBKIT_HOST = fileURLToPath(new URL('webkit.py', import.meta.url));

export function start(name: BrowserName): Promise<Device> {
  const [engine, blocked] = name.split('-');
  return engine === 'firefox' ? Firefox.start(!!blocked) : WebKitGtk.start(!!blocked);
}

class Firefox extends Device {
  private constructor(
    private readonly marionette: Marionette,
    name: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {
    super(marionette, name);
  }

  static async start(isBlocked: boolean): Promise<Firefox> {
    const [folder, port] = [newFolder(), await freePort()];
    const prefs = {
      'marionette.port': port,
      // 5: cookies and storage of each site by the site that shows it, as it comes. 1: none of other sites at all.
      'network.cookie.cookieBehavior': isBlocked ? 1 : 5,
      // console.warn and the like; the rest of the console is asked for.
      'devtools.console.stdout.content': true,
      'intl.accept_languages': 'en-GB',
      'app.normandy.enabled': false,
      'browser.shell.checkDefaultBrowser': false,
      'datareporting.policy.dataSubmissionEnabled': false,
    };
    const lines = Object.entries(prefs).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(folder, 'user.js'), lines.join('\n'));
    const args = ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', folder, 'about:blank'];
    const child = started(process.env.FIREFOX ?? 'firefox-esr', args, join(folder, 'console.log'));
    const marionette = await Marionette.connect(port);
    const { capabilities } = await marionette.send('begin');
    return new Firefox(marionette, `Firefox ${capabilities.browserVersion}`, child, folder);
  }

  /** Its window is never narrower than 500 px; the page in it can be, as in its view for phones. */
  protected async setSize(width: number, height: number): Promise<void> {
    await this.transport.send('resize', { width: Math.max(width, 500), height: height + 200 });
    await this.ofBrowser(
      (width: number, height: number) => {
        const { style } = (globalThis as any).gBrowser.selectedBrowser;
        Object.assign(style, { minWidth: '0', minHeight: '0', width: `${width}px`, height: `${height}px`, flex: 'none' });
      },
      width,
      height,
    );
  }

  async complaints(): Promise<string[]> {
    const errors = await this.ofBrowser((remarks: string) => {
      const { Services, Ci } = globalThis as any;
      const found: string[] = [];
      for (const message of Services.console.getMessageArray()) {
        if (!(message instanceof Ci.nsIScriptError) || message.flags & Ci.nsIScriptError.infoFlag) continue;
        if (/^https?:/.test(message.sourceName) && !new RegExp(remarks).test(message.errorMessage)) found.push(`${message.errorMessage} (${message.sourceName})`);
      }
      return found;
    }, REMARKS.source);
    const log = readFileSync(join(this.folder, 'console.log'), 'utf8');
    // What Firefox itself has to say is no page's.
    const said = log.match(/^console\.(warn|error): (?!RSLoader|services\.).*$/gm) ?? [];
    return [...errors, ...said];
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    await this.transport.send('end', { flags: ['eForceQuit'] });
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs with the rights of the browser's own window. */
  private async ofBrowser<A extends unknown[], R>(act: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    await this.marionette.call('Marionette:SetContext', { value: 'chrome' });
    try {
      return await this.run(act, ...args);
    } finally {
      await this.marionette.call('Marionette:SetContext', { value: 'content' });
    }
  }
}

class WebKitGtk extends Device {
  private constructor(
    transport: Http,
    name: string,
    private readonly driver: ChildProcess,
    private readonly folder: string,
  ) {
    super(transport, name);
  }

  static async start(isBlocked: boolean): Promise<WebKitGtk> {
    const [folder, port] = [newFolder(), await freePort()];
    const driver = started('WebKitWebDriver', [`--port=${port}`], join(folder, 'driver.log'));
    const url = `http://127.0.0.1:${port}`;
    for (const giveUpAt = Date.now() + PATIENCE_MS; !(await answers(`${url}/status`)); ) {
      if (driver.exitCode !== null || Date.now() > giveUpAt) throw new Error('WebKitWebDriver did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const transport = new Http(url);
    const program = join(folder, 'browser');
    // Not the driver's output, but a file, line by line.
    const command = `exec stdbuf -oL /usr/bin/python3 '${WEBKIT_HOST}' '${folder}' "$@" >'${folder}/console.log' 2>&1`;
    writeFileSync(program, `#!/bin/sh\n${command}\n`);
    chmodSync(program, 0o755);
    const options = { binary: program, args: isBlocked ? ['--no-storage'] : [] };
    const { capabilities } = await transport.send('begin', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    });
    return new WebKitGtk(transport, `${capabilities.browserName} ${capabilities.browserVersion}`, driver, folder);
  }

  protected async setSize(width: number, height: number): Promise<void> {
    await this.transport.send('resize', { width, height });
  }

  async complaints(): Promise<string[]> {
    const log = readFileSync(join(this.folder, 'console.log'), 'utf8');
    const said = log.match(/^.*CONSOLE (\w+ )?(ERROR|WARN) .*$/gm) ?? [];
    return said.filter((line) => !WEBKIT_REMARKS.test(line));
  }

  async close(): Promise<void> {
    await this.transport.send('end');
    const ended = new Promise((resolve) => this.driver.once('exit', resolve));
    this.driver.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts a program that writes what it says into a file. */
function started(program: string, args: string[], log: string): ChildProcess {
  const file = openSync(log, 'a');
  const child = spawn(program, args, { stdio: ['ignore', file, file] });
  closeSync(file);
  return child;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
