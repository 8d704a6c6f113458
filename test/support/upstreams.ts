/** The two generations of PortOne, for tests that hold on both. */
export const VERSIONS = ['V1', 'V2'] as const;
export type Version = (typeof VERSIONS)[number];

/** How magic impUids of the sandbox begin, and the calls about one impUid, as "METHOD /path". */
export const UPSTREAMS = {
  V1: {
    magic: 'imp_',
    request: (_impUid: string) => 'POST /certifications/otp/request',
    confirm: (impUid: string) => `POST /certifications/otp/confirm/${impUid}`,
    read: (impUid: string) => `GET /certifications/${impUid}`,
  },
  V2: {
    magic: 'magic',
    request: (impUid: string) => `POST /identity-verifications/${impUid}/send`,
    confirm: (impUid: string) => `POST /identity-verifications/${impUid}/confirm`,
    read: (impUid: string) => `GET /identity-verifications/${impUid}`,
  },
} as const;
