import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { COMPLETE, OPEN, passWindow } from '../support/person-window.ts';
import { UPSTREAMS, VERSIONS } from '../support/upstreams.ts';
import { composeWithApollo, composeWithGuild } from './compose.ts';
import { startApollo, startHive } from './routers.ts';
import { startSupergraph, type Supergraph } from './supergraph.ts';

const ROUTERS = [
  { name: 'Hive Gateway', compose: composeWithGuild, start: startHive },
  { name: 'Apollo Gateway', compose: composeWithApollo, start: startApollo },
];

const SUPERGRAPHS = ROUTERS.flatMap(({ name, compose, start }) =>
  VERSIONS.map((version) => ({ name, compose, start, version })),
);

const REQUEST = `mutation ($input: RequestIdentityOtpInput!) {
  requestIdentityOtp(input: $input) { __typename ... on IdentityOtpSent { impUid attemptsAllowed } }
}`;
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };

const CONFIRM = `mutation ($impUid: ID!, $otp: String!) {
  confirmIdentityOtp(impUid: $impUid, otp: $otp) {
    __typename
    ... on Certification { impUid name birthday membership { number level } }
    ... on IdentityError { code message }
    ... on OtpRejectedError { attemptsRemaining }
  }
}`;

const ACCOUNTS = `query ($impUids: [ID!]!) {
  accounts(impUids: $impUids) {
    certification { name birthday pgProvider isAtLeastAge(years: 19) membership { number } }
  }
}`;

const certificationOf = (impUid: string) => ({
  name: '홍길동',
  birthday: '1990-01-01',
  pgProvider: 'danal',
  isAtLeastAge: true,
  membership: { number: `M-${impUid.slice(-6)}` },
});

