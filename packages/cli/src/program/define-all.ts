import type { Command } from "commander";
import { defineAgents } from "./define-agents.ts";
import { defineApply } from "./define-apply.ts";
import { defineAudit } from "./define-audit.ts";
import { defineClients } from "./define-clients.ts";
import { defineConnections } from "./define-connections.ts";
import { defineCredentials } from "./define-credentials.ts";
import { defineGateways } from "./define-gateways.ts";
import { defineHelp } from "./define-help.ts";
import { defineLogin } from "./define-login.ts";
import { definePolicies } from "./define-policies.ts";
import { definePrincipals } from "./define-principals.ts";
import { defineSessions } from "./define-sessions.ts";
import { defineTickets } from "./define-tickets.ts";

/** The commands that ask a gateway, in the order of the help. What each does is loaded when it runs. */
export function defineAll(program: Command): void {
  defineLogin(program);
  defineGateways(program);
  defineClients(program);
  defineConnections(program);
  defineAgents(program);
  definePolicies(program);
  defineSessions(program);
  defineTickets(program);
  definePrincipals(program);
  defineCredentials(program);
  defineAudit(program);
  defineApply(program);
  defineHelp(program);
  program.addHelpText("after", guide);
}

const guide = `
Examples:
  sallyport login --gateway https://gateway.example.com:7443
  sallyport psql shop
  sallyport connect shop --exec -- npm run migrate
  sallyport doctor shop
  sallyport sessions --help

A command ends with 0 when it did what it was asked, 1 when it failed, 2 when it was typed wrongly, 3 when you are not
logged in, 4 when the gateway does not allow it, 5 when the gateway cannot be reached.`;
