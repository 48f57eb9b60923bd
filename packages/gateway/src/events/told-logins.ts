import { GatewayError } from "@sallyport/shared/errors";
import type { LoginDesk } from "../login/login-desk.ts";
import { loginAdmitted, loginRefused } from "./authentication.ts";
import type { Events } from "./events.ts";

/** A login desk whose logins are told of. A client that goes away before it has said who it is was not refused. */
export function toldLogins(desk: LoginDesk, events: Pick<Events, "send">): LoginDesk {
  return {
    async admit(talk, request) {
      try {
        const login = await desk.admit(talk, request);
        events.send(loginAdmitted(login, request));
        return login;
      } catch (reason) {
        const error = GatewayError.from(reason);
        if (error.code !== "client/gone") events.send(loginRefused(talk.hello, request, error));
        throw reason;
      }
    },
  };
}
