import type { Operations, Problem } from './api.js';
import { StoaError } from './errors.js';

/** An endpoint by its method and path: `GET /api/conversations/{id}`. */
export type Operation = keyof Operations;
/** What an endpoint takes: the parts of its `path`, its `query`, its `header`, its `body`. */
export type Input<O extends Operation> = Omit<Operations[O], 'answer'>;
export type Answer<O extends Operation> = Operations[O]['answer'];

/** The input may be left out where all of it may. */
type Arguments<O extends Operation> = {} extends Input<O> ? [input?: Input<O>] : [input: Input<O>];

interface Parts {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  header?: Record<string, unknown>;
  body?: unknown;
}

/** The HTTP API, typed by its description. */
export class Rest {
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly timeoutMs: number,
  ) {}

  /** Asks an endpoint once. Rejects with a {@link StoaError}. */
  async call<O extends Operation>(operation: O, ...[input]: Arguments<O>): Promise<Answer<O>> {
    const parts: Parts = input ?? {};
    const [method = '', template = ''] = operation.split(' ', 2);
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts.path?.[name])));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parts.query ?? {})) {
      if (value !== undefined && value !== null) query.set(name, String(value));
    }
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}` };
    for (const [name, value] of Object.entries(parts.header ?? {})) {
      if (value !== undefined && value !== null) headers[name] = String(value);
    }
    if (parts.body !== undefined) headers['content-type'] = 'application/json';
    const asked = `${this.url}${path}${query.size > 0 ? `?${query}` : ''}`;
    const body = parts.body === undefined ? null : JSON.stringify(parts.body);
    return (await this.ask(asked, { method, headers, body })) as Answer<O>;
  }

  private async ask(url: string, request: RequestInit): Promise<unknown> {
    let response: Response;
    let answer: unknown;
    try {
      response = await this.fetch(url, { ...request, credentials: 'omit', signal: AbortSignal.timeout(this.timeoutMs) });
      answer = await response.json().catch((error: unknown) => {
        // What is no JSON is not from the server itself; a connection that ended in the middle is another matter.
        if (error instanceof SyntaxError) return undefined;
        throw error;
      });
    } catch (error) {
      throw new StoaError('unreachable', error instanceof Error ? error.message : String(error));
    }
    if (response.ok && answer !== undefined) return answer;
    const problem = answer as Partial<Problem> | undefined;
    const code = problem?.code ?? (response.ok || response.status >= 500 ? 'unreachable' : 'invalid');
    const retryAfterS = Number(response.headers.get('retry-after')) || undefined;
    throw new StoaError(code, problem?.title ?? `The answer is ${response.status}.`, problem?.field, retryAfterS);
  }
}