for (const { name, compose, start, version } of SUPERGRAPHS) {
  describe(`${name}, with ${version}`, () => {
    const { magic, request, confirm, read } = UPSTREAMS[version];
    /** Confirmed before the tests begin. */
    const CERTIFIED = Array.from({ length: 10 }, (_, index) => `${magic}90020000010${index}`);
    let supergraph: Supergraph;

    before(async () => {
      supergraph = await startSupergraph(compose, start, version);
      for (const impUid of CERTIFIED) await supergraph.query(CONFIRM, { impUid, otp: '123456' });
    });
    after(() => supergraph.close());

    test('the served schema composes with the other two without a hint', () => {
      assert.deepEqual(supergraph.composition.hints, []);
    });

    test('a person asks for a code, mistypes it, types it, and is read from another subgraph', async () => {
      const sent = await supergraph.query(REQUEST, { input: PERSON });
      const { impUid } = sent.data.requestIdentityOtp;
      assert.deepEqual(sent, {
        data: { requestIdentityOtp: { __typename: 'IdentityOtpSent', impUid, attemptsAllowed: 5 } },
      });
      const { code } = supergraph.sandbox.inbox.find((sms) => sms.impUid === impUid)!;
      const wrong = await supergraph.query(CONFIRM, { impUid, otp: code === '271828' ? '314159' : '271828' });
      const { message } = wrong.data.confirmIdentityOtp;
      assert.deepEqual(wrong.data.confirmIdentityOtp, {
        __typename: 'OtpRejectedError',
        code: 'WRONG_CODE',
        message,
        attemptsRemaining: 4,
      });
      const right = await supergraph.query(CONFIRM, { impUid, otp: code });
      assert.equal(right.data.confirmIdentityOtp.__typename, 'Certification');
      const { data } = await supergraph.query(ACCOUNTS, { impUids: [impUid] });
      assert.deepEqual(data.accounts, [{ certification: certificationOf(impUid) }]);
      assert.deepEqual(
        [request(impUid), confirm(impUid), read(impUid)].map((call) => supergraph.calls(call).length),
        [1, 2, 1],
      );
    });

    test('a person is verified in the window, once, and is read from another subgraph', async () => {
      const { openIdentityWindow: window } = (await supergraph.query(OPEN, {})).data;
      const impUid = await passWindow(supergraph.sandbox.url, window);
      assert.equal(window['impUid'], version === 'V1' ? null : impUid);
      const completed = await supergraph.query(COMPLETE, { impUid });
      assert.equal(completed.errors, undefined);
      const { __typename, name, certified } = completed.data.completeIdentityWindow;
      assert.deepEqual([__typename, name, certified], ['Certification', '홍길동', true]);
      assert.deepEqual(supergraph.calls(impUid), [read(impUid)]);
      const again = await supergraph.query(COMPLETE, { impUid });
      assert.equal(again.data.completeIdentityWindow['code'], 'NOT_FOUND');
      const { data } = await supergraph.query(ACCOUNTS, { impUids: [impUid] });
      assert.deepEqual(data.accounts, [{ certification: certificationOf(impUid) }]);
    });

    test('a wrong code is data, not an error, and one upstream call', async () => {
      const impUid = `${magic}900200000001`;
      const { data, errors } = await supergraph.query(CONFIRM, { impUid, otp: '000000' });
      assert.equal(errors, undefined);
      assert.equal(data.confirmIdentityOtp.__typename, 'OtpRejectedError');
      assert.equal(data.confirmIdentityOtp.code, 'WRONG_CODE');
      assert.equal(supergraph.calls(impUid).length, 1);
    });

    test('the language of the client reaches the gateway', async () => {
      const variables = { impUid: `${magic}900200000002`, otp: '000000' };
      const { data } = await supergraph.query(CONFIRM, variables, { 'accept-language': 'ko-KR' });
      assert.match(data.confirmIdentityOtp.message, /인증번호/);
    });

    test('a right code answers the certification, completed by the extending subgraph', async () => {
      const impUid = `${magic}900200000003`;
      const { data, errors } = await supergraph.query(CONFIRM, { impUid, otp: '123456' });
      assert.equal(errors, undefined);
      assert.deepEqual(data.confirmIdentityOtp, {
        __typename: 'Certification',
        impUid,
        name: '홍길동',
        birthday: '1990-01-01',
        membership: { number: 'M-000003', level: 'GOLD' },
      });
      assert.deepEqual(supergraph.calls(impUid), [confirm(impUid)]);
    });

    test('a query goes from account to certification to membership with one read', async () => {
      const [impUid = ''] = CERTIFIED;
      const { data, errors } = await supergraph.query(ACCOUNTS, { impUids: [impUid] });
      assert.equal(errors, undefined);
      assert.deepEqual(data.accounts, [{ certification: certificationOf(impUid) }]);
      assert.equal(supergraph.calls(read(impUid)).length, 1);
    });

    test('an unknown and a malformed reference are null, and their neighbours are not', async () => {
      const [, first, second] = CERTIFIED;
      const unknown = `${magic}900404000001`;
      const earlier = supergraph.calls('GET ').length;
      const impUids = [first, unknown, first, '../users', second, first];
      const { data, errors = [] } = await supergraph.query(ACCOUNTS, { impUids });
      assert.deepEqual(
        data.accounts.map(({ certification }) => certification),
        [first, null, first, null, second, first].map((impUid) => impUid && certificationOf(impUid)),
      );
      const codesAt = (index: number) =>
        errors.filter(({ path }) => path[1] === index).map(({ extensions }) => extensions.code);
      assert.deepEqual([...new Set(codesAt(3))], ['INVALID_INPUT']);
      assert.deepEqual([0, 2, 4, 5].flatMap(codesAt), []);
      assert.deepEqual(
        supergraph.calls('GET ').slice(earlier).toSorted(),
        [first, second, unknown].map((impUid) => read(impUid!)),
      );
    });

    test('100 references to 10 impUids make 10 reads, 8 at a time', async () => {
      const impUids = Array.from({ length: 10 }, () => CERTIFIED).flat();
      const earlier = supergraph.calls('GET ').length;
      supergraph.reads.hold(8);
      const { data, errors } = await supergraph.query(ACCOUNTS, { impUids });
      assert.equal(errors, undefined);
      assert.deepEqual(
        data.accounts,
        impUids.map((impUid) => ({ certification: certificationOf(impUid) })),
      );
      assert.equal(supergraph.calls('GET ').length - earlier, 10);
      assert.equal(supergraph.reads.most(), 8);
    });
  });
}
