import { randomInt } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, delivered } from '../answers.ts';
import { createEntry, judge } from '../entries.ts';
import { type SendSms, freshCode } from '../inbox.ts';
import { requestScenarioOf } from '../scenarios.ts';
import type { Upstream } from '../upstream.ts';
import type { Route } from '../version.ts';
import { V1, alreadyCertified, invalid, missing, success } from './answers.ts';
import { type Body, parseBody } from './body.ts';
import { readPerson } from './record.ts';
import { createTokens } from './tokens.ts';

/** The calls of V1. Each asks for a token, except the one that gives it. */
export function createV1Routes(upstream: Upstream, now: () => number, send: SendSms): readonly Route[] {
  const tokens = createTokens(now);
  const guarded = (method: Route['method'], path: RegExp, answer: (impUid: string, body: Body) => Answer): Route => ({
    method,
    path,
    version: V1,
    answer: ({ id, headers, body }) =>
      tokensOf(headers).some(tokens.isValidToken) ? answer(id, parseBody(body)) : V1.unauthorized(),
  });
  const certification = /^\/certifications\/([^/]+)$/;
  return [
    {
      method: 'POST',
      path: /^\/users\/getToken$/,
      version: V1,
      answer: ({ body }) => tokens.getToken(parseBody(body)),
    },
    guarded('POST', /^\/certifications\/otp\/request$/, (_, body) => request(upstream, body, now(), send)),
    guarded('POST', /^\/certifications\/otp\/confirm\/([^/]+)$/, (impUid, body) =>
      confirm(upstream, impUid, body, now()),
    ),
    guarded('GET', certification, (impUid) =>
      upstream.answerAboutKnown(impUid, 'read', (entry, { shape }) => V1.success(entry, 'read', shape)),
    ),
    guarded('DELETE', certification, (impUid) =>
      upstream.answerAboutKnown(impUid, 'remove', (entry, { shape }) => {
        upstream.entries.remove(impUid);
        return V1.success(entry, 'remove', shape);
      }),
    ),
  ];
}

/** Twelve digits below the magic range, which begins with 900. */
export function freshImpUid({ entries }: Upstream): string {
  for (;;) {
    const impUid = `imp_${randomInt(100_000_000_000, 900_000_000_000)}`;
    if (!entries.has(impUid)) return impUid;
  }
}

function request(upstream: Upstream, body: Body, at: number, send: SendSms): Answer {
  const person = readPerson(body);
  if (typeof person === 'string') return body.get(person) ? invalid(person) : missing(person);
  const { refusal, form = 200, delivery = 'whole' } = requestScenarioOf(person.phone);
  if (refusal !== undefined) return V1.refuse(refusal, form);
  const isApp = body.get('verification_method') === 'APP';
  const impUid = freshImpUid(upstream);
  const code = isApp ? null : freshCode();
  upstream.entries.remember(
    createEntry({
      impUid,
      merchantUid: body.get('merchant_uid') || null,
      pgProvider: isApp ? 'kcp_v2' : 'danal',
      person,
      code,
      requestedAt: at,
      windowFrom: at,
    }),
  );
  if (code !== null) send({ impUid, phone: person.phone, code, sentAt: new Date(at) });
  return delivered(success({ imp_uid: impUid }), delivery);
}

function confirm(upstream: Upstream, impUid: string, body: Body, at: number): Answer {
  return upstream.answerAboutKnown(impUid, 'confirm', (entry, row) => {
    const verdict = judge(entry, body.get('otp'), row, at);
    switch (verdict) {
      case 'accepted':
        return V1.success(entry, 'confirm', row.shape);
      case 'already-certified':
        return alreadyCertified();
      case 'not-sent':
        return V1.notFound();
      case 'code-missing':
        return missing('otp');
      default:
        return V1.refuse(verdict, row.form ?? 200);
    }
  });
}

/** Clients of the upstream send the token in three ways, and it accepts them all. */
function tokensOf({ authorization = '', 'x-imptokenheader': own = '' }: IncomingHttpHeaders): string[] {
  return [authorization.replace(/^Bearer +/i, ''), ...[own].flat()];
}
