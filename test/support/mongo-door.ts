import { greetClient } from "@sallyport/protocol-mongo/client-login/greet-client";
import { openGreetingDoor, type GreetingDoor, type GreetingDoorOptions } from "./greeting-door.ts";

/** A door that greets MongoDB clients. */
export function openMongoDoor(options: Omit<GreetingDoorOptions, "greetClient"> = {}): Promise<GreetingDoor> {
  return openGreetingDoor({ ...options, greetClient });
}
