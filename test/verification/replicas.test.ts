import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { CONFIRM_EVERYTHING, type Answer, type Fields } from '../support/gateway.ts';
import { startGatewayProcess, waitsForRedis, type GatewayProcess } from '../support/gateway-process.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { createUpstreamProxy, type UpstreamProxy } from '../support/upstream-proxy.ts';

const NAMES = ['one', 'two', 'three'] as const;
const RIGHT = '123456';
const AUTH_SECRET = 'a-secret-of-at-least-32-characters';
const READ = `query($impUid: ID!) { certification(impUid: $impUid) {
  __typename ... on Certification { name } ... on IdentityError { code message retryable } } }`;

const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('three gateways on one Redis (needs redis-server on the PATH)', () => {
  let redis: TestRedis;
  let sandbox: Sandbox;
  let proxy: UpstreamProxy;
  let owner: Record<string, string>;
  let stranger: Record<string, string>;
  const gateways = new Map<string, GatewayProcess>();
  const processes: GatewayProcess[] = [];
  let serial = 0;

  beforeAll(async () => {
    [redis, sandbox] = await Promise.all([startRedis(), createSandbox()]);
    proxy = await createUpstreamProxy(sandbox.url);
    [owner, stranger] = await Promise.all([authorization('owner'), authorization('stranger')]);
    await Promise.all(NAMES.map(async (name) => gateways.set(name, await start(name))));
  });
  afterAll(async () => {
    await Promise.all(processes.map((gateway) => gateway.end('SIGKILL')));
    await proxy?.close();
    await sandbox?.close();
    await redis?.stop();
  });

  async function start(name: string): Promise<GatewayProcess> {
    const environment = {
      IAMPORT_BASE_URL: proxy.urlFor(name),
      CONFIRM_TIMEOUT_MS: '5000', // more than a busy machine takes for a healthy one, and 10 s less than until it is lost
      REDIS_URL: redis.url,
      GUARD_SECRET: 'the same on every replica, 32 characters',
      AUTH_SECRET,
    };
    const gateway = await startGatewayProcess(environment, [waitsForRedis(50)]);
    processes.push(gateway);
    return gateway;
  }

  /** An impUid that nobody has used before; the sandbox certifies it for the right code. */
  function fresh(scenario = 200): string {
    serial += 1;
    return `imp_900${scenario}${String(serial).padStart(6, '0')}`;
  }

  const post = (name: string, query: string, variables: object, caller: Record<string, string>): Promise<Answer> =>
    gateways.get(name)!.post({ query, variables }, caller);

  async function confirm(name: string, impUid: string, otp: string, caller = owner): Promise<Fields> {
    const { body } = await post(name, CONFIRM_EVERYTHING, { impUid, otp }, caller);
    return body.data!['confirmIdentityOtp']!;
  }

  /** Sends the same code again after OUTCOME_UNKNOWN, as a person would. */
  async function confirmUntilKnown(name: string, impUid: string, otp: string): Promise<Fields> {
    const answer = await confirm(name, impUid, otp);
    return answer['code'] === 'OUTCOME_UNKNOWN' ? confirmUntilKnown(name, impUid, otp) : answer;
  }

  const calls = (impUid: string): string[] =>
    sandbox.requests.filter(({ path }) => path.endsWith(`/${impUid}`)).map(({ method }) => method);
  const confirms = (impUid: string): number => calls(impUid).filter((method) => method === 'POST').length;

  test('answer the same code, sent to all of them at once, with one upstream confirm and three equal certifications', async () => {
    const impUid = fresh();
    const hold = proxy.holdConfirm(impUid);
    const answers = Promise.all(NAMES.map((name) => confirm(name, impUid, RIGHT)));
    const held = await hold;
    // The code is on its way everywhere by the time that another one is turned away everywhere.
    expect(await Promise.all(NAMES.map((name) => confirm(name, impUid, '000000')))).toEqual(
      NAMES.map(() => expect.objectContaining({ code: 'IN_PROGRESS', retryAt: expect.any(String) })),
    );
    held.release();
    const [first, ...others] = await answers;
    expect(first).toMatchObject({ __typename: 'Certification', impUid, name: '홍길동', certified: true });
    expect(others).toEqual([first, first]);
    expect(confirms(impUid)).toBe(1);
  });

  test('answer the same request, sent to all of them at once and again, with one message and one verification', async () => {
    const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
      __typename ... on IdentityOtpSent { impUid resendAt expiresAt attemptsAllowed } ... on IdentityError { code } } }`;
    const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
    const ask = async (name: string, caller: Record<string, string>): Promise<Fields> =>
      (await post(name, REQUEST, { input }, caller)).body.data!['requestIdentityOtp']!;
    const requests = (): number => sandbox.requests.filter(({ path }) => path.endsWith('/otp/request')).length;
    const hold = proxy.holdRequest();
    const answers = NAMES.flatMap((name) => [ask(name, owner), ask(name, owner)]);
    const held = await hold;
    held.release();
    const [first, ...others] = [
      ...(await Promise.all(answers)),
      ...(await Promise.all(NAMES.map((name) => ask(name, owner)))),
    ];
    expect(first).toMatchObject({ __typename: 'IdentityOtpSent', impUid: expect.any(String), attemptsAllowed: 5 });
    expect(others).toEqual(Array(8).fill(first));
    expect(requests()).toBe(1);
    expect((await ask('one', stranger))['impUid']).not.toBe(first!['impUid']);
    expect(requests()).toBe(2);
  });

  test('repeat the certification for the right code from a read, and say ALREADY_CERTIFIED without data to another', async () => {
    const impUid = fresh();
    const certification = await confirm('one', impUid, RIGHT);
    expect(certification).toMatchObject({ __typename: 'Certification', name: '홍길동' });
    expect(await confirm('two', impUid, RIGHT)).toEqual(certification);
    expect(calls(impUid)).toEqual(['POST', 'GET']);
    expect(await confirm('three', impUid, '654321')).toEqual({
      __typename: 'OtpRejectedError',
      code: 'ALREADY_CERTIFIED',
      message: expect.any(String),
      retryable: false,
      attemptsRemaining: 0,
      retryAt: null,
    });
    expect(calls(impUid)).toEqual(['POST', 'GET']);
  });

  test("answer another caller as if the owner's impUid were unknown, ask nothing upstream, and use up nothing of the owner's", async () => {
    const [impUid, unknown] = [fresh(), fresh(404)];
    expect(await confirm('one', impUid, '000000')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });

    const sent = { ...stranger, 'x-request-id': 'the-same-request' };
    const guesses = [RIGHT, ...Array.from({ length: 20 }, (_, index) => String(200_000 + index))];
    const texts = await Promise.all(
      guesses.map(async (otp, index) => {
        const { text } = await post(NAMES[index % NAMES.length]!, CONFIRM_EVERYTHING, { impUid, otp }, sent);
        return text;
      }),
    );
    const { text: notFound } = await post('two', CONFIRM_EVERYTHING, { impUid: unknown, otp: RIGHT }, sent);
    expect(notFound).toContain('"code":"NOT_FOUND"');
    expect([...new Set(texts)]).toEqual([notFound]);
    expect(calls(impUid)).toEqual(['POST']);

    expect(await confirm('two', impUid, '000001')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 3 });
    expect(await confirm('three', impUid, RIGHT)).toMatchObject({ __typename: 'Certification', name: '홍길동' });

    const asked = calls(impUid);
    expect(await confirm('one', impUid, RIGHT, stranger)).toMatchObject({ code: 'NOT_FOUND' });
    expect((await post('two', READ, { impUid }, stranger)).body).toMatchObject({
      data: { certification: { code: 'NOT_FOUND' } },
    });
    expect(calls(impUid)).toEqual(asked);
  });

  test('let five confirms through of aliases, fragments, batches and 150 sockets at once, and the right code is too late', async () => {
    const impUid = fresh();
    const field = (alias: string, otp: string) =>
      `${alias}: confirmIdentityOtp(impUid: $i, otp: ${otp}) { __typename }`;
    const codes = Array.from({ length: 200 }, (_, index) => String(300_000 + index));
    const names = codes.map((_, index) => `$o${index}: String!`).join(' ');
    const variables = { i: impUid, ...Object.fromEntries(codes.map((otp, index) => [`o${index}`, otp])) };
    const aliases = codes.map((_, index) => field(`a${index}`, `$o${index}`)).join(' ');
    const plain = codes.slice(0, 50).map((otp) => ({ query: CONFIRM_EVERYTHING, variables: { impUid, otp } }));
    const bodies = [
      { query: `mutation($i: ID! ${names}) { ${aliases} }`, variables },
      {
        query: `mutation($i: ID! $o0: String! $o1: String!) { ...A ... { ${field('b', '$o1')} } } fragment A on Mutation { ${field('a', '$o0')} }`,
        variables: { i: impUid, o0: '400000', o1: '400001' },
      },
      plain.slice(0, 10),
      ...plain,
    ];
    let code = 500_000;
    do await Promise.all(NAMES.flatMap((name) => bodies.map((body) => gateways.get(name)!.post(body, owner))));
    while ((await confirm('one', impUid, String((code += 1))))['code'] !== 'TOO_MANY_ATTEMPTS');
    expect([confirms(impUid), proxy.mostAtOnce(impUid)]).toEqual([5, 1]);
    expect(await confirm('two', impUid, RIGHT)).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', attemptsRemaining: 0 });
    expect(confirms(impUid)).toBe(5);
  });

  describe('when one is killed in the middle of 90 guesses, before it has the answers to two confirms, and a new one takes its place', () => {
    let guessed: string;
    let certified: string;
    let atOnce: Fields;
    let next = 100_000;

    /** So many different wrong codes at once, spread over all three; a call whose gateway dies has no answer. */
    function guess(count: number): Promise<Fields | null>[] {
      const codes = Array.from({ length: count }, () => String((next += 1)));
      return codes.map((otp, index) =>
        gateways
          .get(NAMES[index % NAMES.length]!)!
          .confirm(guessed, otp, owner)
          .catch(() => null),
      );
    }

    beforeAll(async () => {
      [guessed, certified] = [fresh(), fresh()];
      const successor = await start('one'); // before the kill: until a busy machine has started it, the flights are lost
      const answered = Promise.all([proxy.holdConfirm(guessed), proxy.holdConfirm(certified)]);
      const lost = [confirm('one', guessed, '000000'), confirm('one', certified, RIGHT)].map((answer) =>
        answer.catch(() => null),
      );
      await answered;
      const guesses = guess(90);
      await Promise.race(guesses);
      await gateways.get('one')!.end('SIGKILL');
      gateways.set('one', successor);
      atOnce = await confirm('one', certified, '000000');
      expect(await Promise.all(lost)).toEqual([null, null]);
      await Promise.all(guesses);
    });

    test("answers the owner's next call with the right code the certification, without a second confirm", async () => {
      expect(atOnce).toMatchObject({ code: 'IN_PROGRESS' });
      // The attempt counts as under way for longer than a caller is kept waiting.
      const answers = await Promise.all(NAMES.map((name) => confirmUntilKnown(name, certified, RIGHT)));
      expect(answers).toEqual(
        NAMES.map(() => expect.objectContaining({ __typename: 'Certification', name: '홍길동' })),
      );
      expect(confirms(certified)).toBe(1);
    });

    test('lets at most five of however many guesses reach the upstream, never two at a time', async () => {
      let answers: (Fields | null)[];
      do answers = await Promise.all(guess(9));
      while (!answers.every((answer) => answer?.['code'] === 'TOO_MANY_ATTEMPTS'));
      await Promise.all(guess(300));
      expect(confirms(guessed)).toBeLessThanOrEqual(5);
      expect(proxy.mostAtOnce(guessed)).toBe(1);
      expect(await confirm('one', guessed, RIGHT)).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', attemptsRemaining: 0 });
    });
  });
});

async function authorization(subject: string): Promise<Record<string, string>> {
  const token = await new SignJWT({ scope: 'certification:ci' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(AUTH_SECRET));
  return { authorization: `Bearer ${token}` };
}
