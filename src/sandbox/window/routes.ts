import { readFileSync } from 'node:fs';
import { type Answer, json } from '../answers.ts';
import type { Upstream } from '../upstream.ts';
import { V1 } from '../v1/answers.ts';
import { parseBody } from '../v1/body.ts';
import type { Call, Route } from '../version.ts';
import { windowPeople } from './people.ts';
import { type Asked, CANCELLED, type Failure, type Result, createV1Window, createV2Window } from './requests.ts';

const ASSETS = new URL('./assets/', import.meta.url);

const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
].join('; ');

/** A stand-in for the vendor's scripts and for the window of the provider that they open. */
export function createWindowRoutes(v1: Upstream, v2: Upstream, now: () => number): readonly Route[] {
  const versions = { V1: createV1Window(v1), V2: createV2Window(v2) };
  const versionOf = (asked: Asked) => versions[asked.get('version') === 'V2' ? 'V2' : 'V1'];

  function failureOf(asked: Asked): Failure | null {
    return isWebAddress(asked.get('redirectUrl'))
      ? versionOf(asked).failure(asked)
      : { code: 'INVALID_REQUEST', message: '돌아갈 주소는 http나 https여야 해요.' };
  }

  function open(asked: Asked): Answer {
    const people = windowPeople(now()).map(({ id, title, detail }) => ({ id, title, detail }));
    return json(200, { people, failure: failureOf(asked), details: versionOf(asked).details(asked) });
  }

  function finish(asked: Asked): Answer {
    const picked = windowPeople(now()).find(({ id }) => id === asked.get('person'))?.person ?? null;
    const failure = failureOf(asked) ?? (picked === null ? CANCELLED : null);
    const result = versionOf(asked).finish(asked, failure === null ? picked : null, failure, now());
    return json(200, { result, redirectTo: redirectOf(asked.get('redirectUrl'), result) });
  }

  return [
    asset(/^\/v1\/iamport\.js$/, 'script.js', 'text/javascript'),
    asset(/^\/v2\/browser-sdk\.js$/, 'script.js', 'text/javascript'),
    asset(/^\/window$/, 'page.html', 'text/html'),
    asset(/^\/window\/page\.js$/, 'page.js', 'text/javascript'),
    asset(/^\/window\/page\.css$/, 'page.css', 'text/css'),
    route('POST', /^\/window\/open$/, ({ body }) => open(parseBody(body))),
    route('POST', /^\/window\/result$/, ({ body }) => finish(parseBody(body))),
  ];
}

function route(method: Route['method'], path: RegExp, answer: (call: Call) => Answer): Route {
  return { method, path, version: V1, answer };
}

/** A file of the window, read from the disk for each call: most sandboxes never serve one. */
function asset(path: RegExp, file: string, type: string): Route {
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  return route('GET', path, () => ({
    status: 200,
    headers,
    body: readFileSync(new URL(file, ASSETS)),
    delivery: 'whole',
  }));
}

function isWebAddress(redirectUrl: string | undefined): boolean {
  return redirectUrl === undefined || /^https?:$/.test(URL.parse(redirectUrl)?.protocol ?? '');
}

/** The address to go back to, with the result in its query. */
function redirectOf(redirectUrl: string | undefined, result: Result): string | null {
  if (redirectUrl === undefined || !isWebAddress(redirectUrl)) return null;
  const address = new URL(redirectUrl);
  for (const [name, value] of Object.entries(result)) {
    if (value !== null) address.searchParams.set(name, String(value));
  }
  return address.href;
}
