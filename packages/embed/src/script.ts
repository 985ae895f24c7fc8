/** The same for a script tag: it knows where it came from, and `data-identity` is the path that signs. */
import * as Stoa from './index.js';

const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  const url = new URL(script.src).origin;
  const { init } = Stoa;
  const begin = (options: Stoa.Options) => init({ url, ...options });
  Object.assign(window, { Stoa: { ...Stoa, init: begin } });
  if (script.dataset.identity) begin({ identity: script.dataset.identity });
}
