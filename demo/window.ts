import type { OpenIdentityWindowDocument, ResultOf } from 'iamport-identity-client';

/** What `openIdentityWindow` answers: V1 takes some of its fields, V2 the others. */
export type OpenedWindow = Extract<
  ResultOf<typeof OpenIdentityWindowDocument>['openIdentityWindow'],
  { readonly __typename: 'IdentityWindow' }
>;

/** How a window ended, as its script says: a hint for the page, since the gateway believes the provider's record alone. */
export interface WindowEnd {
  /** What to complete; null where the person was not verified. */
  readonly impUid: string | null;
  /** Why not, in the provider's words. */
  readonly reason: string;
}

/** The sandbox's own. A shop takes https://cdn.iamport.kr/v1/iamport.js and https://cdn.portone.io/v2/browser-sdk.js. */
const SCRIPTS = { V1: 'demo/v1/iamport.js', V2: 'demo/v2/browser-sdk.js' };

/** Opens the window. On a phone the browser goes away instead, and comes back to `returnTo`: see `readReturn`. */
export function openWindow(opened: OpenedWindow, returnTo: string): Promise<WindowEnd> {
  const open = opened.impUid === null ? openOnV1 : openOnV2;
  return Promise.race([open(opened, returnTo), cameBack()]);
}

/** How the window ended from which the browser comes back with these ids; null where it comes from elsewhere. */
export function readReturn(query: URLSearchParams): WindowEnd | null {
  const id = query.get('identityVerificationId');
  if (id !== null)
    return endOfV2({ identityVerificationId: id, code: query.get('code'), message: query.get('message') });
  if (!query.has('success')) return null;
  const [impUid, message] = [query.get('imp_uid'), query.get('error_msg')];
  return endOfV1({ success: query.get('success') === 'true', imp_uid: impUid, error_msg: message });
}

async function openOnV1({ merchantCode, merchantUid, channelKey }: OpenedWindow, returnTo: string): Promise<WindowEnd> {
  if (!globalThis.IMP) await load(SCRIPTS.V1);
  IMP!.init(merchantCode!);
  return new Promise((resolve) => {
    IMP!.certification(
      {
        merchant_uid: merchantUid!,
        ...(channelKey !== null && { channelKey }),
        m_redirect_url: returnTo,
        popup: false,
      },
      (answer) => resolve(endOfV1(answer)),
    );
  });
}

async function openOnV2({ impUid, storeId, channelKey }: OpenedWindow, returnTo: string): Promise<WindowEnd> {
  if (!globalThis.PortOne) await load(SCRIPTS.V2);
  const answer = await PortOne!.requestIdentityVerification({
    storeId: storeId!,
    identityVerificationId: impUid!,
    channelKey: channelKey!,
    redirectUrl: returnTo,
  });
  return endOfV2(answer);
}

interface AnswerOfV1 {
  readonly success: boolean;
  readonly imp_uid: string | null;
  readonly error_msg?: string | null;
}

interface AnswerOfV2 {
  readonly identityVerificationId: string;
  readonly code?: string | null;
  readonly message?: string | null;
}

function endOfV1({ success, imp_uid: impUid, error_msg: reason }: AnswerOfV1): WindowEnd {
  return { impUid: success ? impUid : null, reason: reason ?? '' };
}

function endOfV2({ identityVerificationId, code, message }: AnswerOfV2): WindowEnd {
  return { impUid: code ? null : identityVerificationId, reason: message ?? '' };
}

/** A phone's back button shows the page as it was when it left, without an answer of the script. */
function cameBack(): Promise<WindowEnd> {
  return new Promise((resolve) => {
    addEventListener('pageshow', ({ persisted }) => persisted && resolve({ impUid: null, reason: '' }), { once: true });
  });
}

function load(src: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error(`${src} cannot be loaded`)));
    document.head.append(script);
  });
}

declare global {
  var IMP:
    | {
        init(merchantCode: string): void;
        certification(request: Readonly<Record<string, string | boolean>>, done: (answer: AnswerOfV1) => void): void;
      }
    | undefined;
  var PortOne:
    | { requestIdentityVerification(request: Readonly<Record<string, string>>): Promise<AnswerOfV2> }
    | undefined;
}
