import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";
import type { Control } from "../store/doors/control.ts";
import type { SessionRegistry } from "./session-registry.ts";

const endSession = z.object({ kind: z.literal("end-session"), session: z.string() });

/** Asks every replica to end a session; the one that has it does. */
export function askToEndSession(control: Control, session: string): Promise<void> {
  return control.send({ kind: "end-session", session } satisfies z.infer<typeof endSession>);
}

/** Ends sessions of this replica that somebody asks for. Returns how to stop. */
export function followSessionControl(control: Control, sessions: SessionRegistry): () => void {
  return control.onMessage((message) => {
    const asked = endSession.safeParse(message);
    if (!asked.success) return;
    const found = sessions.all().find(({ id }) => id === asked.data.session);
    // who has not logged in yet is not in the store, and nobody can have meant it
    if (found?.owner !== undefined) found.end(new GatewayError("session/killed", "an administrator has ended it"));
  });
}
