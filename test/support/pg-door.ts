import { greetClient } from "@sallyport/protocol-pg/client-login/greet-client";
import { openGreetingDoor, type GreetingDoor, type GreetingDoorOptions } from "./greeting-door.ts";

/** A door that greets PostgreSQL clients. */
export function openPgDoor(options: Omit<GreetingDoorOptions, "greetClient"> = {}): Promise<GreetingDoor> {
  return openGreetingDoor({ ...options, greetClient });
}
