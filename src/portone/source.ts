import { plainAddress } from '../address.ts';
import { badAnswer, createAsk, type AskOptions, type Question } from '../upstream/ask.ts';
import { bypassFor } from '../upstream/bypass.ts';
import { asksDevice, type Channel } from '../upstream/channel.ts';
import { overChannels, type ChannelCall } from '../upstream/channels.ts';
import { createCertificationClock } from '../upstream/clock.ts';
import { UpstreamFault } from '../upstream/errors.ts';
import type { Http, HttpAnswer } from '../upstream/http.ts';
import { asObject, type JsonObject } from '../upstream/json.ts';
import { newId } from '../upstream/new-id.ts';
import type { OnDrift } from '../upstream/record.ts';
import { createClassify } from '../upstream/refusal.ts';
import { readRefusalRules } from '../upstream/refusals-file.ts';
import { createTracedHttp } from '../upstream/traced-http.ts';
import { outcomeOf, type IdentityRequest, type IdentityUpstream } from '../upstream/upstream.ts';
import { openAnswer } from './answer.ts';
import { ENDPOINTS } from './endpoints.ts';
import { decodeVerification } from './record.ts';
import { createSecretSender } from './secret.ts';

export interface PortoneOptions extends AskOptions {
  readonly http: Http;
  readonly apiSecret: string;
  readonly storeId: string;
  /** In the order in which they are tried; never empty. */
  readonly channels: readonly Channel[];
  /** JSON with the provider's own options for a request; `{device}` and `{address}` in it become those of the request. */
  readonly bypass: string | null;
  /** Operators' refusals, tried before the built-in ones; null without. */
  readonly refusalsFile: string | null;
}

/**
 * PortOne V2. The id of a verification is made here. Every change has an idempotency key, so that one whose answer was lost is sent
 * again within its time and gets the answer of the first.
 */
export function createPortone(options: PortoneOptions): IdentityUpstream {
  const { storeId, channels, onEvent } = options;
  const clock = createCertificationClock();
  const classify = createClassify(readRefusalRules(options.refusalsFile));
  const open = (answer: HttpAnswer) => openAnswer(answer, classify);
  const exchange = createSecretSender(createTracedHttp(options.http, open, clock.hearDate), options);
  const { ask, load } = createAsk({ endpoints: ENDPOINTS, send: exchange, open }, options);
  const onDrift: OnDrift = (field) => onEvent({ kind: 'drift', field });
  const page = { merchantUid: null, merchantCode: null, storeId, channelKey: channels[0]!.key };

  /** The record in the answer of an endpoint. Errors: a fault where it names another id. */
  async function record(name: 'confirm' | 'read' | 'readBack', impUid: string, question: Question = {}) {
    const answer = await ask(name, { ...question, impUid });
    const body = name === 'confirm' ? asObject(answer['identityVerification']) : answer;
    const decoded = body && decodeVerification(body, onDrift);
    if (decoded?.impUid === impUid) return decoded;
    throw badAnswer(ENDPOINTS[name], onEvent);
  }

  async function request(person: IdentityRequest, address: string | null): Promise<string | null> {
    if (address === null) return missingAddress(options);
    return overChannels(channels, options, (channel, call) => send(sendBody(person, address, channel, options), call));
  }

  /** Source: `POST /identity-verifications/{id}/send`, then `GET` after an ambiguous fault: a record that is there was sent. */
  async function send(json: JsonObject, call: ChannelCall): Promise<string> {
    const impUid = newId();
    try {
      await ask('request', { impUid, json, ...call });
    } catch (error) {
      if (!(error instanceof UpstreamFault && error.fate === 'ambiguous' && (await isThere(impUid)))) throw error;
    }
    return impUid;
  }

  async function resend(impUid: string): Promise<void> {
    await ask('resend', { impUid });
  }

  const isThere = (impUid: string): Promise<boolean> =>
    ask('readBack', { impUid }).then(
      ({ id, status }) => id === impUid && status !== 'FAILED', // one can be approved in the app by now
      () => false,
    );

  return {
    request: (person, address) => outcomeOf(request(person, address && plainAddress(address))),
    confirm: (impUid, otp) => outcomeOf(record('confirm', impUid, { json: otp === null ? {} : { otp } })),
    certification: (impUid, signal) => outcomeOf(record('read', impUid, { signal })),
    readBack: (impUid) => outcomeOf(record('readBack', impUid)),
    resend: (impUid) => () => outcomeOf(resend(impUid)),
    delete: () => null,
    takesMerchantUid: () => true, // no provider sees it
    newWindow: () => ({ ...page, impUid: newId() }),
    windowIdOf: ({ impUid }) => impUid,
    certifiedIn: ({ certifiedAt }, interval) => clock.place(certifiedAt, interval),
    load,
  };
}

/** The person's address is required: it is one that the gateway believes, or nothing is sent. */
function missingAddress({ onEvent }: PortoneOptions): null {
  onEvent({ kind: 'missing-setting', setting: 'TRUST_PROXY' });
  return null;
}

/** The body of a send: birthday and gender digit become seven digits of the resident number, and LG U+ has another name here. */
function sendBody(person: IdentityRequest, address: string, channel: Channel, { bypass }: PortoneOptions): JsonObject {
  const { name, phone, birthday, genderDigit, carrier, merchantUid, method } = person;
  const device = asksDevice(channel) ? person.device : null;
  return {
    channelKey: channel.key,
    customer: {
      name,
      phoneNumber: phone,
      identityNumber: birthday.slice(2).replaceAll('-', '') + genderDigit,
      ipAddress: address,
    },
    operator: carrier.replace('LGT', 'LGU'),
    method,
    ...(merchantUid !== null && { customData: merchantUid }),
    ...(bypass !== null && { bypass: JSON.parse(bypassFor(bypass, { device, address })) as unknown }),
  };
}
