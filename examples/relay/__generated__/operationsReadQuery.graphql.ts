/**
 * @generated SignedSource<<21674e9205eb8ca08d9961c6579d71f5>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type IdentityErrorCode = "AGE_NOT_ALLOWED" | "ALREADY_CERTIFIED" | "APP_NOT_APPROVED" | "APP_REQUIRED" | "CODE_EXPIRED" | "CODE_REJECTED" | "IDENTITY_MISMATCH" | "INVALID_INPUT" | "IN_PROGRESS" | "LINE_BLOCKED" | "LINE_NOT_ELIGIBLE" | "NOT_FOUND" | "OUTCOME_UNKNOWN" | "OVERLOADED" | "RATE_LIMITED" | "RESEND_UNAVAILABLE" | "SMS_REQUIRED" | "TOO_MANY_ATTEMPTS" | "UPSTREAM_BAD_RESPONSE" | "UPSTREAM_MAINTENANCE" | "UPSTREAM_MISCONFIGURED" | "UPSTREAM_REJECTED" | "UPSTREAM_TIMEOUT" | "UPSTREAM_UNAUTHORIZED" | "UPSTREAM_UNAVAILABLE" | "WINDOW_NOT_COMPLETED" | "WRONG_CODE" | "%future added value";
export type operationsReadQuery$variables = {
  impUid: string;
};
export type operationsReadQuery$data = {
  readonly certification: {
    readonly __typename: string;
    readonly certified?: boolean | null;
    readonly code?: IdentityErrorCode;
    readonly fields?: ReadonlyArray<{
      readonly message: string;
      readonly name: string;
    }>;
    readonly isAtLeastAge?: boolean | null;
    readonly message?: string;
    readonly providerCode?: string | null;
    readonly retryAt?: string | null;
    readonly retryable?: boolean;
  };
};
export type operationsReadQuery = {
  response: operationsReadQuery$data;
  variables: operationsReadQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "impUid"
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
        "name": "impUid",
        "variableName": "impUid"
      }
    ],
    "concreteType": null,
    "kind": "LinkedField",
    "name": "certification",
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
          {
            "alias": null,
            "args": [
              {
                "kind": "Literal",
                "name": "years",
                "value": 19
              }
            ],
            "kind": "ScalarField",
            "name": "isAtLeastAge",
            "storageKey": "isAtLeastAge(years:19)"
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
    "name": "operationsReadQuery",
    "selections": (v3/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "operationsReadQuery",
    "selections": (v3/*:: as any*/)
  },
  "params": {
    "cacheID": "f94c5d1aacbe72ae77ab77aa421e4482",
    "id": null,
    "metadata": {},
    "name": "operationsReadQuery",
    "operationKind": "query",
    "text": "query operationsReadQuery(\n  $impUid: ID!\n) {\n  certification(impUid: $impUid) {\n    __typename\n    ... on Certification {\n      certified\n      isAtLeastAge(years: 19)\n    }\n    ... on IdentityError {\n      __isIdentityError: __typename\n      code\n      message\n      retryable\n    }\n    ... on InvalidInputError {\n      fields {\n        name\n        message\n      }\n    }\n    ... on RateLimitedError {\n      retryAt\n    }\n    ... on UpstreamError {\n      providerCode\n      retryAt\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "4df2a415f47f6656aaa1323882896e04";

export default node;
