import * as oidc from "openid-client";
import type { LoginOption } from "@sallyport/gateway/api/contract/login-options";
import { CommandFailure } from "../../command-failure.ts";
import type { GivenTokens } from "./choose-token.ts";
import { discoverProvider, providerFailure } from "./identity-provider.ts";

/** What a person is shown who logs in with another device's browser. */
export interface DeviceCode {
  readonly url: string;
  readonly code: string;
}

/** Logs in with the browser of another device (RFC 8628): for hosts that have none. */
export async function loginWithDevice(option: LoginOption, show: (shown: DeviceCode) => void): Promise<GivenTokens> {
  const provider = await discoverProvider(option);
  if (provider.serverMetadata().device_authorization_endpoint === undefined)
    throw new CommandFailure(
      `${option.issuer} knows no login with another device.`,
      "Log in with the browser: sallyport login",
    );
  try {
    const scope = option.scopes.join(" ");
    const begun = await oidc.initiateDeviceAuthorization(provider, { scope });
    show({ url: begun.verification_uri_complete ?? begun.verification_uri, code: begun.user_code });
    return await oidc.pollDeviceAuthorizationGrant(provider, begun);
  } catch (reason) {
    throw providerFailure(option.issuer, reason);
  }
}
