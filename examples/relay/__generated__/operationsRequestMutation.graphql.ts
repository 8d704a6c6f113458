/**
 * @generated SignedSource<<55b5119741ea43528181896d1472401b>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type Carrier = "KT" | "KT_MVNO" | "LGT" | "LGT_MVNO" | "SKT" | "SKT_MVNO" | "%future added value";
export type Device = "MOBILE" | "PC" | "%future added value";
export type IdentityErrorCode = "AGE_NOT_ALLOWED" | "ALREADY_CERTIFIED" | "APP_NOT_APPROVED" | "APP_REQUIRED" | "CODE_EXPIRED" | "CODE_REJECTED" | "IDENTITY_MISMATCH" | "INVALID_INPUT" | "IN_PROGRESS" | "LINE_BLOCKED" | "LINE_NOT_ELIGIBLE" | "NOT_FOUND" | "OUTCOME_UNKNOWN" | "OVERLOADED" | "RATE_LIMITED" | "RESEND_UNAVAILABLE" | "SMS_REQUIRED" | "TOO_MANY_ATTEMPTS" | "UPSTREAM_BAD_RESPONSE" | "UPSTREAM_MAINTENANCE" | "UPSTREAM_MISCONFIGURED" | "UPSTREAM_REJECTED" | "UPSTREAM_TIMEOUT" | "UPSTREAM_UNAUTHORIZED" | "UPSTREAM_UNAVAILABLE" | "WINDOW_NOT_COMPLETED" | "WRONG_CODE" | "%future added value";
export type VerificationMethod = "APP" | "SMS" | "%future added value";
export type RequestIdentityOtpInput = {
  birthday: string;
  carrier: Carrier;
  company?: string | null;
  device?: Device | null;
  genderDigit: string;
  merchantUid?: string | null;
  method?: VerificationMethod | null;
  name: string;
  phone: string;
};
export type operationsRequestMutation$variables = {
  input: RequestIdentityOtpInput;
};
export type operationsRequestMutation$data = {
  readonly requestIdentityOtp: {
    readonly __typename: string;
    readonly code?: IdentityErrorCode;
    readonly fields?: ReadonlyArray<{
      readonly message: string;
      readonly name: string;
    }>;
    readonly impUid?: string;
    readonly message?: string;
    readonly providerCode?: string | null;
    readonly retryAt?: string | null;
    readonly retryable?: boolean;
  };
};
export type operationsRequestMutation = {
  response: operationsRequestMutation$data;
  variables: operationsRequestMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "message",
  "storageKey": null
},
v2 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "retryAt",
  "storageKey": null
},
v3 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": null,
    "kind": "LinkedField",
    "name": "requestIdentityOtp",
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
            "name": "impUid",
            "storageKey": null
          }
        ],
        "type": "IdentityOtpSent",
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
          (v1/*:: as any*/),
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
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "name",
                "storageKey": null
              },
              (v1/*:: as any*/)
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
          (v2/*:: as any*/)
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
          (v2/*:: as any*/)
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
    "name": "operationsRequestMutation",
    "selections": (v3/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "operationsRequestMutation",
    "selections": (v3/*:: as any*/)
  },
  "params": {
    "cacheID": "e9dd4e0908efc1f6db0e1bdb7dbb3441",
    "id": null,
    "metadata": {},
    "name": "operationsRequestMutation",
    "operationKind": "mutation",
    "text": "mutation operationsRequestMutation(\n  $input: RequestIdentityOtpInput!\n) {\n  requestIdentityOtp(input: $input) {\n    __typename\n    ... on IdentityOtpSent {\n      impUid\n    }\n    ... on IdentityError {\n      __isIdentityError: __typename\n      code\n      message\n      retryable\n    }\n    ... on InvalidInputError {\n      fields {\n        name\n        message\n      }\n    }\n    ... on RateLimitedError {\n      retryAt\n    }\n    ... on UpstreamError {\n      providerCode\n      retryAt\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "91ab2817312a36b09496a0f31946d80e";

export default node;
