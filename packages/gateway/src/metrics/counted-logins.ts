import { GatewayError } from "@sallyport/shared/errors";
import type { LoginDesk } from "../login/login-desk.ts";
import type { GatewayMetrics } from "./gateway-metrics.ts";

/** A login desk whose logins are counted. */
export function countedLogins(desk: LoginDesk, metrics: Pick<GatewayMetrics, "loggedIn" | "loginRefused">): LoginDesk {
  return {
    async admit(talk, request) {
      const startedAt = performance.now();
      try {
        const login = await desk.admit(talk, request);
        metrics.loggedIn(request.protocol, (performance.now() - startedAt) / 1000);
        return login;
      } catch (reason) {
        metrics.loginRefused(request.protocol, GatewayError.from(reason).code);
        throw reason;
      }
    },
  };
}
