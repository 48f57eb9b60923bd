import { greetClient } from "@sallyport/protocol-mysql/client-login/greet-client";
import { openGreetingDoor, type GreetingDoor, type GreetingDoorOptions } from "./greeting-door.ts";

/** A door that greets MySQL clients. */
export function openMysqlDoor(options: Omit<GreetingDoorOptions, "greetClient"> = {}): Promise<GreetingDoor> {
  return openGreetingDoor({ ...options, greetClient });
}
