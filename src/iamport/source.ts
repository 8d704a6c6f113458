import { plainAddress } from '../address.ts';
import { badAnswer, createAsk, type Ask, type AskOptions, type Question } from '../upstream/ask.ts';
import { bypassFor } from '../upstream/bypass.ts';
import { asksDevice, takesMerchantUid, type Channel } from '../upstream/channel.ts';
import { overChannels } from '../upstream/channels.ts';
import { IMP_UID } from '../upstream/calls.ts';
import { createCertificationClock } from '../upstream/clock.ts';
import { UpstreamFault, UpstreamRefusal } from '../upstream/errors.ts';
import type { Http, HttpAnswer } from '../upstream/http.ts';
import type { JsonObject } from '../upstream/json.ts';
import type { CertificationRecord, OnDrift } from '../upstream/record.ts';
import { createClassify } from '../upstream/refusal.ts';
import { readRefusalRules } from '../upstream/refusals-file.ts';
import { createTracedHttp } from '../upstream/traced-http.ts';
import { newId } from '../upstream/new-id.ts';
import { outcomeOf, type IdentityRequest, type IdentityUpstream, type WindowPage } from '../upstream/upstream.ts';
import { ENDPOINTS } from './endpoints.ts';
import { openEnvelope } from './envelope.ts';
import { decodeCertification } from './record.ts';
import { createSession } from './session.ts';

export interface IamportOptions extends AskOptions {
  readonly http: Http;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The merchant's channels that send the codes, in the order in which they are tried; null for the one that is set at the upstream. */
  readonly channels: readonly Channel[] | null;
  /** The merchant as the provider's script knows it; null where no window is opened. */
  readonly merchantCode: string | null;
  /** JSON with the provider's own options for a request; `{device}` and `{address}` in it become those of the request. */
  readonly bypass: string | null;
  /** Operators' refusals, tried before the built-in ones; null without. */
  readonly refusalsFile: string | null;
}

/** iamport, now PortOne V1. Each call is sent once; once more after a 401, which means not processed. */
export function createIamport(options: IamportOptions): IdentityUpstream {
  const { readTimeoutMs, onEvent } = options;
  const clock = createCertificationClock();
  const classify = createClassify(readRefusalRules(options.refusalsFile));
  const open = (answer: HttpAnswer) => openEnvelope(answer, classify);
  const session = createSession({
    ...options,
    http: createTracedHttp(options.http, open, clock.hearDate),
    timeoutMs: readTimeoutMs,
    breaker: options.policies,
    onLogin: clock.hearLogin,
  });
  const { ask, load } = createAsk({ endpoints: ENDPOINTS, send: (request) => session.send(request), open }, options);
  const onDrift: OnDrift = (field) => onEvent({ kind: 'drift', field });

  /** The record in the answer of an endpoint. Errors: a fault where it names another imp_uid. */
  async function record(
    name: keyof typeof ENDPOINTS,
    impUid: string,
    question: Question = {},
  ): Promise<CertificationRecord> {
    const decoded = decodeCertification(await ask(name, { ...question, impUid }), onDrift);
    if (decoded.impUid === impUid) return decoded;
    throw badAnswer(ENDPOINTS[name], onEvent);
  }

  /** Source: `DELETE /certifications/{imp_uid}`, then `GET` after an ambiguous fault. */
  async function remove(impUid: string): Promise<void> {
    try {
      await record('delete', impUid);
    } catch (error) {
      const isLost = error instanceof UpstreamFault && ['ambiguous', 'answered'].includes(error.fate);
      if (!isLost || !(await isGone(impUid))) throw error;
    }
  }

  const isGone = (impUid: string): Promise<boolean> => record('readBack', impUid).then(() => false, saysNotFound);

  return {
    request: (person, address) => outcomeOf(request(ask, person, address && plainAddress(address), options)),
    confirm: (impUid, otp) => outcomeOf(record('confirm', impUid, { json: otp === null ? {} : { otp } })),
    certification: (impUid, signal) => outcomeOf(record('read', impUid, { signal })),
    readBack: (impUid) => outcomeOf(record('readBack', impUid)),
    resend: () => null,
    delete: (impUid) => outcomeOf(remove(impUid)),
    takesMerchantUid: (merchantUid) => channelsFor(merchantUid, options).length > 0,
    newWindow: () => newWindow(options),
    windowIdOf: ({ merchantUid }) => merchantUid,
    certifiedIn: ({ certifiedAt }, interval) => clock.place(certifiedAt, interval),
    load,
  };
}

const ANY_CHANNEL: Channel = { provider: null, key: null };

function channelsFor(merchantUid: string | null, { channels }: IamportOptions): readonly Channel[] {
  return (channels ?? [ANY_CHANNEL]).filter((channel) => takesMerchantUid(channel, merchantUid));
}

function saysNotFound(error: unknown): boolean {
  return error instanceof UpstreamRefusal && error.refusal === 'NOT_FOUND';
}

/** The page chooses the merchant_uid of a window, so that it can be one that nobody guesses. */
function newWindow({ merchantCode, channels, onEvent }: IamportOptions): WindowPage | null {
  const channelKey = channels?.[0]?.key ?? null;
  if (merchantCode !== null) return { impUid: null, merchantUid: newId(), merchantCode, storeId: null, channelKey };
  onEvent({ kind: 'missing-setting', setting: 'IAMPORT_MERCHANT_CODE' });
  return null;
}

/** Source: `POST /certifications/otp/request`. */
async function request(
  ask: Ask<'request'>,
  person: IdentityRequest,
  address: string | null,
  options: IamportOptions,
): Promise<string> {
  const { imp_uid: impUid } = await overChannels(channelsFor(person.merchantUid, options), options, (channel, call) =>
    ask('request', { json: requestBody(person, address, channel, options), ...call }),
  );
  // A message was sent, but without a usable id nobody could confirm it.
  if (typeof impUid !== 'string' || !IMP_UID.test(impUid)) throw badAnswer(ENDPOINTS.request, options.onEvent);
  return impUid;
}

/** The body of a request: one carrier of six becomes a network and a flag, and a birthday the six digits that carriers know. */
function requestBody(
  person: IdentityRequest,
  address: string | null,
  channel: Channel,
  { bypass }: Pick<IamportOptions, 'bypass'>,
): JsonObject {
  const { name, phone, birthday, genderDigit, carrier, merchantUid, company, method } = person;
  const device = asksDevice(channel) ? person.device : null;
  return {
    name,
    phone,
    birth: birthday.slice(2).replaceAll('-', ''),
    gender_digit: genderDigit,
    carrier: carrier.replace('_MVNO', ''),
    is_mvno: carrier.endsWith('_MVNO'),
    verification_method: method, // documented for KCP alone, and what it does without is not
    ...(merchantUid !== null && { merchant_uid: merchantUid }),
    ...(company !== null && { company }),
    ...(channel.key !== null && { channel_key: channel.key }),
    ...(bypass !== null && { bypass: bypassFor(bypass, { device, address }) }),
  };
}
