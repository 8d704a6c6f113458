import { endpoint } from '../upstream/calls.ts';

/** The REST endpoints of PortOne V2 in use. It has none to delete a verification. */
export const ENDPOINTS = {
  request: endpoint('POST', '/identity-verifications/{imp_uid}/send', 'keyed-mutation', 'confirmTimeoutMs'),
  resend: endpoint('POST', '/identity-verifications/{imp_uid}/resend', 'keyed-mutation', 'confirmTimeoutMs'),
  confirm: endpoint('POST', '/identity-verifications/{imp_uid}/confirm', 'keyed-mutation', 'confirmTimeoutMs'),
  read: endpoint('GET', '/identity-verifications/{imp_uid}', 'read', 'readTimeoutMs'),
  readBack: endpoint('GET', '/identity-verifications/{imp_uid}', 'read-back', 'readBackMs'),
} as const;
