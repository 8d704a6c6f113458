/**
 * @generated SignedSource<<8f23b1333a79142d59c693dcba2a0b0a>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type IdentityErrorCode = "AGE_NOT_ALLOWED" | "ALREADY_CERTIFIED" | "APP_NOT_APPROVED" | "APP_REQUIRED" | "CODE_EXPIRED" | "CODE_REJECTED" | "IDENTITY_MISMATCH" | "INVALID_INPUT" | "IN_PROGRESS" | "LINE_BLOCKED" | "LINE_NOT_ELIGIBLE" | "NOT_FOUND" | "OUTCOME_UNKNOWN" | "OVERLOADED" | "RATE_LIMITED" | "RESEND_UNAVAILABLE" | "SMS_REQUIRED" | "TOO_MANY_ATTEMPTS" | "UPSTREAM_BAD_RESPONSE" | "UPSTREAM_MAINTENANCE" | "UPSTREAM_MISCONFIGURED" | "UPSTREAM_REJECTED" | "UPSTREAM_TIMEOUT" | "UPSTREAM_UNAUTHORIZED" | "UPSTREAM_UNAVAILABLE" | "WINDOW_NOT_COMPLETED" | "WRONG_CODE" | "%future added value";
export type operationsConfirmMutation$variables = {
  impUid: string;
  otp: string;
};
export type operationsConfirmMutation$data = {
  readonly confirmIdentityOtp: {
    readonly __typename: string;
    readonly attemptsRemaining?: number | null;
    readonly birthday?: string | null;
    readonly certified?: boolean | null;
    readonly code?: IdentityErrorCode;
    readonly fields?: ReadonlyArray<{
      readonly message: string;
      readonly name: string;
    }>;
    readonly message?: string;
    readonly name?: string | null;
    readonly providerCode?: string | null;
    readonly retryAt?: string | null;
    readonly retryable?: boolean;
  };
};
export type operationsConfirmMutation = {
  response: operationsConfirmMutation$data;
  variables: operationsConfirmMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "impUid"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "otp"
  }
],
v1 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "name",
  "storageKey": null
},
v2 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "message",
  "storageKey": null
},
v3 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "retryAt",
  "storageKey": null
},
v4 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "impUid",
        "variableName": "impUid"
      },
      {
        "kind": "Variable",
        "name": "otp",
        "variableName": "otp"
      }
    ],
    "concreteType": null,
    "kind": "LinkedField",
    "name": "confirmIdentityOtp",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "__typename",
        "storageKey": null
      },
      {
        "kind": "InlineFragment",
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "certified",
            "storageKey": null
          },
          (v1/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "birthday",
            "storageKey": null
          }
        ],
        "type": "Certification",
        "abstractKey": null
      },
      {
        "kind": "InlineFragment",
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "code",
            "storageKey": null
          },
          (v2/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "retryable",
            "storageKey": null
          }
        ],
        "type": "IdentityError",
        "abstractKey": "__isIdentityError"
      },
      {
        "kind": "InlineFragment",
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "InvalidField",
            "kind": "LinkedField",
            "name": "fields",
            "plural": true,
            "selections": [
              (v1/*:: as any*/),
              (v2/*:: as any*/)
            ],
            "storageKey": null
          }
        ],
        "type": "InvalidInputError",
        "abstractKey": null
      },
      {
        "kind": "InlineFragment",
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "attemptsRemaining",
            "storageKey": null
          },
          (v3/*:: as any*/)
        ],
        "type": "OtpRejectedError",
        "abstractKey": null
      },
      {
        "kind": "InlineFragment",
        "selections": [
          (v3/*:: as any*/)
        ],
        "type": "RateLimitedError",
        "abstractKey": null
      },
      {
        "kind": "InlineFragment",
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "providerCode",
            "storageKey": null
          },
          (v3/*:: as any*/)
        ],
        "type": "UpstreamError",
        "abstractKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "operationsConfirmMutation",
    "selections": (v4/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "operationsConfirmMutation",
    "selections": (v4/*:: as any*/)
  },
  "params": {
    "cacheID": "6a0debfa81ff0d4bd7a987d83b9552f4",
    "id": null,
    "metadata": {},
    "name": "operationsConfirmMutation",
    "operationKind": "mutation",
    "text": "mutation operationsConfirmMutation(\n  $impUid: ID!\n  $otp: String!\n) {\n  confirmIdentityOtp(impUid: $impUid, otp: $otp) {\n    __typename\n    ... on Certification {\n      certified\n      name\n      birthday\n    }\n    ... on IdentityError {\n      __isIdentityError: __typename\n      code\n      message\n      retryable\n    }\n    ... on InvalidInputError {\n      fields {\n        name\n        message\n      }\n    }\n    ... on OtpRejectedError {\n      attemptsRemaining\n      retryAt\n    }\n    ... on RateLimitedError {\n      retryAt\n    }\n    ... on UpstreamError {\n      providerCode\n      retryAt\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "021cfeb81ed43153ac61901906e60d65";

export default node;
