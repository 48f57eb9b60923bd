/** The part of the library that the demo and the tests use; it ships without types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface ResourceServer {
    readonly audience: string;
    readonly scope: string;
    readonly accessTokenFormat: "jwt";
    readonly accessTokenTTL: number;
    readonly jwt: { readonly sign: { readonly alg: string } };
  }

  export interface Configuration {
    readonly clients: readonly {
      readonly client_id: string;
      readonly client_secret?: string;
      readonly token_endpoint_auth_method?: "none";
      readonly application_type?: "native";
      readonly grant_types: readonly string[];
      readonly redirect_uris: readonly string[];
      readonly response_types: readonly string[];
      readonly id_token_signed_response_alg: string;
    }[];
    readonly jwks: { readonly keys: readonly object[] };
    /** Left out: everything is kept in memory. */
    readonly adapter?: (model: string) => object;
    readonly ttl: Readonly<Record<string, number>>;
    readonly cookies: { readonly keys: readonly string[] };
    readonly scopes?: readonly string[];
    readonly findAccount?: (
      context: unknown,
      id: string,
    ) => { readonly accountId: string; readonly claims: () => { readonly sub: string } };
    readonly features: {
      readonly devInteractions: { readonly enabled: boolean };
      readonly clientCredentials?: { readonly enabled: boolean };
      readonly deviceFlow?: { readonly enabled: boolean };
      readonly revocation?: { readonly enabled: boolean };
      readonly resourceIndicators: {
        readonly enabled: boolean;
        readonly defaultResource: () => string;
        readonly useGrantedResource: () => boolean;
        readonly getResourceServerInfo: () => ResourceServer;
      };
    };
    readonly extraTokenClaims: (
      context: unknown,
      token: { readonly clientId?: string; readonly accountId?: string },
    ) => Readonly<Record<string, unknown>> | undefined;
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}
